// SPDX-License-Identifier: ISC
//
// One job beside the list: how it is, what it was given, and how each try ended.

import { html } from "/js/preact.js";
import { dateTime, knows, number, relative, t, translated } from "/js/i18n/index.js";
import { useGet } from "/js/data.js";
import { may } from "/js/app/me.js";
import { ICONS, act, canDo } from "/js/app/queues/acts.js";
import { Json, State, lasting } from "/js/app/queues/parts.js";
import { Button, Drawer, Facts, Note, Progress, Skeleton } from "/js/ui/index.js";

const EVERY = 5000; // ms
const ENDED = ["done", "failed", "cancelled"];

export function JobDrawer({ id, list, close }) {
	const one = useGet(`jobs/${id}`, { watch: ["jobs"], every: EVERY });
	const job = one.body;

	if (!job)
		return html`<${Drawer} name=${id} title=${t("jobs.one")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} rows=${6} />`}<//>`;
	const acts = canDo(job);
	return html`<${Drawer} name=${id} title=${job.kind} close=${close} head=${html`<span class="tight"><${State} state=${job.state} /></span>`}
		actions=${acts.length > 0 && acts.map((name) => html`<${Button} key=${name} kind=${name === "cancel" ? "bare" : "quiet"} class=${name === "cancel" ? "danger" : ""} icon=${ICONS[name]}
			onClick=${() => act(list, job, name, one.put)}>${t(`jobs.${name}`)}<//>`)}>
		${job.cancelAsked && !ENDED.includes(job.state) && html`<${Note} kind="caution">${t("jobs.cancel-asked")}<//>`}
		${job.cause && html`<${Note} kind="caution"><span dir="auto">${translated(job.cause)}</span><//>`}
		${job.progress !== null && !ENDED.includes(job.state) && html`<${Progress} label=${t("jobs.progress")} value=${job.progress / 100} />`}
		<${Facts} rows=${facts(job)} />
		<section><h3>${t("jobs.log")}</h3>${job.log.length === 0 ? html`<p class="soft">${t("jobs.no-tries")}</p>` :
			html`<ol class="tries">${job.log.map((one) => html`<${Try} key=${one.attempt + one.startedAt} one=${one} />`)}</ol>`}</section>
		<${Json} label=${t("jobs.args")} value=${job.args} />
		${job.result !== null && html`<${Json} label=${t("jobs.result")} value=${job.result} />`}
	<//>`;
}

const when = (iso) => iso && html`<time datetime=${iso} title=${relative(iso)}>${dateTime(iso)}</time>`;

function facts(job) {
	const isOpen = !ENDED.includes(job.state);

	return [
		[t("queues.which"), html`<a href=${`/app/queues/jobs?queue=${encodeURIComponent(job.queue)}`}>${job.queue}</a>`],
		[t("jobs.attempts"), job.tries ? t("jobs.attempts-of", { done: job.attempts, most: job.tries }) : number(job.attempts)],
		[t("jobs.lost"), job.lost > 0 && number(job.lost)],
		[t("jobs.priority"), knows(`jobs.priority.${job.priority}`) ? t(`jobs.priority.${job.priority}`) : job.priority],
		[t("jobs.created"), when(job.createdAt)],
		[t("jobs.due"), isOpen && when(job.runAt)],
		[t("jobs.started"), when(job.startedAt)],
		[t("jobs.finished"), when(job.finishedAt)],
		[t("jobs.worker"), job.worker && html`<code>${job.worker}</code>`],
		[t("jobs.key"), job.key && html`<code>${job.key}</code>`],
		[t("jobs.by"), job.requestedBy && (may("users:read") ? html`<a href=${`/app/people/${job.requestedBy}`}>${job.requestedByName ?? job.requestedBy}</a>` : job.requestedByName)],
		[t("jobs.request"), job.request && (may("audit:read") ? html`<a href=${`/app/audit?request=${job.request}`}><code>${job.request}</code></a>` : html`<code>${job.request}</code>`)],
		[t("jobs.number"), html`<code>${job.id}</code>`],
	].filter((row) => row[1] !== false);
}

function Try({ one }) {
	return html`<li><div><strong>${t("jobs.try", { n: one.attempt })}</strong> <${State} of="outcome" state=${one.outcome} />
		<span class="soft"><time datetime=${one.endedAt}>${dateTime(one.endedAt)}</time> · ${lasting(new Date(one.endedAt) - new Date(one.startedAt))}</span></div>
		${one.cause && html`<p dir="auto">${translated(one.cause)}</p>`}</li>`;
}
