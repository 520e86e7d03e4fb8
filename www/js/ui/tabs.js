// SPDX-License-Identifier: ISC
//
// Parts of one page.  With addresses they are links; without, tabs of which one is shown.

import { html, useLayoutEffect, useRef } from "/js/preact.js";

// tabs: { name, label, href?, count? }; here: the name of the one that is shown; go(name) without addresses.
export function Tabs({ label, tabs, here, go }) {
	const place = useRef(null);
	const inside = (one) => html`${one.label}${one.count !== undefined && html`<span class="count">${one.count}</span>`}`;

	useLayoutEffect(() => { // in sight also where there is no room for all
		place.current.querySelector("[aria-current], [aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
	}, [here]);
	if (tabs.every((one) => one.href))
		return html`<nav class="tabs" aria-label=${label} ref=${place}>${tabs.map((one) => html`<a key=${one.name} href=${one.href}
			aria-current=${one.name === here ? "page" : undefined}>${inside(one)}</a>`)}</nav>`;
	return html`<div class="tabs" role="tablist" aria-label=${label} ref=${place} onKeyDown=${(event) => keys(event, tabs, here, go)}>
		${tabs.map((one) => html`<button key=${one.name} type="button" role="tab" id=${`tab-${one.name}`} aria-controls="tab-panel"
			aria-selected=${String(one.name === here)} tabindex=${one.name === here ? "0" : "-1"}
			onClick=${() => go(one.name)}>${inside(one)}</button>`)}</div>`;
}

export function TabPanel({ name, children }) {
	return html`<div role="tabpanel" id="tab-panel" aria-labelledby=${`tab-${name}`}>${children}</div>`;
}

function keys(event, tabs, here, go) {
	const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];

	if (!step)
		return;
	event.preventDefault();
	const next = tabs.at((tabs.findIndex((one) => one.name === here) + step) % tabs.length);
	go(next.name);
	document.getElementById(`tab-${next.name}`).focus();
}
