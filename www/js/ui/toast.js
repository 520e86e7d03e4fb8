// SPDX-License-Identifier: ISC
//
// A short message at the foot of the page, with a way to undo.  It waits while it is looked at.

import { html, useRef } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { store, useStore } from "/js/app/store.js";
import { Button } from "/js/ui/button.js";
import { Icon } from "/js/ui/icon.js";

const LASTS = 7000; // ms; half as long again with something to press
const shown = store([]);
let count = 0;

// options: action { label, act } · kind "good" | "bad" · about: what is said later about the same takes its
// place · requestId: the number under which the logs know a failure.
export function toast(message, options = {}) {
	const one = { message, ...options, id: ++count };

	shown.set((was) => [...was.filter((old) => !one.about || old.about !== one.about).slice(-2), one]);
	later(one);
}

const drop = (id) => shown.set((was) => was.filter((one) => one.id !== id));
const timers = new Map();

function later(one) {
	timers.set(one.id, setTimeout(drop, one.action || one.kind === "bad" ? LASTS * 1.5 : LASTS, one.id));
}

export function Toasts() {
	return html`<div class="toasts" role="status" aria-live="polite">${useStore(shown).map((one) => html`<${Toast} key=${one.id} one=${one} />`)}</div>`;
}

function Toast({ one }) {
	const place = useRef(null);
	const stay = () => clearTimeout(timers.get(one.id));

	return html`<div class=${`toast ${one.kind ?? ""}`} ref=${place} onPointerEnter=${stay} onFocusIn=${stay}
		onPointerLeave=${() => later(one)} onFocusOut=${() => later(one)}>
		${one.kind === "bad" && html`<${Icon} name="warning" />`}
		<span>${one.message}${one.requestId && html` <code class="number">${one.requestId.slice(0, 8)}</code>`}</span>
		${one.action && html`<${Button} kind="bare" onClick=${() => { drop(one.id); one.action.act(); }}>${one.action.label}<//>`}
		<${Button} kind="bare" icon="close" label=${t("close")} onClick=${() => drop(one.id)} />
	</div>`;
}
