// SPDX-License-Identifier: ISC
//
// The custom fields that a group gives its customers: a row each, by its type with what limits it.

import { html, useContext, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button, Check, Field } from "/js/ui/index.js";
import { FormState } from "/js/ui/field.js";

const TYPES = ["text", "number", "date", "boolean", "list"];
const BOUNDED = ["text", "number"];

// Lives in a form under the name customFields; its state is there as JSON, so that a draft keeps it.
export function Definitions({ start }) {
	const form = useContext(FormState);
	const [defs, setDefs] = useState(() => kept(form.kept.customFields) ?? start.map((one, i) => ({ ...one, key: i })));
	const put = (i, changes) => setDefs(defs.map((one, k) => k === i ? { ...one, ...changes } : one));
	const move = (i, by) => setDefs(defs.with(i, defs[i + by]).with(i + by, defs[i]));
	const drop = (i) => setDefs(defs.filter((_, k) => k !== i));
	const add = () => setDefs([...defs, { name: "", type: "text", key: Date.now() }]);

	return html`<fieldset class="custom"><legend>${t("groups.fields")}</legend>
		<p class="soft small">${t("groups.fields-about")}</p>
		<input type="hidden" name="customFields" value=${JSON.stringify(defs)} data-kept />
		${defs.map((one, i) => html`<${Definition} key=${one.key} one=${one} at=${`customFields[${i}]`} put=${(changes) => put(i, changes)} drop=${() => drop(i)}
			up=${i > 0 && (() => move(i, -1))} down=${i < defs.length - 1 && (() => move(i, 1))} />`)}
		<div><${Button} icon="add" onClick=${add}>${t("groups.field-add")}<//></div></fieldset>`;
}

function kept(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function Definition({ one, at, put, drop, up, down }) {
	const name = one.name || t("groups.field");
	const number = (key) => (event) => put({ [key]: event.target.value === "" ? undefined : Number(event.target.value) });

	return html`<div class="definition" role="group" aria-label=${name}>
		<div class="pair"><${Field} name=${`${at}.name`} label=${t("groups.field-name")} value=${one.name} maxlength="50" required dir="auto" onInput=${(event) => put({ name: event.target.value })} />
			<${Field} name=${`${at}.type`} label=${t("groups.field-type")} value=${one.type} options=${TYPES.map((type) => [type, t(`groups.type.${type}`)])} onChange=${(event) => put({ type: event.target.value })} /></div>
		${one.type === "list" && html`<${Field} as="textarea" rows="3" name=${`${at}.options`} label=${t("groups.field-options")} hint=${t("groups.field-options-hint")} value=${(one.options ?? []).join("\n")} dir="auto"
			onInput=${(event) => put({ options: event.target.value.split("\n") })} />`}
		${BOUNDED.includes(one.type) && html`<div class="pair narrow">
			<${Field} type="number" step="any" name=${`${at}.min`} label=${t(`groups.min.${one.type}`)} value=${one.min ?? ""} onInput=${number("min")} />
			<${Field} type="number" step="any" name=${`${at}.max`} label=${t(`groups.max.${one.type}`)} value=${one.max ?? ""} onInput=${number("max")} /></div>`}
		${one.type === "text" && html`<${Field} name=${`${at}.pattern`} label=${t("groups.field-pattern")} hint=${t("groups.field-pattern-hint")} value=${one.pattern ?? ""} maxlength="200" dir="ltr" spellcheck="false"
			onInput=${(event) => put({ pattern: event.target.value })} />`}
		<div class="ends"><${Check} label=${t("groups.field-required")} checked=${Boolean(one.required)} onChange=${(event) => put({ required: event.target.checked })} />
			<${Button} kind="bare" icon="up" label=${t("groups.field-up", { name })} disabled=${!up} onClick=${up} />
			<${Button} kind="bare" icon="down" label=${t("groups.field-down", { name })} disabled=${!down} onClick=${down} />
			<${Button} kind="bare" icon="trash" label=${t("groups.field-drop", { name })} onClick=${drop} /></div></div>`;
}

// As the API takes them: only what belongs to the type, and says something.
export function definitionsOf(text) {
	return JSON.parse(text).map(({ name, type, required, options, min, max, pattern }) => ({
		name: name.trim(), type, ...(required ? { required: true } : {}),
		...(type === "list" ? { options: (options ?? []).map((one) => one.trim()).filter(Boolean) } : {}),
		...(BOUNDED.includes(type) && min !== undefined ? { min } : {}), ...(BOUNDED.includes(type) && max !== undefined ? { max } : {}),
		...(type === "text" && pattern ? { pattern } : {}) }));
}
