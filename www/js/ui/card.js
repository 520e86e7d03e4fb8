// SPDX-License-Identifier: ISC
//
// A bounded part of a page: a title, what can be done with it, its content.

import { html } from "/js/preact.js";
import { useUid } from "/js/app/store.js";

export function Card({ title, about, actions, flush, level = 2, children, class: more = "" }) {
	const id = useUid("k");
	const Heading = `h${level}`;

	return html`<section class=${`panel ${flush ? "flush" : ""} ${more}`} aria-labelledby=${title ? id : undefined}>
		${(title || actions) && html`<header><div>${title && html`<${Heading} id=${id}>${title}<//>`}
			${about && html`<p class="soft">${about}</p>`}</div>${actions && html`<div class="acts">${actions}</div>`}</header>`}
		${children}
	</section>`;
}

// One number that matters, with what it says about itself.
export function Figure({ label, value, note, kind = "" }) {
	return html`<div class=${`figure ${kind}`}><dt>${label}</dt><dd>${value}</dd>${note && html`<dd class="note-small">${note}</dd>`}</div>`;
}

// Names and values of a record.  rows: [[name, value], …]; what is missing is left out.
export function Facts({ rows }) {
	return html`<dl class="facts">${rows.filter((row) => row && row[1] !== undefined && row[1] !== null && row[1] !== "").map(([name, value]) =>
		html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}</dl>`;
}
