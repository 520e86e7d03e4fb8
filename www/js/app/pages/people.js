// SPDX-License-Identifier: ISC
//
// Everybody with an account: who they are, what they may, inviting, and access taken and given back.  Taking it can
// be undone at once, so it is not asked twice.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, relative, t, translated, words } from "/js/i18n/index.js";
import table from "/js/i18n/people.js";
import { filled, path, save, useGet, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { may, useMe } from "/js/app/me.js";
import { navigate, useQuery } from "/js/app/router.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { GrantsField } from "/js/app/parts/grants.js";
import { Permissions } from "/js/app/parts/permissions.js";
import {
	Avatar, Badge, Button, Choice, Columns, Dialog, Drawer, Facts, Field, Form, Note, Once, Page, SearchField, Skeleton, Table, toast,
} from "/js/ui/index.js";

words(table);

const HOME = "/app/people";
const address = (row) => `${HOME}/${row.id}${location.search}`;

const columns = () => [
	{ name: "fullName", label: t("people.name"), sort: "fullName", phone: "title",
		cell: (row) => html`<span class="person"><${Avatar} name=${row.fullName} picture=${row.profilePic} size="small" /><span>${row.fullName}</span></span>` },
	{ name: "email", label: t("people.email"), sort: "email", phone: "about", cell: (row) => row.email },
	{ name: "role", label: t("people.role"), cell: (row) => translated(row.role) },
	{ name: "designation", label: t("people.designation"), cell: (row) => row.designation ?? "" },
	{ name: "isActive", label: t("people.access"), phone: "aside", cell: (row) => {
		const [kind, is] = !row.isActive ? ["bad", "inactive"] : row.isInvited ? ["fair", "waits"] : ["good", "active"];
		return html`<${Badge} kind=${kind} dot>${t(`people.${is}`)}<//>`;
	} },
	{ name: "createdAt", label: t("people.since"), sort: "createdAt", end: true, cell: (row) => date(row.createdAt) },
];

export default function People({ params }) {
	const [query, setQuery] = useQuery();
	const [isInviting, setInviting] = useState(false);
	const { search, isActive, sort = "fullName" } = query;
	const list = useList(path("users", { search, isActive, sort, count: "exact" }), { watch: ["users"] });
	const isFiltered = search || isActive;
	const canInvite = may("users:create");

	useAction(t("people.invite"), "add", () => setInviting(true), canInvite);
	useShortcut("n", t("people.invite"), () => canInvite && setInviting(true));
	return html`<${Page} title=${t("page.people")} fill
		actions=${canInvite && html`<${Button} kind="main" icon="add" onClick=${() => setInviting(true)}>${t("people.invite")}<//>`}
		tools=${html`<${SearchField} label=${t("people.search")} value=${search} found=${(text) => setQuery({ search: text })} />
			<${Choice} label=${t("people.access")} value=${isActive ?? ""} set=${(is) => setQuery({ isActive: is })}
				options=${[["", t("people.all")], ["true", t("people.active")], ["false", t("people.inactive")]]} />
			<span class="grow" /><${Columns} name="people" columns=${columns()} />`}
		drawer=${params.id && html`<${Person} key=${params.id} id=${params.id} list=${list} close=${() => navigate(HOME + location.search)} />`}>
		<${Table} name="people" label=${t("page.people")} list=${list} columns=${columns()} sort=${sort} setSort=${(next) => setQuery({ sort: next })}
			open=${params.id} href=${address} go=${(row) => navigate(address(row), { replace: Boolean(params.id) })}
			empty=${{ icon: "people", title: t("people.none"), children: isFiltered && t("people.none-filtered") }} />
		${isInviting && html`<${Invite} close=${() => setInviting(false)} />`}
	<//>`;
}

// revoke or restore, shown at once and in force from their very next request on.
function access(list, person, act, after) {
	return list.change(person.id, { isActive: act === "restore" }, {
		send: async () => {
			const answer = await api.post(`users/${person.id}/${act}`);
			after?.();
			return answer;
		},
		said: t(act === "revoke" ? "people.revoked" : "people.restored", { name: person.fullName }), about: person.id,
		undo: act === "revoke" && (() => access(list, person, "restore", after)),
	});
}

function Person({ id, list, close }) {
	const { user } = useMe();
	const one = useGet(`users/${id}`, { watch: ["users"] });
	const person = one.body;

	if (!person)
		return html`<${Drawer} name=${id} title=${t("people.person")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} rows=${6} />`}<//>`;
	const isMe = person.id === user.id;
	const act = person.isActive ? "revoke" : "restore";
	return html`<${Drawer} name=${id} title=${person.fullName} close=${close} head=${html`<span class="soft">${person.email}</span>`}
		actions=${may("users:revoke") && !isMe && html`<${Button} kind=${act === "revoke" ? "bare" : "main"} class=${act === "revoke" ? "danger" : ""}
			icon=${act === "revoke" ? "lock" : "undo"} onClick=${() => access(list, person, act, one.reload)}>${t(`people.${act}`)}<//>`}>
		${!person.isActive && html`<${Note} kind="caution">${t("people.no-access")}<//>`}
		<${Facts} rows=${[[t("people.role"), translated(person.role)], [t("people.designation"), person.designation],
			[t("people.since"), `${date(person.createdAt)} (${relative(person.createdAt)})`]]} />
		${may("users:update") && !isMe && html`<${Edit} one=${one} saved=${list.reload} />`}
		<section><h3>${t("people.may")}</h3><${Permissions} held=${person.permissions} /></section>
	<//>`;
}

function Edit({ one, saved }) {
	const person = one.body;
	const roles = useRoles(person.role);
	const byRole = useGet(may("roles:manage") ? "roles?limit=200" : null).body?.items.find((role) => role.name === person.role)?.permissions;
	const labels = { role: t("people.role"), designation: t("people.designation"), permissions: t("grants.beyond") };

	async function send({ role, designation, permissions }, _, record) {
		const answer = await save(`users/${person.id}`, { etag: record.etag, labels, base: record.body,
			as: (body) => ({ ...body, permissions: body.ownPermissions }),
			edited: { role, designation: designation.trim() || null, permissions: permissions.split(/[\s,]+/).filter(Boolean) } });
		if (answer) {
			toast(t("people.saved", { name: answer.body.fullName }));
			one.put(answer.body, answer.etag);
			saved();
		}
	}

	return html`<${Form} record=${one} submit=${t("save")} send=${send} draft=${`people.${person.id}`}>
		<div class="pair"><${Field} name="role" label=${t("people.role")} options=${roles} defaultValue=${person.role} />
			<${Field} name="designation" label=${t("people.designation")} defaultValue=${person.designation ?? ""} maxlength="200" /></div>
		<${GrantsField} name="permissions" given=${person.ownPermissions} byRole=${byRole} />
	<//>`;
}

// Who may not read the roles still gives the usual ones.
function useRoles(own) {
	const { body } = useGet(may("roles:manage") ? "roles" : null);
	const names = body ? body.items.map((role) => role.name) : ["employee", "manager"];

	return [...new Set([own, ...names].filter(Boolean))].map((name) => [name, translated(name)]);
}

function Invite({ close }) {
	const roles = useRoles("employee");
	const [url, setUrl] = useState(null);
	const send = (values) => api.postForSecret("users", filled(values));

	return html`<${Dialog} title=${t("people.invite")} close=${close}>${url ?
		html`<${Once} secret=${url} title=${t("people.invited")} about=${t("people.invited-once")} close=${close} />` :
		html`<${Form} submit=${t("people.invite-make")} cancel=${close} draft="people.invite" send=${send} done=${({ body }) => setUrl(body.inviteUrl)}>
			<${Field} name="fullName" label=${t("people.name")} maxlength="200" required autofocus />
			<${Field} name="email" type="email" label=${t("people.email")} maxlength="254" required />
			<div class="pair"><${Field} name="role" label=${t("people.role")} options=${roles} defaultValue="employee" />
				<${Field} name="designation" label=${t("people.designation")} maxlength="200" /></div>
		<//>`}<//>`;
}
