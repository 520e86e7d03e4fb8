// SPDX-License-Identifier: ISC
//
// A button with a list of things to do.  Arrows move, a letter jumps, Escape leaves.

import { html } from "/js/preact.js";
import { Icon } from "/js/ui/icon.js";
import { Popover } from "/js/ui/popover.js";

// items: { label, icon, act | href, danger, checked, hint } or null for a line; those that are false are left out.
export function Menu({ button = { kind: "bare", icon: "more" }, label, words, items, align = "end", head }) {
	const shown = items.filter((one) => one !== false && one !== undefined);

	return html`<${Popover} button=${{ ...button, label: words ? undefined : label }} words=${words} label=${label} kind="menu" role="menu" align=${align}>
		${(close) => html`<div class="menu-items" role="none" onKeyDown=${keys}>${head}
			${shown.map((one, i) => one === null ? html`<hr key=${i} role="separator" />` : html`<${Item} key=${one.label} one=${one} close=${close} />`)}</div>`}
	<//>`;
}

function Item({ one, close }) {
	const isCheck = one.checked !== undefined;
	const rest = { role: isCheck ? "menuitemcheckbox" : "menuitem", tabindex: "-1", class: one.danger ? "danger" : undefined,
		"aria-checked": isCheck ? String(one.checked) : undefined };
	const inside = html`<span class="lead">${isCheck ? one.checked && html`<${Icon} name="check" />` : one.icon && html`<${Icon} name=${one.icon} />`}</span>
		<span>${one.label}</span>${one.hint && html`<kbd>${one.hint}</kbd>`}`;

	if (one.href)
		return html`<a href=${one.href} ...${rest} onClick=${close}>${inside}</a>`;
	return html`<button type="button" ...${rest} onClick=${() => { if (!isCheck) close(); one.act(); }}>${inside}</button>`;
}

function keys(event) {
	const all = [...event.currentTarget.querySelectorAll("[role^=menuitem]")];
	const at = all.indexOf(document.activeElement);
	const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key] ??
		(event.key.length === 1 && event.key !== " " ? jump(all, at, event.key) : null);

	if (event.key === "Tab")
		event.currentTarget.closest("[popover]").hidePopover();
	if (to === null)
		return;
	event.preventDefault();
	event.stopPropagation();
	all.at(to % all.length)?.focus();
}

function jump(all, at, key) {
	const after = [...all.keys()].map((i) => (at + 1 + i) % all.length);

	return after.find((i) => all[i].textContent.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase())) ?? null;
}
