// SPDX-License-Identifier: ISC
//
// One webhook beside the list: how it fares, what it is set to, its secret, what it was told.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, dateTime, relative, t } from "/js/i18n/index.js";
import { change, save, useGet } from "/js/data.js";
import { Deliveries } from "/js/app/webhooks/deliveries.js";
import { Signature } from "/js/app/webhooks/signature.js";
import { may } from "/js/app/me.js";
import { Badge, Button, Drawer, Facts, Field, Form, Note, Once, Skeleton, Sure, TagField, toast } from "/js/ui/index.js";

const RESOURCES = ["users", "roles", "customers", "customer-groups", "tasks", "articles"];
const EVENTS = ["*", ...RESOURCES.flatMap((one) => [`${one}.*`, `${one}.created`, `${one}.updated`, `${one}.deleted`, `${one}.restored`])];

export const typed = ({ url, description, events }) => ({ url: url.trim(), description: description.trim(), events: events.split(" ").filter(Boolean) });

export const Fields = ({ webhook = {} }) => html`
	<${Field} name="url" type="url" label=${t("webhooks.url")} hint=${t("webhooks.url-hint")} defaultValue=${webhook.url} maxlength="2000" placeholder="https://" required autofocus=${!webhook.url} />
	<${TagField} name="events" label=${t("webhooks.events")} hint=${t("webhooks.events-hint")} value=${webhook.events ?? []} options=${EVENTS} required />
	<${Field} name="description" label=${t("webhooks.description")} defaultValue=${webhook.description} maxlength="500" />`;

export function WebhookState({ webhook }) {
	if (!webhook.isActive)
		return html`<${Badge} kind=${webhook.disabledAt ? "bad" : ""} dot>${t(webhook.disabledAt ? "webhooks.off" : "webhooks.paused")}<//>`;
	return html`<${Badge} kind=${webhook.failingSince ? "fair" : "good"} dot>${t(webhook.failingSince ? "webhooks.failing" : "webhooks.active")}<//>`;
}

// Off and on, shown at once; each is the other's way back.
function hold(list, one, webhook, isActive) {
	one.put({ ...webhook, isActive }, one.etag);
	return list.change(webhook.id, { isActive }, { about: webhook.id, said: t(isActive ? "webhooks.is-resumed" : "webhooks.is-paused"),
		send: () => api.patch(`webhooks/${webhook.id}`, { isActive }).then(({ body, etag }) => { one.put(body, etag); return body; }, (problem) => { one.reload(); throw problem; }),
		undo: () => hold(list, one, { ...webhook, isActive }, !isActive) });
}

export function WebhookDrawer({ id, list, close, fresh, seen }) {
	const one = useGet(`webhooks/${id}`, { watch: ["webhooks"] });
	const [secret, setSecret] = useState(null);
	const [turn, setTurn] = useState(0);
	const webhook = one.body;

	function remove() {
		close();
		list.change(id, null, { send: () => api.remove(`webhooks/${id}`), said: t("webhooks.deleted"), about: id,
			undo: () => change({ send: () => api.post(`webhooks/${id}/restore`).then(list.reload) }) });
	}

	async function send(values, _, record) {
		const answer = await save(`webhooks/${id}`, { base: record.body, edited: typed(values), etag: record.etag,
			labels: { url: t("webhooks.url"), events: t("webhooks.events"), description: t("webhooks.description") } });
		if (answer) {
			one.put(answer.body, answer.etag);
			list.reload();
			toast(t("webhooks.saved"));
		}
	}

	const rotate = () => change({ send: () => api.postForSecret(`webhooks/${id}/rotate`).then(({ body }) => { setSecret(body.secret); one.reload(); return body; }) });
	const ping = () => change({ send: () => api.post(`webhooks/${id}/test`).then((answer) => { setTurn((n) => n + 1); return answer; }), said: t("webhooks.tested"), about: `ping ${id}` });
	if (!webhook)
		return html`<${Drawer} name=${id} title=${t("webhooks.one")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} rows=${6} />`}<//>`;
	return html`<${Drawer} name=${id} title=${host(webhook.url)} close=${close} head=${html`<span class="tight"><${WebhookState} webhook=${webhook} /></span>`}
		actions=${html`<${Button} kind="bare" class="danger" icon="trash" onClick=${remove}>${t("webhooks.delete")}<//>
			<${Button} icon=${webhook.isActive ? "pause" : "play"} kind=${webhook.isActive ? "quiet" : "main"} onClick=${() => hold(list, one, webhook, !webhook.isActive)}>${t(webhook.isActive ? "webhooks.pause" : "webhooks.resume")}<//>`}>
		${fresh && html`<${Once} secret=${fresh} title=${t("webhooks.made")} about=${t("webhooks.once")} close=${seen} />`}
		${secret && html`<${Once} secret=${secret} title=${t("webhooks.rotated")} about=${t("webhooks.rotated-once")} close=${() => setSecret(null)} />`}
		<${State} webhook=${webhook} />
		<${Form} record=${one} submit=${t("save")} send=${send} draft=${`webhooks.${id}`}><${Fields} webhook=${webhook} /><//>
		<${Deliveries} key=${turn} webhook=${webhook} ping=${ping} />
		<section class="stack"><${Signature} />
			<div><${Sure} label=${t("webhooks.rotate")} question=${t("webhooks.rotate-sure")} icon="key" act=${rotate} /></div>
			<${Facts} rows=${[[t("webhooks.made-at"), date(webhook.createdAt)], [t("webhooks.last"), webhook.lastDeliveryAt && `${dateTime(webhook.lastDeliveryAt)} (${relative(webhook.lastDeliveryAt)})`]]} />
			${may("audit:read") && html`<p><a href=${`/app/audit?resource=webhooks&record=${id}`}>${t("webhooks.history")}</a></p>`}</section>
	<//>`;
}

export function host(url) {
	try {
		return new URL(url).host;
	} catch {
		return url;
	}
}

function State({ webhook }) {
	return html`${webhook.disabledAt && html`<${Note} kind="caution">${t(`webhooks.disabled-${webhook.disabledReason}`, { when: relative(webhook.disabledAt) })}<//>`}
		${webhook.isActive && webhook.failingSince && html`<${Note} kind="caution">${t("webhooks.failing-since", { when: dateTime(webhook.failingSince) })}<//>`}
		${webhook.formerSecretUntil && new Date(webhook.formerSecretUntil) > Date.now() && html`<${Note}>${t("webhooks.former", { when: dateTime(webhook.formerSecretUntil) })}<//>`}`;
}
