// SPDX-License-Identifier: ISC
//
// A state or a kind in a word.  kind: "" plain · good · fair · bad; the dot says the same again in form.

import { html } from "/js/preact.js";

export function Badge({ kind = "", dot, children }) {
	return html`<span class=${`badge ${kind}`}>${dot && html`<i class="dot" />`}${children}</span>`;
}
