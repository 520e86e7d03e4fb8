// SPDX-License-Identifier: ISC
//
// Personal API tokens: made with a name, an end and what they may; the token
// itself is shown once and never again.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, relative, t } from "/js/i18n/index.js";
import { Busy, Field, Icon, List, Note, Once, Sure, toast, useList } from "/js/account/parts.js";

const DAY = 86400000; // ms
const LASTING = [7, 30, 90, 365]; // days

export function Tokens({ me }) {
	const list = useList("auth/tokens");
	const [made, setMade] = useState(null);

	async function revoke(token) {
		try {
			await api.remove(`auth/tokens/${token.id}`);
			toast(t("tokens.revoked"));
		} catch (problem) {
			toast(problem.message);
		}
		list.reload();
	}

	function show(token) {
		setMade(token);
		list.reload();
	}

	return html`${made && html`<${Once} secret=${made.token} title=${t("tokens.made")} about=${t("tokens.once")}
			close=${() => setMade(null)} />`}
		<${NewToken} user=${me.user} made=${show} />
		<${List} list=${list} empty=${t("tokens.none")} row=${(token) => html`<li key=${token.id}>
			<span class="glyph"><${Icon} name="key" /></span>
			<div class="what">
				<div>${token.name}<${State} token=${token} /></div>
				<p class="small soft">${t("tokens.until", { date: date(token.expiresAt) })} ·${" "}
					${token.lastUsedAt ? t("tokens.used", { when: relative(token.lastUsedAt) }) : t("tokens.unused")}</p>
				<p class="small soft mono">${(token.scopes ?? []).join(" ")}</p>
			</div>
			<div class="acts"><${Sure} label=${t("tokens.revoke")} question=${t("tokens.sure")} name=${token.name}
				act=${() => revoke(token)} /></div>
		</li>`} />`;
}

function State({ token }) {
	const left = new Date(token.expiresAt) - Date.now();

	if (left <= 0)
		return html`<span class="badge bad">${t("tokens.expired")}</span>`;
	return left < 7 * DAY && html`<span class="badge fair">${t("tokens.soon")}</span>`;
}

function NewToken({ user, made }) {
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const scopes = user.permissions ?? [];

	async function create(event) {
		event.preventDefault();
		const form = event.target;
		const data = new FormData(form);
		setBusy(true);
		setProblem(null);
		try {
			const { body } = await api.post("auth/tokens", {
				name: data.get("name"),
				scopes: data.getAll("scopes"),
				expiresAt: new Date(Date.now() + Number(data.get("days")) * DAY).toISOString(),
			});
			form.reset();
			made(body);
		} catch (failed) {
			setProblem(failed);
		} finally {
			setBusy(false);
		}
	}

	return html`<form class="card panel stack" onSubmit=${create}>
		<h2>${t("tokens.new")}</h2>
		${problem && html`<${Note} problem=${problem} />`}
		<div class="pair">
			<${Field} id="name" label=${t("tokens.name")} hint=${t("tokens.name-hint")} wrong=${problem?.fields?.name} maxlength="100" required />
			<${Field} as="select" id="days" label=${t("tokens.lasts")} wrong=${problem?.fields?.expiresAt}>
				${LASTING.map((days) => html`<option value=${days} defaultSelected=${days === 90}>${t("tokens.days", { days })}</option>`)}
			<//>
		</div>
		<fieldset class="field">
			<legend class="label">${t("tokens.scopes")}</legend>
			<div class="scopes">${scopes.map((scope) => html`<label class="check" key=${scope}>
				<input type="checkbox" name="scopes" value=${scope} defaultChecked=${scopes.length === 1} />
				<span class="mono">${scope === "*" ? t("tokens.everything") : scope}</span></label>`)}</div>
			${problem?.fields?.scopes && html`<span class="wrong">${problem.fields.scopes}</span>`}
		</fieldset>
		<div class="end-row"><${Busy} busy=${busy} type="submit">${t("tokens.create")}<//></div>
	</form>`;
}
