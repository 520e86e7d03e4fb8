// SPDX-License-Identifier: ISC
//
// How far a long piece of work has come; value: 0 to 1, or nothing while that is unknown.

import { html } from "/js/preact.js";
import { percent } from "/js/i18n/index.js";

export function Progress({ label, value, note }) {
	return html`<div class="progress"><div><span>${label}</span><span class="soft">${note ?? (value === undefined ? "" : percent(value))}</span></div>
		<progress max="1" value=${value} aria-label=${label} /></div>`;
}
