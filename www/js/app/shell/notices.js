// SPDX-License-Identifier: ISC
//
// What one was told: how much of it is new, the newest first, and where each leads.

import { html, useEffect } from "/js/preact.js";
import * as api from "/js/api.js";
import { knows, relative, t } from "/js/i18n/index.js";
import { change, useList } from "/js/data.js";
import * as live from "/js/live.js";
import { useOffers } from "/js/app/features.js";
import { readMe } from "/js/app/me.js";
import { device } from "/js/app/parts/device.js";
import { Button } from "/js/ui/button.js";
import { List } from "/js/ui/list.js";
import { Popover } from "/js/ui/popover.js";
import { toast } from "/js/ui/toast.js";

// After these the page leaves out, or shows, something else.
const RIGHTS = ["role-changed", "permissions-changed"];

export function Notices() {
	return useOffers("GET /notifications") && html`<${Bell} />`;
}

// In the reader's language where there are words for the kind, else as the server has it.
function said({ kind, title, about }) {
	const key = `told.${kind}`;

	return about && knows(key) ? t(key, { ...about, device: device(about.agent).name }) : title;
}

// One that has just come tells its title only; what it is about is read with the list.
async function announce({ id, title }) {
	const { body } = await api.get("notifications?unread=true&limit=20").catch(() => ({ body: { items: [] } }));
	const one = body.items.find((one) => one.id === id) ?? { title };

	if (RIGHTS.includes(one.kind))
		await readMe().catch(() => {});
	toast(said(one), { about: id });
}

function Bell() {
	const list = useList("notifications", { watch: ["notifications"] });
	const fresh = (list.rows ?? []).filter((one) => !one.readAt);

	useEffect(() => live.on("notification", announce), []);

	function read(body, ids) {
		for (const id of ids)
			list.change(id, { readAt: new Date().toISOString() }, { send: () => Promise.resolve() });
		return change({ send: () => api.post("notifications/read", body), revert: list.reload });
	}

	const label = fresh.length > 0 ? t("notices.fresh", { n: fresh.length }) : t("notices.title");
	return html`<${Popover} button=${{ kind: "bare", icon: "bell", label, class: fresh.length ? "bell fresh" : "bell" }} label=${t("notices.title")}
		kind="panel notices" align="end">${(close) => html`
		<header><h2>${t("notices.title")}</h2>${fresh.length > 0 && html`<${Button} kind="bare" onClick=${() => read({ all: true }, fresh.map((one) => one.id))}>
			${t("notices.all-read")}<//>`}</header>
		<${List} list=${list} label=${t("notices.title")} empty=${{ icon: "bell", title: t("notices.none"), children: t("notices.none-about") }}
			row=${(one) => html`<${Notice} key=${one.id} one=${one} go=${() => { if (!one.readAt) read({ ids: [one.id] }, [one.id]); close(); }} />`} />`}
	<//>`;
}

function Notice({ one, go }) {
	const inside = html`<span class="words">${said(one)}</span><time class="soft" datetime=${one.createdAt}>${relative(one.createdAt)}</time>`;

	return html`<li class=${one.readAt ? "notice-row" : "notice-row fresh"}>${one.link ? html`<a href=${one.link} onClick=${go}>${inside}</a>` :
		html`<button type="button" onClick=${go}>${inside}</button>`}</li>`;
}
