// SPDX-License-Identifier: ISC
//
// Webhooks: which other systems are told of what, and what they were told.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, relative, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/webhooks.js";
import { path, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { navigate, useQuery } from "/js/app/router.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { DeliveryDrawer } from "/js/app/webhooks/deliveries.js";
import { Fields, WebhookDrawer, WebhookState, typed } from "/js/app/webhooks/webhook.js";
import { Badge, Button, Columns, Dialog, Form, Page, SearchField, Table } from "/js/ui/index.js";

words(table);

const HOME = "/app/webhooks";
const address = (row) => `${HOME}/${row.id}${location.search}`;
const close = () => navigate(HOME + location.search);

const columns = () => [
	{ name: "url", label: t("webhooks.url"), phone: "title", cell: (row) => html`<span class="cut">${row.url}</span>` },
	{ name: "state", label: t("webhooks.state"), phone: "aside", cell: (row) => html`<${WebhookState} webhook=${row} />` },
	{ name: "events", label: t("webhooks.events"), phone: "about", cell: (row) => html`${row.events.slice(0, 2).map((one) => html`<${Badge} key=${one}>${one}<//> `)}${row.events.length > 2 && `+${row.events.length - 2}`}` },
	{ name: "description", label: t("webhooks.description"), cell: (row) => html`<span class="cut">${row.description}</span>` },
	{ name: "last", label: t("webhooks.last"), end: true, cell: (row) => row.lastDeliveryAt ? html`<time datetime=${row.lastDeliveryAt} title=${dateTime(row.lastDeliveryAt)}>${relative(row.lastDeliveryAt)}</time>` : t("webhooks.never") },
];

export default function Webhooks({ params: { id, delivery } }) {
	const [{ search }, setQuery] = useQuery();
	const list = useList(path("webhooks", { search }), { watch: ["webhooks"] });
	const [isNew, setNew] = useState(false);
	const [made, setMade] = useState(null); // with its secret, until that is put away

	useAction(t("webhooks.new"), "add", () => setNew(true));
	useShortcut("n", t("webhooks.new"), () => setNew(true));
	return html`<${Page} title=${t("page.webhooks")} about=${t("webhooks.about")} fill
		actions=${html`<${Button} kind="main" icon="add" onClick=${() => setNew(true)}>${t("webhooks.new")}<//>`}
		tools=${html`<${SearchField} label=${t("webhooks.search")} value=${search} found=${(text) => setQuery({ search: text })} />
			<span class="grow" /><${Columns} name="webhooks" columns=${columns()} />`}
		drawer=${delivery ? html`<${DeliveryDrawer} key=${delivery} webhook=${id} id=${delivery} close=${close} />` :
			id && html`<${WebhookDrawer} key=${id} id=${id} list=${list} close=${close} fresh=${made?.id === id && made.secret} seen=${() => setMade(null)} />`}>
		<${Table} name="webhooks" label=${t("page.webhooks")} list=${list} columns=${columns()} open=${id} href=${address} go=${(row) => navigate(address(row), { replace: Boolean(id) })}
			empty=${{ icon: "webhook", title: t(search ? "nothing" : "webhooks.none"), children: !search && t("webhooks.none-about"),
				action: !search && html`<${Button} kind="main" icon="add" onClick=${() => setNew(true)}>${t("webhooks.new")}<//>` }} />
		${isNew && html`<${Dialog} title=${t("webhooks.new")} close=${() => setNew(false)}>
			<${Form} submit=${t("webhooks.make")} cancel=${() => setNew(false)} draft="webhooks.new" send=${(values) => api.postForSecret("webhooks", typed(values))}
				done=${({ body }) => { setNew(false); setMade(body); list.reload(); navigate(address(body)); }}><${Fields} /><//><//>`}
	<//>`;
}
