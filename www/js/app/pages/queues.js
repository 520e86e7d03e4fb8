// SPDX-License-Identifier: ISC
//
// Queues: how much waits, how fast it goes, and holding one still.

import { html, useMemo } from "/js/preact.js";
import * as api from "/js/api.js";
import { number, t, translated } from "/js/i18n/index.js";
import { change, path, useGet } from "/js/data.js";
import { may } from "/js/app/me.js";
import { Places, lasting } from "/js/app/queues/parts.js";
import { useSamples } from "/js/app/queues/samples.js";
import { useQuery } from "/js/app/router.js";
import { Badge, Button, Card, Chart, Empty, Facts, Field, Figure, Note, Page, Skeleton } from "/js/ui/index.js";

const EVERY = 5000; // ms
const jobsOf = (queue, state) => path("/app/queues/jobs", { queue: queue.name, state });

export default function Queues() {
	const [{ queue: which = "" }, setQuery] = useQuery();
	const all = useGet("queues?limit=200", { watch: ["queues"], every: EVERY });
	const queues = all.body?.items;

	return html`<${Page} title=${t("page.queues")} about=${t("queues.about")} tabs=${html`<${Places} here="queues" />`}>
		${all.problem && html`<${Note} problem=${all.problem} again=${all.reload} />`}
		${!queues ? !all.problem && html`<${Skeleton} rows=${6} />` : queues.length === 0 ? html`<${Empty} icon="queue" title=${t("queues.none")} />` : html`
			<${Charts} queues=${queues} which=${which} choose=${(queue) => setQuery({ queue })} />
			<div class="cards">${queues.map((queue) => html`<${Queue} key=${queue.name} queue=${queue} all=${all} />`)}</div>`}
	<//>`;
}

function Charts({ queues, which, choose }) {
	const samples = useSamples(queues, which);
	const rate = useMemo(() => [{ label: t("queues.done"), values: samples.of("done"), hue: 1 }, { label: t("queues.failed"), values: samples.of("failed"), hue: 4 }], [samples]);
	const depth = useMemo(() => [{ label: t("queues.waiting"), values: samples.of("waiting"), hue: 3 }, { label: t("queues.running"), values: samples.of("running"), hue: 2 }], [samples]);

	return html`<div class="tools"><${Field} label=${t("queues.which")} hidden value=${which} onChange=${(event) => choose(event.target.value)}
			options=${[["", t("queues.all")], ...queues.map((one) => [one.name, one.name])]} />
			${samples.times.length < 4 && html`<span class="soft">${t("queues.growing")}</span>`}</div>
		<div class="halves"><${Card} title=${t("queues.rate")}><${Chart} title=${t("queues.rate")} times=${samples.times} series=${rate} /><//>
			<${Card} title=${t("queues.depth")}><${Chart} title=${t("queues.depth")} times=${samples.times} series=${depth} /><//></div>`;
}

// Held still or let go, shown at once; the other is the way back.
function hold(all, queue, isPause) {
	const put = (pausedAt) => all.put({ ...all.body, items: all.body.items.map((one) => one.name === queue.name ? { ...one, pausedAt } : one) }, all.etag);

	return change({
		apply: () => put(isPause ? new Date().toISOString() : null), revert: () => put(queue.pausedAt),
		send: () => api.post(`queues/${queue.name}/${isPause ? "pause" : "resume"}`).then(all.reload),
		said: t(isPause ? "queues.is-paused" : "queues.is-resumed", { name: queue.name }), about: `queue ${queue.name}`,
		undo: () => hold(all, queue, !isPause),
	});
}

const pair = ({ p50, p95 }) => p50 === null ? null : `${lasting(p50)} · ${lasting(p95)}`;

function Queue({ queue, all }) {
	const isPaused = Boolean(queue.pausedAt);
	const act = isPaused ? "resume" : "pause";

	return html`<${Card} title=${queue.name} about=${translated(queue.doc)}
		actions=${html`${isPaused && html`<${Badge} kind="fair" dot>${t("queues.paused")}<//>`}${may("queues:manage") && html`<${Button} kind=${isPaused ? "main" : "quiet"}
			icon=${isPaused ? "play" : "pause"} label=${t(`queues.${act}-one`, { name: queue.name })} onClick=${() => hold(all, queue, !isPaused)}>${t(`queues.${act}`)}<//>`}`}>
		<dl class="figures"><${Figure} label=${t("queues.ready")} value=${number(queue.ready)} /><${Figure} label=${t("queues.running")} value=${number(queue.running)} />
			<${Figure} label=${t("queues.failed")} value=${queue.failed ? html`<a href=${jobsOf(queue, "failed")}>${number(queue.failed)}</a>` : number(0)} kind=${queue.failed ? "bad" : ""} /></dl>
		<${Facts} rows=${[[t("queues.oldest"), queue.oldestAge > 0 && lasting(queue.oldestAge * 1000)], [t("queues.behind"), queue.waiting > 0 && number(queue.waiting)],
			[t("queues.later"), queue.later > 0 && number(queue.later)], [t("queues.per-minute"), number(queue.donePerMinute)], [t("queues.wait"), pair(queue.waitMs)],
			[t("queues.run"), pair(queue.runMs)], [t("queues.at-once"), queue.atOnce && number(queue.atOnce)]].filter((row) => row[1] !== false)} />
		<p><a href=${jobsOf(queue)}>${t("queues.jobs-of", { name: queue.name })}</a></p><//>`;
}
