// SPDX-License-Identifier: ISC
//
// Nothing here: why, and what to do about it.

import { html } from "/js/preact.js";
import { Icon } from "/js/ui/icon.js";

export function Empty({ icon = "inbox", title, children, action }) {
	return html`<div class="empty"><${Icon} name=${icon} large /><p class="lead">${title}</p>
		${children && html`<p class="soft">${children}</p>`}${action}</div>`;
}
