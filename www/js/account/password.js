// SPDX-License-Identifier: ISC
//
// A new password; every other session ends with the old one.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { strength } from "/js/passwords.js";
import { Busy, Field, Note, toast } from "/js/account/parts.js";

export function Password({ me }) {
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const [fresh, setFresh] = useState("");
	const level = strength(fresh, me.user.fullName.split(/\s+/));

	async function change(event) {
		event.preventDefault();
		const form = event.target;
		const { currentPassword, newPassword } = Object.fromEntries(new FormData(form));
		setBusy(true);
		setProblem(null);
		try {
			await api.post("auth/change-password", { currentPassword, newPassword });
			form.reset();
			setFresh("");
			toast(t("password.changed"));
		} catch (failed) {
			setProblem(failed.code === 1002 ? { message: t("password.wrong"), fields: { currentPassword: t("password.wrong") } } : failed);
		} finally {
			setBusy(false);
		}
	}

	return html`<form class="card panel stack narrow" onSubmit=${change}>
		${problem && html`<${Note} problem=${problem} />`}
		<input type="text" name="username" autocomplete="username" value=${me.user.email} hidden readonly />
		<${Field} id="currentPassword" type="password" label=${t("password.current")} autocomplete="current-password"
			wrong=${problem?.fields?.currentPassword} maxlength="1024" required />
		<${Field} id="newPassword" type="password" label=${t("password.new")} autocomplete="new-password" hint=${t("password.hint")}
			wrong=${problem?.fields?.newPassword} minlength="8" maxlength="1024" required
			onInput=${(event) => setFresh(event.target.value)} />
		${fresh && html`<span class="strength">
			<meter min="0" max="4" low="2" high="3" optimum="4" value=${level} aria-label=${t("password.strength")}></meter>
			<span class="small soft" role="status">${t(`password.strength.${level}`)}</span></span>`}
		<div class="end-row"><${Busy} busy=${busy} type="submit">${t("password.change")}<//></div>
	</form>`;
}
