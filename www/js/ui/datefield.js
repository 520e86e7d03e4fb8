// SPDX-License-Identifier: ISC
//
// A day, or a span of days: the browser's own calendar, which speaks the reader's language and is used by
// keys alone, with the spans one asks for most beside it.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Field } from "/js/ui/field.js";
import { Button } from "/js/ui/button.js";

export function DateField(props) {
	return html`<${Field} type="date" ...${props} />`;
}

const DAY = 86400000; // ms
const SPANS = [[7, "span.week"], [30, "span.month"], [90, "span.quarter"]];

// The day of a time where the reader is, as a date field has it.
export function day(time = Date.now()) {
	const at = new Date(time);

	return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

// from and to: days or ""; set({ from, to }).  A span without an end goes on to today.
export function DateSpan({ from = "", to = "", set }) {
	return html`<div class="dates">
		<${DateField} label=${t("span.from")} value=${from} max=${to || undefined} onChange=${(event) => set({ from: event.target.value, to })} />
		<${DateField} label=${t("span.to")} value=${to} min=${from || undefined} onChange=${(event) => set({ from, to: event.target.value })} />
		<div class="spans">${SPANS.map(([days, key]) => html`<${Button} key=${key} kind="bare"
			onClick=${() => set({ from: day(Date.now() - (days - 1) * DAY), to: day() })}>${t(key)}<//>`)}</div>
	</div>`;
}
