// SPDX-License-Identifier: ISC
//
// What holds right now, a word each, and a press to take it off.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button } from "/js/ui/button.js";
import { Icon } from "/js/ui/icon.js";

// chips: { name, label, drop }; clear() takes off all.
export function Chips({ label, chips, clear }) {
	if (chips.length === 0)
		return null;
	return html`<ul class="chips" aria-label=${label}>${chips.map((one) => html`<li key=${one.name} class="chip"><span dir="auto">${one.label}</span>
			<button type="button" aria-label=${`${t("take-off")}: ${one.label}`} onClick=${one.drop}><${Icon} name="close" /></button></li>`)}
		${clear && chips.length > 1 && html`<li><${Button} kind="bare" onClick=${clear}>${t("clear")}<//></li>`}</ul>`;
}
