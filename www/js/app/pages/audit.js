// SPDX-License-Identifier: ISC
//
// The audit log: who did what to what, when; one record's whole history has an address
// (?resource=users&record=ID), and so has each row.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, knows, relative, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/audit.js";
import deeds from "/js/i18n/deeds.js";
import { path, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { Entry } from "/js/app/audit/entry.js";
import { Verify } from "/js/app/audit/verify.js";
import { useNames } from "/js/app/audit/names.js";
import { done, resourceName } from "/js/app/parts/deeds.js";
import { navigate, useQuery } from "/js/app/router.js";
import { Avatar, Button, Columns, Combobox, DateSpan, Download, Field, Page, Popover, Table } from "/js/ui/index.js";

words(table);

const HOME = "/app/audit";
const EVERY = 15000; // ms
const DAY = 86400000; // ms
const RESOURCES = Object.keys(deeds).filter((key) => key.startsWith("resource.")).map((key) => key.slice(9));
const VERBS = ["created", "updated", "deleted", "restored"];
const ACTIONS = [...Object.keys(deeds).filter((key) => key.startsWith("deed.")).map((key) => key.slice(5)),
	...RESOURCES.flatMap((resource) => VERBS.map((verb) => `${resource}.${verb}`))];

const address = (row) => `${HOME}/${row.id}${location.search}`;
const close = () => navigate(HOME + location.search);
const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

const columns = (named) => [
	{ name: "at", label: t("audit.at"), sort: "at", phone: "aside", cell: (row) => html`<time datetime=${row.at} title=${dateTime(row.at)}><span class="wide">${dateTime(row.at)}</span><span class="unwide soft">${relative(row.at)}</span></time>` },
	{ name: "who", label: t("audit.who"), phone: "title", cell: (row) => html`<span class="person"><${Avatar} name=${row.actorName ?? ""} size="small" /><span>${row.actorName ?? t("audit.system")}</span></span>` },
	{ name: "what", label: t("audit.what"), phone: "about", cell: (row) => html`${done(row)}${named(row) && html` <span class="unwide" dir="auto">${named(row)}</span>`}` },
	{ name: "record", label: t("audit.record"), cell: (row) => named(row) },
	{ name: "address", label: t("audit.address"), cell: (row) => row.address ?? "" },
	{ name: "request", label: t("audit.request"), off: true, cell: (row) => row.request ? html`<code>${row.request.slice(0, 8)}</code>` : "" },
];

// What the API is asked by what the address says; days begin and end where the reader is.
function asked({ actor, action, resource, record, request, from, to, sort }) {
	const start = (day) => new Date(`${day}T00:00:00`);

	return { actor, action, resource, resourceId: record, request, sort, "at[gte]": from && start(from).toISOString(),
		"at[lt]": to && new Date(start(to).getTime() + DAY).toISOString() };
}

export default function Audit({ params }) {
	const [query, setQuery] = useQuery();
	const [isVerifying, setVerifying] = useState(false);
	const filter = asked(query);
	const list = useList(path("audit", filter), { every: EVERY });
	const isFiltered = Object.entries(filter).some(([name, value]) => value && name !== "sort");
	const known = list.rows?.find((row) => String(row.id) === params.id);

	const named = useNames();

	useAction(t("audit.verify-title"), "shield", () => setVerifying(true));
	return html`<${Page} title=${t("page.audit")} about=${t("audit.about")} fill
		actions=${html`<${Button} icon="shield" onClick=${() => setVerifying(true)}>${t("audit.verify")}<//>
			<${Download} path=${path("audit", { format: "csv", ...filter })}>${t("audit.export")}<//>`}
		tools=${html`<${Filters} query=${query} setQuery=${setQuery} rows=${list.rows ?? []} />
			<${Only} query=${query} setQuery=${setQuery} rows=${list.rows ?? []} named=${named} />
			${isFiltered && html`<${Button} kind="bare" onClick=${() => navigate(HOME, { replace: true })}>${t("audit.clear")}<//>`}
			<span class="grow" /><${Columns} name="audit" columns=${columns(named)} />`}
		drawer=${params.id && html`<${Entry} key=${params.id} id=${params.id} known=${known} named=${named} close=${close} />`}>
		<${Table} name="audit" label=${t("page.audit")} list=${list} columns=${columns(named)} sort=${query.sort ?? "-at"} setSort=${(sort) => setQuery({ sort })}
			open=${known?.id} href=${address} go=${(row) => navigate(address(row), { replace: Boolean(params.id) })}
			empty=${{ icon: "audit", title: t(isFiltered ? "nothing" : "audit.none"), children: isFiltered && t("audit.none-filtered") }} />
		${isVerifying && html`<${Verify} close=${() => setVerifying(false)} />`}
	<//>`;
}

function Filters({ query, setQuery, rows }) {
	const actions = [...new Set([...ACTIONS, ...rows.map((row) => row.action)])];
	const resources = [...new Set([...RESOURCES, "sessions", query.resource, ...rows.map((row) => row.resource)].filter(Boolean))];
	const whom = rows.find((row) => row.actor === query.actor);
	const count = ["action", "resource", "from", "to"].filter((name) => query[name]).length;

	return html`<${Combobox} label=${t("audit.who")} placeholder=${t("audit.anybody")} value=${query.actor ?? null} set=${(actor) => setQuery({ actor })}
			options=${whom ? [{ value: whom.actor, label: whom.actorName ?? whom.actor }] : []} find=${people} />
		<${Popover} button=${{ icon: "filter" }} words=${html`${t("audit.filters")}${count > 0 && html`<span class="count">${count}</span>`}`} label=${t("audit.filters")} kind="filters">
			${() => html`<div class="form">
				<${Combobox} label=${t("audit.what")} placeholder=${t("audit.anything")} value=${query.action ?? null} set=${(action) => setQuery({ action })}
					options=${actions.map((action) => ({ value: action, label: capital(done({ action })) }))} />
				<${Field} label=${t("audit.resource")} value=${query.resource ?? ""} onChange=${(event) => setQuery({ resource: event.target.value, record: null })}
					options=${[["", t("audit.anything")], ...resources.map((one) => [one, capital(knows(`resource.${one}`) ? resourceName(one) : one)])]} />
				<${DateSpan} from=${query.from} to=${query.to} set=${setQuery} /></div>`}<//>`;
}

// What holds the list to one record or request, with a way out.
function Only({ query, setQuery, rows, named }) {
	return ["record", "request"].filter((name) => query[name]).map((name) => html`<${Button} key=${name} icon="close" onClick=${() => setQuery({ [name]: null })}>${
		t(`audit.only-${name}`, { name: (name === "record" && rows.map(named).find(Boolean)) || query[name].slice(0, 8) })}<//>`);
}

async function people(text) {
	const { body } = await api.get(path("users/directory", { search: text.trim(), limit: 20 }));

	return body.items.map((one) => ({ value: one.id, label: one.fullName }));
}
