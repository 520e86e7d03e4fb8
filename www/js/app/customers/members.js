// SPDX-License-Identifier: ISC
//
// Who is in a group: found, put in, taken out with a way back.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { change, path, useList } from "/js/data.js";
import { may } from "/js/app/me.js";
import { HOME, Status, findCustomers } from "/js/app/customers/parts.js";
import { Button, Combobox, Item, List, SearchField } from "/js/ui/index.js";

export function Members({ group, changed }) {
	const [search, setSearch] = useState("");
	const [turn, setTurn] = useState(0); // another empties the field
	const list = useList(path(`customers/groups/${group.id}/customers`, { search }), { watch: ["customers", "customer-group-members"] });
	const mayPut = may("customer-groups:manage-members");
	const at = `customers/groups/${group.id}/customers`;
	const after = () => { list.reload(); changed(); };

	async function put(id, option) {
		setTurn(turn + 1);
		if (id && await change({ send: () => api.post(at, { customerIds: [id] }), said: t("groups.member-in", { name: option.label }), about: id, undo: () => out({ id, name: option.label }) }))
			after();
	}
	function out(one) {
		return list.change(one.id, null, { about: one.id, said: t("groups.member-out", { name: one.name }),
			send: () => api.remove(at, { customerIds: [one.id] }).then((answer) => { changed(); return answer; }),
			undo: () => change({ send: () => api.post(at, { customerIds: [one.id] }), revert: after }).then(after) });
	}

	return html`<section class="members"><h3>${t("groups.members", { n: group.customersCount })}</h3>
		${mayPut && html`<${Combobox} key=${turn} label=${t("groups.member-add")} find=${findCustomers} value=${null} set=${put} placeholder=${t("customers.search")} />`}
		${group.customersCount > 8 && html`<${SearchField} label=${t("groups.member-search")} value=${search} found=${setSearch} />`}
		<${List} list=${list} label=${t("groups.members", { n: group.customersCount })} empty=${search ? t("nothing") : { icon: "people", title: t("groups.member-none"), children: mayPut && t("groups.member-none-about") }}
			row=${(one) => html`<${Item} key=${one.id} href=${`${HOME}/${one.id}`} title=${one.name} badges=${html`<${Status} status=${one.status} />`} about=${one.company && html`<span dir="auto">${one.company}</span>`}
				acts=${mayPut && html`<${Button} kind="bare" icon="close" label=${t("groups.member-drop", { name: one.name })} onClick=${() => out(one)} />`} />`} /></section>`;
}
