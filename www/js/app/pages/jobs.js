// SPDX-License-Identifier: ISC
//
// Jobs: every piece of background work, found by queue, state, kind or what it was given; retried, cancelled, hurried.

import { html, useState } from "/js/preact.js";
import { dateTime, number, relative, t } from "/js/i18n/index.js";
import { path, useGet, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { may } from "/js/app/me.js";
import { ICONS, act, canDo, retryAll } from "/js/app/queues/acts.js";
import { JobDrawer } from "/js/app/queues/job.js";
import { Places, STATES, State } from "/js/app/queues/parts.js";
import { navigate, useQuery } from "/js/app/router.js";
import { Button, Columns, Field, Note, Page, SearchField, Table } from "/js/ui/index.js";

const HOME = "/app/queues/jobs";
const EVERY = 5000; // ms
const address = (row) => `${HOME}/${row.id}${location.search}`;

const columns = () => [
	{ name: "kind", label: t("jobs.kind"), phone: "title", cell: (row) => row.kind },
	{ name: "queue", label: t("queues.which"), phone: "about", cell: (row) => html`${row.queue}<span class="unwide"> · ${relative(row.createdAt)}</span>` },
	{ name: "state", label: t("jobs.state"), phone: "aside", cell: (row) => html`<${State} state=${row.state} />${row.progress !== null && row.state === "running" && ` ${number(row.progress)} %`}` },
	{ name: "attempts", label: t("jobs.attempts"), end: true, cell: (row) => number(row.attempts) },
	{ name: "cause", label: t("jobs.cause"), cell: (row) => row.cause && html`<span class="cut">${row.cause}</span>` },
	{ name: "by", label: t("jobs.by"), off: true, cell: (row) => row.requestedByName ?? "" },
	{ name: "created", label: t("jobs.created"), end: true, cell: (row) => html`<time datetime=${row.createdAt} title=${dateTime(row.createdAt)}>${relative(row.createdAt)}</time>` },
];

export default function Jobs({ params }) {
	const [{ queue, state, kind, search }, setQuery] = useQuery();
	const queues = useGet("queues?limit=200").body?.items ?? [];
	const list = useList(path("jobs", { queue, state, kind, search }), { watch: ["jobs"], every: EVERY });
	const all = useRetryAll({ queue, state, kind }, list);
	const canRetryAll = may("queues:manage") && ["failed", "cancelled"].includes(state) && !search && list.rows?.length > 0;
	const isFiltered = queue || state || kind || search;

	useAction(t("jobs.retry-all"), "reload", all.run, canRetryAll);
	return html`<${Page} title=${t("page.jobs")} about=${t("jobs.about")} fill tabs=${html`<${Places} here="jobs" />`}
		actions=${canRetryAll && html`<${Button} icon="reload" busy=${all.done !== null} onClick=${all.run}>${t("jobs.retry-all")}${all.done > 0 && html` <span class="soft">${t("jobs.retrying", { n: all.done })}</span>`}<//>`}
		tools=${html`<${SearchField} label=${t("jobs.search")} value=${search} found=${(text) => setQuery({ search: text })} />
			<${Field} label=${t("queues.which")} hidden value=${queue ?? ""} onChange=${(event) => setQuery({ queue: event.target.value })}
				options=${[["", t("queues.all")], ...[...new Set([...queues.map((one) => one.name), queue].filter(Boolean))].map((one) => [one, one])]} />
			<${Field} label=${t("jobs.state")} hidden value=${state ?? ""} onChange=${(event) => setQuery({ state: event.target.value })}
				options=${[["", t("jobs.any-state")], ...STATES.map((one) => [one, t(`jobs.state.${one}`)])]} />
			${kind && html`<${Button} icon="close" onClick=${() => setQuery({ kind: null })}>${t("jobs.only-kind", { name: kind })}<//>`}
			<span class="grow" /><${Columns} name="jobs" columns=${columns()} />`}
		drawer=${params.id && html`<${JobDrawer} key=${params.id} id=${params.id} list=${list} close=${() => navigate(HOME + location.search)} />`}>
		${all.problem && html`<${Note} problem=${all.problem} again=${all.run} />`}
		<${Table} name="jobs" label=${t("page.jobs")} list=${list} columns=${columns()} open=${params.id} href=${address} go=${(row) => navigate(address(row), { replace: Boolean(params.id) })}
			acts=${may("queues:manage") && ((row) => [...canDo(row).map((name) => ({ label: t(`jobs.${name}`), icon: ICONS[name], danger: name === "cancel", act: () => act(list, row, name) })),
				{ label: t("jobs.only-kind", { name: row.kind }), icon: "filter", act: () => setQuery({ kind: row.kind }) }])}
			empty=${{ icon: "queue", title: t("jobs.none"), children: t(isFiltered ? "jobs.none-filtered" : "jobs.none-about") }} />
	<//>`;
}

function useRetryAll(filter, list) {
	const [state, setState] = useState({ done: null, problem: null });

	async function run() {
		setState({ done: 0, problem: null });
		const problem = await retryAll(filter, (done) => setState({ done, problem: null })).then(() => null, (failed) => failed);
		setState({ done: null, problem });
		list.reload();
	}

	return { ...state, run };
}
