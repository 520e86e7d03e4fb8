// SPDX-License-Identifier: ISC
//
// Everybody with an account.  Access is taken and given back; taking it can be
// undone at once, so it is not asked twice.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { may } from "/js/account/rights.js";
import { Face, Field, List, toast, useList } from "/js/account/parts.js";

export function People({ me }) {
	const [search, setSearch] = useState("");
	const list = useList(search ? `users?search=${encodeURIComponent(search)}` : "users");

	async function change(person, act) {
		try {
			await api.post(`users/${person.id}/${act}`);
			toast(t(`people.${act}d`, { name: person.fullName }), act === "revoke"
				? { label: t("undo"), act: () => change(person, "restore") } : undefined);
		} catch (problem) {
			toast(problem.message);
		}
		list.reload();
	}

	return html`<${Field} id="search" type="search" label=${t("people.search")} onChange=${(event) => setSearch(event.target.value.trim())} />
		<${List} list=${list} empty=${t("people.none")} row=${(person) => html`<li key=${person.id}>
			<${Face} name=${person.fullName} />
			<div class="what">
				<div>${person.fullName}<span class="badge">${person.role}</span>
					${person.isActive === false && html`<span class="badge bad">${t("people.inactive")}</span>`}</div>
				<p class="small soft">${person.email}${person.designation && ` · ${person.designation}`}</p>
			</div>
			<div class="acts">${may(me.user, "users:revoke") && person.id !== me.user.id && html`<${Access} person=${person} change=${change} />`}</div>
		</li>`} />`;
}

function Access({ person, change }) {
	const act = person.isActive === false ? "restore" : "revoke";

	return html`<button class=${`button bare compact ${act === "revoke" ? "danger" : ""}`} type="button"
		aria-label=${`${t(`people.${act}`)}: ${person.fullName}`} onClick=${() => change(person, act)}>${t(`people.${act}`)}</button>`;
}
