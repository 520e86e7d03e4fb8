// SPDX-License-Identifier: ISC
//
// Before and after, field by field: what was taken out, what was put in.

import { html } from "/js/preact.js";
import { number, t } from "/js/i18n/index.js";

const NOTHING = "–";
const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export function shownValue(value) {
	if (value === null || value === undefined || value === "")
		return NOTHING;
	if (typeof value === "boolean")
		return t(value ? "yes" : "no");
	if (typeof value === "number")
		return number(value);
	if (Array.isArray(value) && value.every((one) => typeof one !== "object"))
		return value.join(", ") || NOTHING;
	return typeof value === "object" ? JSON.stringify(value) : value;
}

// Put in or taken out is told by what it was, not by an emptiness.
const isNothing = (value) => shownValue(value) === NOTHING;

// before or after is null where something came to be, or went.  all: what did not change, too.
export function Difference({ before, after, labels = {}, all = false }) {
	const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
		.filter((name) => all || !before || !after || !same(before[name], after[name]));

	if (names.length === 0)
		return html`<p class="soft">${t("diff.none")}</p>`;
	return html`<dl class="diff">${names.map((name) => html`<div key=${name}>
		<dt>${labels[name] ?? name}</dt>
		<dd>${before && !(after && isNothing(before[name])) && html`<${Side} was value=${before[name]} other=${after?.[name]} kept=${after && same(before[name], after[name])} />`}
			${after && !(before && (same(before[name], after[name]) || (isNothing(after[name]) && !isNothing(before[name])))) && html`<${Side} value=${after[name]} other=${before?.[name]} />`}</dd>
	</div>`)}</dl>`;
}

function Side({ was, value, other, kept }) {
	if (kept)
		return html`<span class="kept" dir="auto">${shownValue(value)}</span>`;
	const As = was ? "del" : "ins";
	const text = shownValue(value);
	const [start, middle, end] = typeof value === "string" && typeof other === "string" ? parts(value, other) : ["", text, ""];
	return html`<${As} dir="auto"><span class="unseen">${t(was ? "diff.before" : "diff.after")} </span>${start}${
		middle && (start || end) ? html`<mark>${middle}</mark>` : middle}${end}<//>`;
}

// What two texts have in common at their ends stays plain.
function parts(text, other) {
	const a = [...text];
	const b = [...other];
	let start = 0;
	let end = 0;

	while (start < Math.min(a.length, b.length) && a[start] === b[start])
		start++;
	while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end))
		end++;
	return [a.slice(0, start).join(""), a.slice(start, a.length - end).join(""), end ? a.slice(-end).join("") : ""];
}
