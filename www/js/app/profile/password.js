// SPDX-License-Identifier: ISC
//
// A new password; every other session ends with the old one.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { strength } from "/js/passwords.js";
import { Card, Form, PasswordField, toast } from "/js/ui/index.js";

export function Password({ user }) {
	const [fresh, setFresh] = useState("");
	const level = strength(fresh, user.fullName.split(/\s+/u));

	async function send({ currentPassword, newPassword }) {
		try {
			await api.post("auth/change-password", { currentPassword, newPassword });
		} catch (failed) {
			throw failed.code === 1002 ? { message: t("password.wrong"), fields: { currentPassword: t("password.wrong") } } : failed;
		}
	}

	function done(_, form) {
		form.reset();
		setFresh("");
		toast(t("password.changed"));
	}

	return html`<${Card}><${Form} send=${send} done=${done} submit=${t("password.change")}>
		<input type="text" name="username" autocomplete="username" value=${user.email} hidden readonly />
		<${PasswordField} name="currentPassword" label=${t("password.current")} autocomplete="current-password" required />
		<${PasswordField} name="newPassword" label=${t("password.new")} autocomplete="new-password" hint=${t("password.hint")} minlength="8" required
			onInput=${(event) => setFresh(event.target.value)}>
			${fresh && html`<div class="strength"><meter min="0" max="4" low="2" high="3" optimum="4" value=${level} aria-label=${t("password.strength")} />
				<span class="hint soft" role="status">${t(`password.strength.${level}`)}</span></div>`}<//>
	<//><//>`;
}
