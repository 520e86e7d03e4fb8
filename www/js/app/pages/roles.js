// SPDX-License-Identifier: ISC
//
// Roles: one table of who may do what, and a drawer for each with its name and the people who have it.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { number, t, translated, words } from "/js/i18n/index.js";
import table from "/js/i18n/roles.js";
import { path, save, useGet, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { may, useMe } from "/js/app/me.js";
import { grantWords, mayGive, resourceWords, useGrants } from "/js/app/parts/grants.js";
import { navigate, useQuery } from "/js/app/router.js";
import { give, whole } from "/js/app/roles/giving.js";
import { Matrix } from "/js/app/roles/matrix.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { Avatar, Badge, Button, Dialog, Drawer, Field, Form, Item, List, Note, Page, SearchField, Skeleton, toast } from "/js/ui/index.js";

words(table);

const HOME = "/app/roles";
const NARROW = matchMedia("(max-width: 48rem)");
const address = (role) => `${HOME}/${role.id}${location.search}`;
const close = () => navigate(HOME + location.search);

export default function Roles({ params }) {
	const [{ search = "", role }, setQuery] = useQuery();
	const { user } = useMe();
	const [isNew, setNew] = useState(false);
	const list = useList("roles?limit=200", { watch: ["roles"] });
	const grants = useGrants();
	const isNarrow = useNarrow();
	const problem = (!list.rows && list.problem) || (!grants.groups && grants.problem);
	const roles = list.rows?.toSorted((a, b) => b.builtIn - a.builtIn); // else by name, as they came
	const one = roles && (roles.find(({ name }) => name === role) ?? roles[0]);

	useAction(t("roles.new"), "add", () => setNew(true));
	useShortcut("n", t("roles.new"), () => setNew(true));
	return html`<${Page} title=${t("page.roles")} about=${t("roles.about")} fill
		actions=${html`<${Button} kind="main" icon="add" onClick=${() => setNew(true)}>${t("roles.new")}<//>`}
		tools=${html`<${SearchField} label=${t("roles.find")} value=${search} found=${(text) => setQuery({ search: text })} />
			${isNarrow && roles && html`<div class="row"><${Field} label=${t("roles.role")} hidden value=${one.name} onChange=${(event) => setQuery({ role: event.target.value })}
				options=${roles.map(({ name }) => [name, translated(name)])} /><${Button} href=${address(one)} icon="open" label=${t("roles.open", { name: translated(one.name) })} /></div>`}
			<span class="grow legend" aria-hidden="true"><span class="mark yes"><input type="checkbox" checked disabled /></span>${t("roles.legend-own")}<span class="mark wild"><b>∗</b></span>${t("roles.legend-wild")}</span>`}
		drawer=${params.id && html`<${Role} key=${params.id} id=${params.id} list=${list} />`}>
		${problem ? html`<${Note} problem=${problem} again=${() => { list.reload(); grants.reload(); }} />` :
			!list.rows || !grants.groups ? html`<div class="matrix"><${Skeleton} kind="rows" rows=${10} /></div>` :
				html`<${Matrix} roles=${isNarrow ? [one] : roles} all=${grants.groups} groups=${found(grants.groups, search)} own=${user.role} open=${params.id} href=${address} give=${(...what) => give(list, ...what)} />`}
		${isNew && html`<${New} roles=${(roles ?? []).filter(({ permissions }) => permissions.every((name) => mayGive(grants.groups ?? [], name)))} close=${() => setNew(false)} done=${list.reload} />`}
	<//>`;
}

function useNarrow() {
	const [is, setIs] = useState(NARROW.matches);

	useEffect(() => {
		const look = () => setIs(NARROW.matches);
		NARROW.addEventListener("change", look);
		return () => NARROW.removeEventListener("change", look);
	}, []);
	return is;
}

function found(groups, search) {
	const text = search.toLocaleLowerCase();
	const has = (resource, one) => `${one.name} ${grantWords(one)} ${resourceWords(resource)}`.toLocaleLowerCase().includes(text);

	return groups.map(({ resource, names }) => ({ resource, names: names.filter((one) => has(resource, one)) })).filter(({ names }) => names.length > 0);
}

const Fields = ({ role = {} }) => html`
	<${Field} name="name" label=${t("roles.name")} hint=${t("roles.name-hint")} defaultValue=${role.name} maxlength="50" required autofocus autocapitalize="none" spellcheck=${false} />
	<${Field} name="description" label=${t("roles.description")} defaultValue=${role.description} maxlength="500" />`;

function New({ roles, close: leave, done }) {
	const send = ({ name, description, like }) => api.post("roles", { name: name.trim(), description: description.trim(),
		permissions: roles.find((one) => one.id === like)?.permissions ?? [] }, { patient: true });

	return html`<${Dialog} title=${t("roles.new")} close=${leave}>
		<${Form} submit=${t("roles.new")} cancel=${leave} draft="roles.new" send=${send} done=${({ body }) => {
			leave();
			done();
			toast(t("roles.made", { name: body.name }));
			navigate(address(body));
		}}><${Fields} />
			<${Field} name="like" label=${t("roles.like")} options=${[["", t("roles.like-none")], ...roles.map((one) => [one.id, one.name])]} /><//><//>`;
}

function Role({ id, list }) {
	const one = useGet(`roles/${id}`, { watch: ["roles"] });
	const role = one.body;
	const holders = useList(role && may("users:read") ? path("users", { role: role.name, count: "exact", sort: "fullName" }) : null, { watch: ["users"] });
	const isHeld = holders.total > 0;

	function remove() {
		close();
		list.change(id, null, { send: () => api.remove(`roles/${id}`), said: t("roles.deleted", { name: role.name }), about: id,
			undo: () => api.post(`roles/${id}/restore`).then(list.reload, (problem) => toast(problem.message, { kind: "bad", requestId: problem.requestId })) });
	}

	async function send({ name, description }, _, record) {
		const answer = await save(`roles/${id}`, { method: "put", whole, base: record.body, edited: { name: name.trim(), description: description.trim() }, etag: record.etag,
			labels: { name: t("roles.name"), description: t("roles.description") } });
		if (answer) {
			one.put(answer.body, answer.etag);
			list.reload();
			toast(t("roles.saved", { name: answer.body.name }));
		}
	}

	if (!role)
		return html`<${Drawer} name=${id} title=${t("roles.role")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} rows=${5} />`}<//>`;
	return html`<${Drawer} name=${id} title=${translated(role.name)} close=${close} head=${role.builtIn && html`<span><${Badge}>${t("roles.built-in")}<//></span>`}
		actions=${!role.builtIn && html`${isHeld && html`<span class="soft grow">${t("roles.in-use")}</span>`}<${Button} kind="bare" class="danger" icon="trash" disabled=${isHeld} onClick=${remove}>${t("roles.delete")}<//>`}>
		${role.builtIn ? html`<div class="stack"><p dir="auto">${translated(role.description)}</p><${Note}>${t(role.permissions.includes("*") ? "roles.stays" : "roles.built-in-about")}<//></div>` :
			html`<${Form} record=${one} submit=${t("save")} send=${send} draft=${`roles.${id}`}><${Fields} role=${role} /><//>`}
		${may("users:read") && html`<section><h3>${t("roles.holders")}${holders.total > 0 && html` <span class="count">${number(holders.total)}</span>`}</h3>
			<${List} label=${t("roles.holders")} list=${holders} empty=${t("roles.nobody")} row=${(person) => html`<${Item} key=${person.id} href=${`/app/people/${person.id}`} title=${person.fullName}
				lead=${html`<${Avatar} name=${person.fullName} picture=${person.profilePic} size="small" />`} about=${person.email} />`} /></section>`}
		${may("audit:read") && html`<p><a href=${`/app/audit?resource=roles&record=${id}`}>${t("roles.changes")}</a></p>`}
	<//>`;
}
