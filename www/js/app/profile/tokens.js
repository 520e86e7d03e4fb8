// SPDX-License-Identifier: ISC
//
// Personal API tokens: made with a name, an end and what they may; the token
// itself is shown once and never again.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, relative, t } from "/js/i18n/index.js";
import { useList } from "/js/data.js";
import { grantName } from "/js/app/parts/grants.js";
import { Badge, Card, Check, Field, Form, Icon, Item, List, Once, Sure } from "/js/ui/index.js";

const DAY = 86400000; // ms
const LASTING = [7, 30, 90, 365]; // days

export function Tokens({ user }) {
	const list = useList("auth/tokens", { watch: ["tokens"] });
	const [made, setMade] = useState(null);
	const revoke = (token) => list.change(token.id, null, { send: () => api.remove(`auth/tokens/${token.id}`), said: t("tokens.revoked") });

	return html`${made && html`<${Once} secret=${made.token} title=${t("tokens.made")} about=${t("tokens.once")} close=${() => setMade(null)} />`}
		<${NewToken} user=${user} made=${(token) => { setMade(token); list.reload(); }} />
		<${Card} flush><${List} list=${list} label=${t("tokens.title")} empty=${{ icon: "key", title: t("tokens.none") }} row=${(token) => html`<${Item} key=${token.id}
			lead=${html`<${Icon} name="key" />`} title=${token.name} badges=${html`<${State} token=${token} />`}
			about=${`${t("tokens.until", { date: date(token.expiresAt) })} · ${token.lastUsedAt ? t("tokens.used", { when: relative(token.lastUsedAt) }) : t("tokens.unused")}`}
			acts=${html`<${Sure} label=${t("tokens.revoke")} question=${t("tokens.sure")} about=${token.name} act=${() => revoke(token)} />`}>
			<p class="soft">${(token.scopes ?? []).map(grantName).join(" · ")}</p><//>`} /><//>`;
}

function State({ token }) {
	const left = new Date(token.expiresAt) - Date.now();

	if (left <= 0)
		return html`<${Badge} kind="bad">${t("tokens.expired")}<//>`;
	return left < 7 * DAY && html`<${Badge} kind="fair">${t("tokens.soon")}<//>`;
}

function NewToken({ user, made }) {
	const [wrong, setWrong] = useState(null);
	const scopes = user.permissions ?? [];

	async function send({ name, days }, data) {
		setWrong(null);
		return api.postForSecret("auth/tokens", { name, scopes: data.getAll("scopes"), expiresAt: new Date(Date.now() + Number(days) * DAY).toISOString() })
			.catch((failed) => { setWrong(failed.fields?.scopes); throw failed; });
	}

	return html`<${Card} title=${t("tokens.new")}><${Form} submit=${t("tokens.create")} send=${send} done=${({ body }, form) => { form.reset(); made(body); }}>
		<div class="pair"><${Field} name="name" label=${t("tokens.name")} hint=${t("tokens.name-hint")} maxlength="100" required />
			<${Field} name="days" label=${t("tokens.lasts")} options=${LASTING.map((days) => [days, t("tokens.days", { days })])} defaultValue="90" /></div>
		<fieldset class="field"><legend class="label">${t("tokens.scopes")}</legend>
			<div class="scopes">${scopes.map((scope) => html`<${Check} key=${scope} name="scopes" value=${scope} defaultChecked=${scopes.length === 1}
				label=${scope === "*" ? t("tokens.everything") : grantName(scope)} />`)}</div>
			${wrong && html`<span class="wrong">${wrong}</span>`}</fieldset>
	<//><//>`;
}
