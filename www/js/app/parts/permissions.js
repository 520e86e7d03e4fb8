// SPDX-License-Identifier: ISC
//
// What somebody may, by resource, in words.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { grantWords, resourceWords } from "/js/app/parts/grants.js";

export function Permissions({ held }) {
	const groups = grouped(held);

	if (held.includes("*"))
		return html`<p>${t("people.everything")}</p>`;
	if (held.length === 0)
		return html`<p class="soft">${t("people.nothing")}</p>`;
	return html`<dl class="facts">${[...groups].map(([resource, names]) => html`<div key=${resource}><dt>${resourceWords(resource)}</dt>
		<dd>${names.map((one) => html`<div key=${one}>${grantWords({ name: one })}</div>`)}</dd></div>`)}</dl>`;
}

function grouped(held) {
	const groups = new Map();

	for (const one of held) {
		const [resource] = one.split(":");
		groups.set(resource, [...groups.get(resource) ?? [], one]);
	}
	return groups;
}
