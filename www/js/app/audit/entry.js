// SPDX-License-Identifier: ISC
//
// One row of the audit log beside the list: who did what, and the difference it made.

import { html } from "/js/preact.js";
import { dateTime, knows, relative, t } from "/js/i18n/index.js";
import { path, useGet } from "/js/data.js";
import { may } from "/js/app/me.js";
import { done } from "/js/app/parts/deeds.js";
import { device } from "/js/app/parts/device.js";
import { Avatar, Difference, Drawer, Facts, Note, Skeleton } from "/js/ui/index.js";

// known: the row as the list has it, to show at once.
export function Entry({ id, known, named, close }) {
	const { body, problem } = useGet(known ? null : path("audit", { id }));
	const row = known ?? body?.items[0];
	const name = row ? `${row.actorName ?? t("audit.system")} ${done(row)}` : t("audit.one");

	return html`<${Drawer} name=${id} title=${name} close=${close} head=${row && html`<span class="soft"><time datetime=${row.at}>${dateTime(row.at)}</time> (${relative(row.at)})</span>`}>
		${problem ? html`<${Note} problem=${problem} />` : body?.items.length === 0 ? html`<${Note} kind="caution">${t("audit.missing")}<//>` :
			!row ? html`<${Skeleton} rows=${5} />` : html`<${Told} row=${row} name=${named(row)} />`}
	<//>`;
}

function Told({ row, name }) {
	const { before, after } = row;
	const isChange = before && after;

	return html`
		${(before || after) && html`<section><h3>${t(isChange ? "audit.changes" : "audit.values")}</h3><${Difference} before=${dated(before)} after=${dated(after)} labels=${labels({ ...before, ...after })} /></section>`}
		<section><h3>${t("audit.details")}</h3><${Facts} rows=${[
			[t("audit.who"), who(row)],
			[t("audit.record"), name ? html`<span dir="auto">${name}</span>` : row.resourceId],
			[t("audit.address"), row.address],
			[t("audit.with"), row.agent && html`<span title=${row.agent}>${device(row.agent).name}</span>`],
			[t("audit.token"), row.token && html`<code>${row.token}</code>`],
			[t("audit.request"), row.request && html`<code>${row.request}</code>`],
			[t("audit.role"), html`<code>${row.databaseRole}</code>`],
			[t("audit.number"), html`<code>${row.id}</code>`]]} /></section>
		<p class="links">${row.resourceId && html`<a href=${path("/app/audit", { resource: row.resource, record: row.resourceId })}>${t("audit.history")}</a>`}
			${row.request && html`<a href=${path("/app/audit", { request: row.request })}>${t("audit.same-request")}</a>`}</p>`;
}

function who({ actor, actorName }) {
	const person = html`<span class="person"><${Avatar} name=${actorName ?? ""} size="small" /><span>${actorName ?? t("audit.system")}</span></span>`;

	return actor && may("users:read") ? html`<a href=${`/app/people/${actor}`}>${person}</a>` : person;
}

const labels = (record) => Object.fromEntries(Object.keys(record).map((name) => [name, knows(`column.${name}`) ? t(`column.${name}`) : name.replaceAll("_", " ")]));

// Times as people write them.
function dated(record) {
	return record && Object.fromEntries(Object.entries(record).map(([name, value]) =>
		[name, typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? dateTime(value) : value]));
}
