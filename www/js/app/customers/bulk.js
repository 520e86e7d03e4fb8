// SPDX-License-Identifier: ISC
//
// What can be done to all customers that are picked.

import { html, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { may } from "/js/app/me.js";
import { GroupField, OwnerField, nameOf, statuses } from "/js/app/customers/parts.js";
import { MergeDialog } from "/js/app/customers/merge.js";
import { addToGroup, putMany, removeMany, tagsOf } from "/js/app/customers/write.js";
import { Button, Choice, Dialog, Field, Form, Menu, PickedBar } from "/js/ui/index.js";

const MOST_MERGED = 10; // into one

export function Bulk({ list, picked, pick }) {
	const [asked, setAsked] = useState(null); // "owner" | "tags" | "group" | "merge"
	const rows = (list.rows ?? []).filter((row) => picked.has(row.id));
	const close = () => setAsked(null);
	const run = (data, said, options) => {
		close();
		return putMany(list, rows, data, said, options);
	};

	return html`<${PickedBar} picked=${picked} isPart=${Boolean(list.next) && rows.length === list.rows.length} clear=${() => pick(new Set())}>
			${may("customers:batch-update") && html`
				<${Menu} button=${{ kind: "quiet", icon: "edit" }} words=${t("customers.status")} label=${t("customers.status")} items=${statuses().map(([status, label]) => ({ label,
					act: () => run(() => ({ status }), (n) => t("customers.many-status", { n, status: label })) }))} />
				<${Button} icon="person" onClick=${() => setAsked("owner")}>${t("customers.owner")}<//>
				<${Button} icon="tag" onClick=${() => setAsked("tags")}>${t("customers.tags")}<//>`}
			${may("customer-groups:manage-members") && html`<${Button} icon="people" onClick=${() => setAsked("group")}>${t("customers.group")}<//>`}
			${may("customers:merge") && picked.size > 1 && picked.size <= MOST_MERGED + 1 && html`<${Button} icon="merge" onClick=${() => setAsked("merge")}>${t("customers.merge")}<//>`}
			${may("customers:delete") && html`<${Button} kind="bare" class="danger" icon="trash" onClick=${() => { pick(new Set()); removeMany(list, rows.map((row) => row.id)); }}>${t("customers.delete")}<//>`}
		<//>
		${asked === "owner" && html`<${AskOwner} n=${rows.length} close=${close} take=${(ownerId) => run(() => ({ ownerId }), (n) => t("customers.many-owner", { n, name: nameOf(ownerId) || t("customers.nobody") }))} />`}
		${asked === "tags" && html`<${AskTags} n=${rows.length} close=${close} take=${(add, tags) => run((row) => ({ tags: add ? [...new Set([...row.tags, ...tags])] : row.tags.filter((one) => !tags.includes(one)) }),
			(n) => t("customers.many-tags", { n }), { careful: true })} />`}
		${asked === "group" && html`<${AskGroup} n=${rows.length} close=${close} ids=${rows.map((row) => row.id)} />`}
		${asked === "merge" && html`<${MergeDialog} customers=${rows} close=${close} done=${() => { close(); pick(new Set()); list.reload(); }} undone=${list.reload} />`}`;
}

function AskOwner({ n, close, take }) {
	return html`<${Dialog} title=${t("customers.many-ask-owner", { n })} close=${close}>
		<${Form} submit=${t("customers.many-do")} cancel=${close} send=${({ ownerId }) => take(ownerId || null)}>
			<${OwnerField} name="ownerId" hint=${t("customers.owner-none")} /><//><//>`;
}

function AskTags({ n, close, take }) {
	const [add, setAdd] = useState(true);

	return html`<${Dialog} title=${t("customers.many-ask-tags", { n })} close=${close}>
		<${Form} submit=${t("customers.many-do")} cancel=${close} send=${({ tags }) => take(add, tagsOf(tags))}>
			<${Choice} label=${t("customers.tags")} value=${add} set=${setAdd} options=${[[true, t("customers.tags-add")], [false, t("customers.tags-take")]]} />
			<${Field} name="tags" label=${t("customers.tags")} hint=${t("customers.tags-hint")} required autofocus dir="auto" /><//><//>`;
}

function AskGroup({ n, ids, close }) {
	const [group, setGroup] = useState(null);

	return html`<${Dialog} title=${t("customers.many-ask-group", { n })} close=${close}>
		<${Form} submit=${t("customers.many-do")} cancel=${close} done=${close} send=${() => {
			if (!group)
				throw Object.assign(new Error(t("error.fields")), { fields: { groupId: t("field.2003") } });
			return addToGroup(ids, group);
		}}><${GroupField} name="groupId" value=${group?.value ?? null} known=${group} set=${(_, option) => setGroup(option)} required /><//><//>`;
}
