// SPDX-License-Identifier: ISC
//
// A button, or a link that looks like one.  kind: "" the one thing to do · quiet · bare · danger.
// Without children it is an icon alone, and label is its name.

import { html } from "/js/preact.js";
import { Icon } from "/js/ui/icon.js";

export function Button({ kind = "quiet", icon, label, busy, href, children, class: more = "", ...rest }) {
	const alone = children === undefined || children === null || (Array.isArray(children) && children.length === 0);
	const looks = ["button", kind === "main" ? "" : kind, alone ? "alone" : "", more].filter(Boolean).join(" ");
	const inside = html`${busy ? html`<span class="spinner" aria-hidden="true" />` : icon && html`<${Icon} name=${icon} />`}${children}`;
	const name = alone ? { "aria-label": label, title: label } : { "aria-label": label };

	if (href)
		return html`<a class=${looks} href=${href} ...${name} ...${rest}>${inside}</a>`;
	return html`<button type="button" class=${looks} aria-busy=${busy ? "true" : undefined} aria-disabled=${busy ? "true" : undefined} ...${name} ...${rest}>${inside}</button>`;
}
