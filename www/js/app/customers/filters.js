// SPDX-License-Identifier: ISC
//
// What of all customers is shown: the filters of the API, which stand in the address by the same names, a
// form to set them and what is set, each to be taken off again.

import { html, useState } from "/js/preact.js";
import { date, t } from "/js/i18n/index.js";
import { useQuery } from "/js/app/router.js";
import { Button, Chips, Choice, DateSpan, Field, Popover } from "/js/ui/index.js";
import { useGet } from "/js/data.js";
import { CountryField, GroupField, OwnerField, countryName, labelOf, nameOf, seesContact, statuses, usePeople } from "/js/app/customers/parts.js";

// Values that a customer has or has not; days between which something was.
const VALUES = ["status", "ownerId", "tags", "countryCode", "email", "phone"];
const SPANS = ["createdAt", "lastActivityAt"];
const NAMES = [...VALUES.flatMap((one) => [one, `${one}[ne]`]), "groupId", ...SPANS.flatMap((one) => [`${one}[gte]`, `${one}[lte]`])];
export const SORTS = ["-createdAt", "createdAt", "name", "-name", "-lastActivityAt", "lastActivityAt"];

const set = (query) => NAMES.filter((name) => query[name]);
export const isFiltered = (query) => Boolean(query.search) || set(query).length > 0;

// Days here are the reader's, times there are points in time; a span ends with its last day.
function asked(name, value) {
	const [, field, op] = /^(.*)\[(gte|lte)\]$/.exec(name) ?? [];

	if (!SPANS.includes(field))
		return [name, value];
	const at = new Date(`${value}T00:00:00`);
	if (op === "lte")
		at.setDate(at.getDate() + 1);
	return Number.isNaN(at.getTime()) ? [name, undefined] : [op === "lte" ? `${field}[lt]` : name, at.toISOString()];
}

// The query of the API for that of the address.
export function apiQuery(query) {
	return { search: query.search, ...Object.fromEntries(set(query).map((name) => asked(name, query[name]))), sort: SORTS.includes(query.sort) ? query.sort : "-createdAt" };
}

export function Filters() {
	const [query, setQuery] = useQuery();
	const count = set(query).length;

	return html`<${Popover} button=${{ kind: "quiet", icon: "filter" }} label=${t("customers.filter")} kind="panel filters"
		words=${html`${t("customers.filter")}${count > 0 && html`<span class="count">${count}</span>`}`}>
		${(close) => html`<${FilterForm} query=${query} apply=${(next) => { close(); setQuery(next, { step: true }); }} />`}
	<//>`;
}

function FilterForm({ query, apply }) {
	const [is, setIs] = useState(query);
	const put = (changes) => setIs((was) => ({ ...was, ...changes }));
	const group = useGet(is.groupId ? `customers/groups/${is.groupId}` : null);

	function send(event) {
		event.preventDefault();
		apply(Object.fromEntries(NAMES.map((name) => [name, is[name] || null])));
	}

	return html`<form class="form" onSubmit=${send}>
		<${Value} name="status" is=${is} put=${put} field=${(props) => html`<${Field} label=${t("customers.status")} options=${[["", t("customers.any")], ...statuses()]}
			value=${props.value} onChange=${(event) => props.set(event.target.value)} />`} />
		<${Value} name="ownerId" is=${is} put=${put} field=${(props) => html`<${OwnerField} ...${props} />`} />
		<${Value} name="tags" is=${is} put=${put} field=${(props) => html`<${Field} label=${t("customers.tag")} value=${props.value} maxlength="50" onInput=${(event) => props.set(event.target.value)} />`} />
		<${Value} name="countryCode" is=${is} put=${put} field=${(props) => html`<${CountryField} ...${props} />`} />
		${seesContact() && ["email", "phone"].map((name) => html`<${Value} key=${name} name=${name} is=${is} put=${put} field=${(props) => html`<${Field} label=${labelOf(name)} value=${props.value}
			onInput=${(event) => props.set(event.target.value.trim())} />`} />`)}
		<${GroupField} key=${group.body?.id} value=${is.groupId ?? null} known=${group.body && { value: group.body.id, label: group.body.name }} set=${(id) => put({ groupId: id })} />
		${SPANS.map((one) => html`<fieldset class="span" key=${one}><legend>${t(`customers.when.${one}`)}</legend>
			<${DateSpan} from=${is[`${one}[gte]`]} to=${is[`${one}[lte]`]} set=${({ from, to }) => put({ [`${one}[gte]`]: from, [`${one}[lte]`]: to })} /></fieldset>`)}
		<div class="ends"><${Button} kind="bare" onClick=${() => apply(Object.fromEntries(NAMES.map((name) => [name, null])))}>${t("customers.filter-none")}<//>
			<${Button} kind="main" type="submit">${t("customers.filter-apply")}<//></div>
	</form>`;
}

// One value that they have, or do not have.
function Value({ name, is, put, field }) {
	const [isNot, setNot] = useState(Boolean(is[`${name}[ne]`]));
	const value = is[name] || is[`${name}[ne]`] || "";
	const take = (next, not = isNot) => put({ [name]: not ? null : next, [`${name}[ne]`]: not ? next : null });

	return html`<div class="filter">${field({ value, set: (next) => take(next) })}
		<${Choice} label=${`${labelOf(name)}: ${t("customers.is")} / ${t("customers.is-not")}`} value=${isNot ? "ne" : "eq"} options=${[["eq", t("customers.is")], ["ne", t("customers.is-not")]]}
			set=${(one) => { setNot(one === "ne"); take(value, one === "ne"); }} /></div>`;
}

// What is set, in words.
export function Chosen() {
	const [query, setQuery] = useQuery();
	const group = useGet(query.groupId ? `customers/groups/${query.groupId}` : null);

	usePeople();
	return html`<${Chips} label=${t("customers.filter")} chips=${set(query).map((name) => ({ name, label: inWords(name, query[name], group.body), drop: () => setQuery({ [name]: null }, { step: true }) }))}
		clear=${() => setQuery({ ...Object.fromEntries(NAMES.map((name) => [name, null])) }, { step: true })} />`;
}

function inWords(name, value, group) {
	const [, field, op = "eq"] = /^(\w+)(?:\[(\w+)\])?$/.exec(name);

	if (SPANS.includes(field))
		return t(op === "gte" ? "customers.since" : "customers.until", { what: t(`customers.when.${field}`), day: day(value) });
	const shown = { status: () => t(`customers.status.${value}`), ownerId: () => nameOf(value), groupId: () => group?.name ?? "…", countryCode: () => countryName(value) }[field]?.() ?? value;
	return t(op === "ne" ? "customers.chip-not" : "customers.chip", { what: labelOf(field === "tags" ? "tags" : field), value: shown });
}

function day(value) {
	const at = new Date(`${value}T00:00:00`);

	return Number.isNaN(at.getTime()) ? value : date(at);
}

