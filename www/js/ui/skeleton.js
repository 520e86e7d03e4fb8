// SPDX-License-Identifier: ISC
//
// The shape of what is coming, as tall as that will be.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";

export function Skeleton({ rows = 3, kind = "lines", label }) {
	return html`<div class=${`skeleton ${kind}`} role="status"><span class="unseen">${label ?? t("loading")}</span>
		${Array.from({ length: rows }, (_, i) => html`<i key=${i} />`)}</div>`;
}
