// SPDX-License-Identifier: ISC
//
// Rows that are read rather than compared: a picture, a line or two, what can be done.
// list: of useList(); its four states are drawn here, so that no page forgets one.

import { html } from "/js/preact.js";
import { Empty } from "/js/ui/empty.js";
import { Note } from "/js/ui/note.js";
import { Pager } from "/js/ui/pager.js";
import { Skeleton } from "/js/ui/skeleton.js";

// row(one) draws an Item; empty: the properties of Empty, or a sentence.
export function List({ list, row, empty, label, lines = 4 }) {
	if (!list.rows && list.problem)
		return html`<${Note} problem=${list.problem} again=${list.reload} />`;
	if (!list.rows)
		return html`<${Skeleton} kind="rows" rows=${lines} />`;
	if (list.rows.length === 0)
		return html`<${Empty} ...${typeof empty === "string" ? { title: empty } : empty} />`;
	return html`${list.problem && html`<${Note} problem=${list.problem} again=${list.reload} />`}
		<ul class="items" aria-label=${label} aria-busy=${list.stale ? "true" : undefined}>${list.rows.map(row)}</ul>
		<${Pager} list=${list} />`;
}

// lead: an avatar or an icon; href: where the title leads.
export function Item({ lead, title, href, about, badges, acts, children, class: more = "", ...rest }) {
	return html`<li class=${`item ${more}`} ...${rest}>
		${lead && html`<span class="lead">${lead}</span>`}
		<div class="what"><div class="title">${href ? html`<a href=${href} dir="auto">${title}</a>` : html`<span dir="auto">${title}</span>`}${badges}</div>
			${about && html`<p class="soft">${about}</p>`}${children}</div>
		${acts && html`<div class="acts">${acts}</div>`}
	</li>`;
}
