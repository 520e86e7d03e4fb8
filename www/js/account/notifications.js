// SPDX-License-Identifier: ISC
//
// What the reader was told, and telling it as it comes.

import { html } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, knows, relative, t } from "/js/i18n/index.js";
import { device } from "/js/account/sessions.js";
import { Icon, List, toast, useList } from "/js/account/parts.js";

// In the reader's language where there are words for the kind, else as the server has it.
function said({ kind, title, about }) {
	const key = `told.${kind}`;

	if (!about || !knows(key))
		return title;
	return t(key, { ...about, device: device(about.agent).name });
}

// One that has just come tells its title only; what it is about is read with the list.
export async function announce({ id, title }) {
	const { body } = await api.get("notifications?unread=true&limit=20").catch(() => ({ body: { items: [] } }));

	toast(said(body.items.find((one) => one.id === id) ?? { title }), undefined, id);
}

export function Notifications() {
	const list = useList("notifications", ["notifications"]);
	const areUnread = list.rows?.some((one) => !one.readAt);

	async function readAll() {
		try {
			await api.post("notifications/read", { all: true });
		} catch (problem) {
			toast(problem.message);
		}
		list.reload();
	}

	return html`<${List} list=${list} empty=${t("notifications.none")} row=${(one) => html`<li key=${one.id}>
			<span class="glyph"><${Icon} name="bell" /></span>
			<div class="what">
				<div>${one.link ? html`<a href=${one.link}>${said(one)}</a>` : said(one)}
					${!one.readAt && html`<span class="badge good">${t("notifications.new")}</span>`}</div>
				<p class="small soft"><time datetime=${one.createdAt} title=${dateTime(one.createdAt)}>${relative(one.createdAt)}</time></p>
			</div>
		</li>`} />
		${areUnread && html`<div class="in-line"><button class="button bare compact" type="button" onClick=${readAll}>${t("notifications.read-all")}</button></div>`}`;
}
