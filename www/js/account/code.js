// SPDX-License-Identifier: ISC
//
// A code by mail, for what needs to be confirmed: it is sent when this appears, then
// typed in.  That for an address went to it when it became theirs and may be at hand:
// another, which would void it, is sent only when asked for.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { Busy, Field, Note, toast } from "/js/account/parts.js";

export function Code({ purpose, address, confirmed, cancel }) {
	const [problem, setProblem] = useState(null);
	const [early, setEarly] = useState(false); // too early for another
	const [busy, setBusy] = useState(false);
	const isSent = purpose === "verify-email";

	async function send() {
		setProblem(null);
		setEarly(false);
		try {
			await api.post("auth/request-otp", { purpose });
			toast(t("code.sent", { address }), undefined, "code");
		} catch (failed) {
			if (failed.code === 5004)
				setEarly(true);
			else
				setProblem(failed);
		}
	}

	async function confirm(event) {
		event.preventDefault();
		const { otp } = Object.fromEntries(new FormData(event.target));
		setBusy(true);
		setProblem(null);
		try {
			await api.post("auth/verify-otp", { purpose, otp });
			await confirmed();
		} catch (failed) {
			setProblem(failed.code === 1002 ? { message: t("code.wrong"), fields: { otp: t("field.1002") } } : failed);
		} finally {
			setBusy(false);
		}
	}

	useEffect(() => {
		if (!isSent)
			send();
		document.getElementById("otp").focus();
	}, [purpose]);
	useEffect(() => {
		if (early) // what is told moves the buttons down
			document.getElementById("code").scrollIntoView({ block: "nearest" });
	}, [early]);
	return html`<form class="card panel stack narrow" id="code" onSubmit=${confirm} aria-labelledby="code-title">
		<h2 id="code-title">${t(isSent ? "code.verify" : "code.title")}</h2>
		<p class="soft">${t(isSent ? "code.held" : "code.about", { address })}</p>
		${problem && html`<${Note} problem=${problem} />`}
		<${Field} id="otp" label=${t("code.label")} wrong=${problem?.fields?.otp} inputmode="numeric"
			autocomplete="one-time-code" maxlength="20" required />
		${early && html`<${Note} kind="caution">${t(isSent ? "code.wait" : "code.wait-other")}<//>`}
		<div class="end-row">
			<button class="button bare" type="button" onClick=${cancel}>${t("cancel")}</button>
			<button class="button quiet" type="button" onClick=${send}>${t("code.again")}</button>
			<${Busy} busy=${busy} type="submit">${t("code.confirm")}<//>
		</div>
	</form>`;
}
