// SPDX-License-Identifier: ISC
//
// A code by mail, for what needs to be confirmed: it is sent when this appears, then
// typed in.  That for an address went to it when it became theirs and may be at hand:
// another, which would void it, is sent only when asked for.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { Button, Card, Field, Form, Note, toast } from "/js/ui/index.js";

export function Code({ purpose, address, confirmed, cancel }) {
	const [problem, setProblem] = useState(null);
	const [early, setEarly] = useState(false); // too early for another
	const place = useRef(null);
	const isSent = purpose === "verify-email";

	async function send() {
		setProblem(null);
		setEarly(false);
		try {
			await api.post("auth/request-otp", { purpose });
			toast(t("code.sent", { address }), { about: "code" });
		} catch (failed) {
			if (failed.code === 5004)
				setEarly(true);
			else
				setProblem(failed);
		}
	}

	async function confirm({ otp }) {
		try {
			await api.post("auth/verify-otp", { purpose, otp });
		} catch (failed) {
			throw failed.code === 1002 ? { message: t("code.wrong"), fields: { otp: t("field.1002") } } : failed;
		}
		await confirmed();
	}

	useEffect(() => {
		if (!isSent)
			send();
		place.current.querySelector("input").focus();
	}, [purpose]);
	useEffect(() => {
		if (early) // what is told moves the buttons down
			place.current.scrollIntoView({ block: "nearest" });
	}, [early]);
	return html`<div ref=${place}><${Card} title=${t(isSent ? "code.verify" : "code.title")} about=${t(isSent ? "code.held" : "code.about", { address })}>
		${problem && html`<${Note} problem=${problem} />`}
		<${Form} send=${confirm}>
			<${Field} name="otp" label=${t("code.label")} inputmode="numeric" autocomplete="one-time-code" maxlength="20" required />
			${early && html`<${Note} kind="caution">${t(isSent ? "code.wait" : "code.wait-other")}<//>`}
			<div class="ends"><${Button} kind="bare" onClick=${cancel}>${t("cancel")}<//><${Button} onClick=${send}>${t("code.again")}<//>
				<${Button} kind="main" type="submit">${t("code.confirm")}<//></div>
		<//><//></div>`;
}
