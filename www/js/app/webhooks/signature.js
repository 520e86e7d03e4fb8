// SPDX-License-Identifier: ISC
//
// What a receiver must know to trust what it is sent: doc/webhooks.md in short.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button, copy } from "/js/ui/index.js";

const EXAMPLE = `import { createHmac, timingSafeEqual } from "node:crypto";

// body: the bytes as they came
export function isOurs(secret, headers, body) {
	const key = Buffer.from(secret.slice("whsec_".length), "base64");
	const { "webhook-id": id, "webhook-timestamp": at } = headers;
	const want = createHmac("sha256", key).update(\`\${id}.\${at}.\`).update(body).digest();
	const fresh = Math.abs(Date.now() / 1000 - Number(at)) < 300;

	return fresh && headers["webhook-signature"].split(" ").some((one) => {
		const have = Buffer.from(one.slice("v1,".length), "base64");
		return have.length === want.length && timingSafeEqual(have, want);
	});
}`;

export function Signature() {
	return html`<details class="help"><summary>${t("webhooks.verify")}</summary>
		<ol>${[1, 2, 3, 4].map((n) => html`<li key=${n}>${t(`webhooks.verify-${n}`)}</li>`)}</ol>
		<p>${t("webhooks.verify-library")}</p>
		<div class="json-head"><h4>${t("webhooks.verify-example")}</h4><${Button} kind="bare" icon="copy" onClick=${() => copy(EXAMPLE)}>${t("copy")}<//></div>
		<pre class="json" tabindex="0" role="region" aria-label=${t("webhooks.verify-example")}>${EXAMPLE}</pre></details>`;
}
