// SPDX-License-Identifier: ISC
//
// Views of the list that one keeps: filters, search, order and columns under a name.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { change, useList } from "/js/data.js";
import { useMe } from "/js/app/me.js";
import { prefer, preferences } from "/js/app/preferences.js";
import { navigate, useLocation } from "/js/app/router.js";
import { HOME } from "/js/app/customers/parts.js";
import { Button, Dialog, Field, Form, Popover, toast } from "/js/ui/index.js";

const sorted = (text) => {
	const query = new URLSearchParams(text);

	query.sort();
	return query.toString();
};

export function Views() {
	const { user } = useMe();
	const { query } = useLocation();
	const list = useList("views?resource=customers&limit=200", { watch: ["views"] });
	const [isSaving, setSaving] = useState(false);
	const here = sorted(query);
	const ready = [{ name: t("customers.view-all"), query: "" }, { name: t("customers.view-mine"), query: `ownerId=${user.id}` },
		{ name: t("customers.view-quiet"), query: "sort=lastActivityAt" }];
	const kept = (list.rows ?? []).map((one) => ({ ...one, query: sorted(one.settings.query ?? "") }));
	const now = [...ready, ...kept].find((one) => sorted(one.query) === here);

	function take(view, close) {
		close();
		if (view.settings?.columns)
			prefer({ columns: { ...preferences.get().columns, customers: view.settings.columns } });
		navigate(HOME + (view.query && `?${view.query}`));
	}

	return html`<${Popover} button=${{ kind: "quiet", icon: "bookmark" }} label=${t("customers.views")} kind="panel views" words=${html`<span class="view-name" dir="auto">${now?.name ?? t("customers.views")}</span>`}>
		${(close) => html`<ul class="choices">${[...ready, ...kept].map((one) => html`<${View} key=${one.id ?? one.query} one=${one} isHere=${one === now} take=${() => take(one, close)}
				drop=${() => drop(list, one)} />`)}</ul>
			<div class="ends"><${Button} icon="add" onClick=${() => { close(); setSaving(true); }}>${t("customers.view-save")}<//></div>`}
	<//>
	${isSaving && html`<${Save} query=${here} close=${() => setSaving(false)} done=${list.reload} />`}`;
}

function View({ one, isHere, take, drop }) {
	return html`<li><button type="button" class="choose" aria-current=${isHere ? "true" : undefined} onClick=${take}><span dir="auto">${one.name}</span></button>
		${one.id && html`<${Button} kind="bare" icon="trash" label=${t("customers.view-delete", { name: one.name })} onClick=${drop} />`}</li>`;
}

function drop(list, one) {
	const back = () => change({ send: () => api.post("views", { resource: "customers", name: one.name, settings: one.settings }).then(list.reload) });

	list.change(one.id, null, { send: () => api.remove(`views/${one.id}`), said: t("customers.view-deleted", { name: one.name }), about: one.id, undo: back });
}

function Save({ query, close, done }) {
	return html`<${Dialog} title=${t("customers.view-save")} close=${close}>
		<${Form} submit=${t("customers.view-keep")} cancel=${close} done=${({ body }) => { close(); done(); toast(t("customers.view-saved", { name: body.name })); }}
			send=${({ name }) => api.post("views", { resource: "customers", name, settings: { query, columns: preferences.get().columns.customers ?? null } }, { patient: true })}>
			<${Field} name="name" label=${t("customers.view-name")} hint=${t("customers.view-hint")} maxlength="100" required autofocus />
		<//><//>`;
}
