// SPDX-License-Identifier: ISC
//
// What a person may ask: all that is kept of them, and to be forgotten.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { saveFile } from "/js/app/files.js";
import { Button, Dialog, Field, Form, Note, toast } from "/js/ui/index.js";

export function Everything({ customer, close }) {
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);

	async function take() {
		setBusy(true);
		setProblem(null);
		try {
			const { body } = await api.get(`customers/${customer.id}/export`, { fresh: true });
			saveFile(`${customer.name}.json`, JSON.stringify(body, null, "\t"), "application/json");
			toast(t("customers.everything-done"));
			close();
		} catch (failed) {
			setProblem(failed);
			setBusy(false);
		}
	}

	return html`<${Dialog} title=${t("customers.everything")} close=${close} actions=${html`<${Button} kind="bare" onClick=${close}>${t("cancel")}<//>
			<${Button} kind="main" icon="download" busy=${busy} onClick=${take}>${t("customers.everything-do")}<//>`}>
		${problem && html`<${Note} problem=${problem} />`}
		<p>${t("customers.everything-about", { name: customer.name })}</p><p class="soft">${t("customers.everything-told")}</p>
	<//>`;
}

export function Anonymise({ customer, close, done }) {
	const [typed, setTyped] = useState("");

	return html`<${Dialog} title=${t("customers.anonymise-title", { name: customer.name })} close=${close}>
		<${Note} kind="caution">${t("customers.anonymise-about")}<//>
		<${Form} kind="danger" submit=${t("customers.anonymise-do")} cancel=${close} send=${() => check(customer, typed) ?? api.post(`customers/${customer.id}/anonymise`, { confirm: typed.trim() })}
			done=${({ body }) => { done(body); toast(t("customers.anonymised")); }}>
			<p>${t("customers.anonymise-type")} <strong class="select" dir="auto">${customer.name}</strong></p>
			<${Field} name="confirm" label=${t("customers.anonymise-confirm")} autocomplete="off" spellcheck="false" required autofocus dir="auto" onInput=${(event) => setTyped(event.target.value)} />
		<//><//>`;
}

function check(customer, typed) {
	if (typed.trim() !== customer.name)
		throw Object.assign(new Error(t("error.fields")), { fields: { confirm: t("customers.anonymise-wrong") } });
}
