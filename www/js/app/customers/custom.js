// SPDX-License-Identifier: ISC
//
// Custom fields: what the groups of a customer define, shown and edited by their types.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, t } from "/js/i18n/index.js";
import { may } from "/js/app/me.js";
import { Check, DateField, Facts, Field, shownValue } from "/js/ui/index.js";

export const PREFIX = "customFields.";

// The groups by their ids, with their definitions; null until they are there.
export function useGroups(ids) {
	const key = ids.toSorted().join();
	const [state, setState] = useState({ key: null, groups: [] });

	useEffect(() => {
		let isOver = false;
		const read = may("customer-groups:read") ? ids : [];
		Promise.all(read.map((id) => api.get(`customers/groups/${id}`).then(({ body }) => body, () => null))).then((groups) =>
			isOver || setState({ key, groups: groups.filter(Boolean) }));
		return () => { isOver = true; };
	}, [key]);
	return state.key === key ? state.groups : null;
}

// Definitions by group, each once; what no group defines comes last.
function sections(groups, values) {
	const seen = new Set();
	const parts = groups.map((group) => ({ title: group.name, defs: group.customFields.filter(({ name }) => !seen.has(name) && seen.add(name)) }));
	const rest = Object.keys(values).filter((name) => !seen.has(name)).map((name) => ({ name, type: typed(values[name]), isFree: true }));

	return [...parts, { title: t("customers.custom-other"), defs: rest }].filter(({ defs }) => defs.length > 0);
}

const typed = (value) => ({ number: "number", boolean: "boolean" })[typeof value] ?? (Array.isArray(value) ? "free-list" : "text");

function shown(def, value) {
	return def.type === "date" && /^\d{4}-\d\d-\d\d$/.test(value ?? "") ? date(`${value}T00:00:00`) : shownValue(value);
}

export function CustomFacts({ groups, values }) {
	return sections(groups, values).map(({ title, defs }) => html`<section key=${title}><h3 dir="auto">${title}</h3>
		<${Facts} rows=${defs.map((def) => [def.name, shown(def, values[def.name])])} /></section>`);
}

export function CustomFields({ groups, values }) {
	return sections(groups, values).map(({ title, defs }) => html`<fieldset class="custom" key=${title}><legend dir="auto">${title}</legend>
		<div class="pair">${defs.map((def) => html`<${Input} key=${def.name} def=${def} value=${values[def.name]} />`)}</div></fieldset>`);
}

function Input({ def, value }) {
	const name = PREFIX + def.name;
	const common = { name, label: html`<span dir="auto">${def.name}</span>`, required: def.required };

	if (def.type === "date")
		return html`<${DateField} ...${common} defaultValue=${value ?? ""} />`;
	if (def.type === "number")
		return html`<${Field} ...${common} type="number" step="any" min=${def.min} max=${def.max} defaultValue=${value ?? ""} />`;
	if (def.type === "boolean")
		return html`<${Field} ...${common} options=${[["", "–"], ["true", t("yes")], ["false", t("no")]]} defaultValue=${value === undefined ? "" : String(value)} />`;
	if (def.type === "list" && Array.isArray(value))
		return html`<fieldset class="field"><legend class="label">${def.name}</legend>${def.options.map((one) => html`<${Check} key=${one} name=${name} value=${one} label=${one} defaultChecked=${value.includes(one)} />`)}</fieldset>`;
	if (def.type === "list")
		return html`<${Field} ...${common} options=${[["", "–"], ...def.options.map((one) => [one, one])]} defaultValue=${value ?? ""} />`;
	return html`<${Field} ...${common} defaultValue=${Array.isArray(value) ? value.join(", ") : value ?? ""} minlength=${def.min} maxlength=${def.max ?? 1000} pattern=${def.pattern} dir="auto" />`;
}

// What was typed, flat, by the types of the definitions; what is empty is null.
export function customTyped(groups, values, data) {
	const edited = {};

	for (const { defs } of sections(groups, values))
		for (const def of defs) {
			const name = PREFIX + def.name;
			const text = (data.get(name) ?? "").trim();
			if (def.type === "list" && Array.isArray(values[def.name]))
				edited[name] = data.getAll(name).length ? data.getAll(name) : null;
			else if (text === "")
				edited[name] = def.name in values ? null : undefined;
			else
				edited[name] = read(def, text);
		}
	return Object.fromEntries(Object.entries(edited).filter(([, value]) => value !== undefined));
}

function read({ type }, text) {
	if (type === "number")
		return Number(text);
	if (type === "boolean")
		return text === "true";
	return type === "free-list" ? text.split(/, */) : text;
}
