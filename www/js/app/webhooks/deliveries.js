// SPDX-License-Identifier: ISC
//
// What one webhook was told, and one message of it with how each try went.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, number, relative, t, translated } from "/js/i18n/index.js";
import { change, path, useGet, useList } from "/js/data.js";
import { Json, lasting } from "/js/app/queues/parts.js";
import { Badge, Button, Choice, Drawer, Facts, Item, List, Note, Skeleton } from "/js/ui/index.js";

const EVERY = 5000; // ms
const KINDS = { delivered: "good", failed: "bad", pending: "fair" };

export const DeliveryState = ({ state }) => html`<${Badge} kind=${KINDS[state] ?? ""} dot=${state in KINDS}>${t(`webhooks.state.${state}`)}<//>`;

// Nothing can be sent again while the webhook is off.
export function Deliveries({ webhook, ping }) {
	const [state, setState] = useState("");
	const list = useList(path(`webhooks/${webhook.id}/deliveries`, { state }), { every: EVERY });
	const again = (one) => redeliver(one, list.reload);

	return html`<section><div class="heading"><h3>${t("webhooks.deliveries")}</h3>${webhook.isActive && html`<${Button} icon="webhook" onClick=${ping}>${t("webhooks.test")}<//>`}</div>
		<${Choice} label=${t("webhooks.deliveries-which")} value=${state} set=${setState}
			options=${[["", t("webhooks.all")], ["delivered", t("webhooks.state.delivered")], ["failed", t("webhooks.state.failed")], ["pending", t("webhooks.state.pending")]]} />
		<${List} label=${t("webhooks.deliveries")} list=${list} empty=${t("webhooks.deliveries-none")} row=${(one) => html`<${Item} key=${one.id}
			href=${`/app/webhooks/${webhook.id}/${one.id}`} title=${one.event} badges=${html`<${DeliveryState} state=${one.state} />`}
			about=${html`<time datetime=${one.createdAt} title=${dateTime(one.createdAt)}>${relative(one.createdAt)}</time>${one.status ? ` · ${one.status}` : ""}${one.cause ? ` · ${translated(one.cause)}` : ""}`}
			acts=${webhook.isActive && one.state !== "pending" && html`<${Button} kind="bare" icon="reload" label=${t("webhooks.redeliver-one", { event: one.event })} onClick=${() => again(one)} />`} />`} /></section>`;
}

const redeliver = (one, then) => change({ send: () => api.post(`deliveries/${one.id}/redeliver`).then((answer) => { then(); return answer; }),
	said: t("webhooks.redelivered"), about: `message ${one.messageId}` });

export function DeliveryDrawer({ webhook, id, close }) {
	const one = useGet(`deliveries/${id}`, { every: EVERY });
	const told = one.body;
	const back = html`<a href=${`/app/webhooks/${webhook}${location.search}`}>${t("webhooks.back")}</a>`;

	if (!told)
		return html`<${Drawer} name=${id} title=${t("webhooks.delivery")} close=${close} head=${back}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} rows=${6} />`}<//>`;
	return html`<${Drawer} name=${id} title=${told.event} close=${close} head=${html`<span class="tight"><${DeliveryState} state=${told.state} /></span>${back}`}
		actions=${told.state !== "pending" && html`<${Button} icon="reload" onClick=${() => redeliver(told, one.reload)}>${t("webhooks.redeliver")}<//>`}>
		<${Facts} rows=${[[t("webhooks.put-in"), dateTime(told.createdAt)], [t("webhooks.delivered-at"), told.deliveredAt && dateTime(told.deliveredAt)],
			[t("webhooks.answer"), told.status && String(told.status)], [t("webhooks.message"), html`<code>${told.messageId}</code>`]]} />
		<section><h3>${t("webhooks.tries-title")}</h3>${told.tries.length === 0 ? html`<p class="soft">${t("webhooks.no-tries")}</p>` :
			html`<ol class="tries">${told.tries.map((one) => html`<${Try} key=${one.attempt} one=${one} />`)}</ol>`}</section>
		<${Json} label=${t("webhooks.sent")} value=${told.payload} />
	<//>`;
}

function Try({ one }) {
	const isGood = one.status >= 200 && one.status < 300;

	return html`<li><div><strong>${number(one.attempt)}</strong> <${Badge} kind=${isGood ? "good" : "bad"} dot>${one.status ?? t("webhooks.no-answer")}<//>
		<span class="soft"><time datetime=${one.at}>${dateTime(one.at)}</time>${one.ms !== null && ` · ${lasting(one.ms)}`}</span></div>
		${one.cause && html`<p dir="auto">${translated(one.cause)}</p>`}${one.response && html`<pre class="json" tabindex="0" role="region" aria-label=${t("webhooks.answer")}>${one.response}</pre>`}</li>`;
}
