// SPDX-License-Identifier: ISC
//
// A secret that is shown once: to copy, and then to put away.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button } from "/js/ui/button.js";
import { toast } from "/js/ui/toast.js";

export function Once({ secret, title, about, close }) {
	return html`<section class="note once" role="status" aria-label=${title}>
		<p><strong>${title}</strong> ${about}</p>
		<div class="secret">
			<code data-secret>${secret}</code>
			<${Button} kind="main" icon="copy" onClick=${() => copy(secret)}>${t("copy")}<//>
			<${Button} onClick=${close}>${t("once.kept")}<//>
		</div>
	</section>`;
}

export async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
		toast(t("once.copied"), { about: "copy" });
	} catch {
		toast(t("once.by-hand"), { about: "copy" });
	}
}
