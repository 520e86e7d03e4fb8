// SPDX-License-Identifier: ISC
//
// Everybody with an account, and inviting more.  Access is taken and given back;
// taking it can be undone at once, so it is not asked twice.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { may } from "/js/account/rights.js";
import { Busy, Face, Field, List, Note, Once, toast, useList } from "/js/account/parts.js";

const PAUSE = 250; // ms without a key until the search is asked

export function People({ me }) {
	const [search, setSearch] = useState("");
	const list = useList(search ? `users?search=${encodeURIComponent(search)}` : "users");

	async function change(person, act) {
		try {
			await api.post(`users/${person.id}/${act}`);
			toast(t(`people.${act}d`, { name: person.fullName }), act === "revoke"
				? { label: t("undo"), act: () => change(person, "restore") } : undefined, person.id);
		} catch (problem) {
			toast(problem.message);
		}
		list.reload();
	}

	return html`${may(me.user, "users:create") && html`<${Invite} invited=${list.reload} />`}
		<${Search} found=${setSearch} />
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

function Search({ found }) {
	const [text, setText] = useState("");

	useEffect(() => {
		const timer = setTimeout(found, PAUSE, text.trim());
		return () => clearTimeout(timer);
	}, [text]);
	return html`<${Field} id="search" type="search" label=${t("people.search")} onInput=${(event) => setText(event.target.value)} />`;
}

function Access({ person, change }) {
	const act = person.isActive === false ? "restore" : "revoke";

	return html`<button class=${`button bare compact ${act === "revoke" ? "danger" : ""}`} type="button"
		aria-label=${`${t(`people.${act}`)}: ${person.fullName}`} onClick=${() => change(person, act)}>${t(`people.${act}`)}</button>`;
}

function Invite({ invited }) {
	const [open, setOpen] = useState(false);
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const [url, setUrl] = useState(null);

	async function invite(event) {
		event.preventDefault();
		const { fullName, email, role } = Object.fromEntries(new FormData(event.target));
		setBusy(true);
		setProblem(null);
		try {
			const { body } = await api.postForSecret("users", { fullName, email, role });
			setUrl(body.inviteUrl);
			setOpen(false);
			invited();
		} catch (failed) {
			setProblem(failed);
		} finally {
			setBusy(false);
		}
	}

	if (url)
		return html`<${Once} secret=${url} title=${t("people.invited")} about=${t("people.invited-once")} close=${() => setUrl(null)} />`;
	if (!open)
		return html`<div><button class="button" type="button" onClick=${() => setOpen(true)}>${t("people.invite")}</button></div>`;
	return html`<form class="card panel stack" onSubmit=${invite}>
		<h2>${t("people.invite")}</h2>
		${problem && html`<${Note} problem=${problem} />`}
		<div class="pair">
			<${Field} id="fullName" label=${t("profile.name")} wrong=${problem?.fields?.fullName} maxlength="200" required />
			<${Field} id="email" type="email" label=${t("profile.email")} wrong=${problem?.fields?.email} maxlength="254" required />
			<${Roles} wrong=${problem?.fields?.role} />
		</div>
		<div class="end-row">
			<button class="button bare" type="button" onClick=${() => setOpen(false)}>${t("cancel")}</button>
			<${Busy} busy=${busy} type="submit">${t("people.invite-make")}<//>
		</div>
	</form>`;
}

// Who may not read the roles still invites to the usual one.
function Roles({ wrong }) {
	const [names, setNames] = useState(["employee"]);

	useEffect(() => {
		api.get("roles").then(({ body }) => setNames(body.items.map((role) => role.name)), () => {});
	}, []);
	return html`<${Field} as="select" id="role" label=${t("people.role")} wrong=${wrong}>
		${names.map((name) => html`<option value=${name} defaultSelected=${name === "employee"}>${name}</option>`)}
	<//>`;
}
