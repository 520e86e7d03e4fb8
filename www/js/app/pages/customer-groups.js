// SPDX-License-Identifier: ISC
//
// Groups of customers: who is in them, and which fields of their own that gives them.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/customer-groups.js";
import { change, path, save, useGet, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { dropDraft, readDraft } from "/js/app/drafts.js";
import { may } from "/js/app/me.js";
import { navigate, useQuery } from "/js/app/router.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { Definitions, definitionsOf } from "/js/app/customers/definitions.js";
import { Members } from "/js/app/customers/members.js";
import { HOME as CUSTOMERS, Parts } from "/js/app/customers/parts.js";
import { Badge, Button, Columns, Drawer, Facts, Field, Form, Menu, Note, Page, SearchField, Skeleton, Table, shownValue, toast } from "/js/ui/index.js";

words(table);

const HOME = `${CUSTOMERS}/groups`;
const NEW = "new";
const address = (id) => `${HOME}/${id}${location.search}`;
const close = () => navigate(HOME + location.search);

const columns = () => [
	{ name: "name", label: t("customers.name"), sort: "name", phone: "title", cell: (row) => row.name },
	{ name: "description", label: t("groups.description"), phone: "about", cell: (row) => row.description },
	{ name: "fields", label: t("groups.fields"), cell: (row) => row.customFields.map((one) => one.name).join(", ") },
	{ name: "customersCount", label: t("page.customers"), phone: "aside", end: true, cell: (row) => shownValue(row.customersCount) },
	{ name: "createdAt", label: t("customers.when.createdAt"), sort: "createdAt", end: true, cell: (row) => date(row.createdAt) },
];

export default function Groups({ params }) {
	const [{ search, sort = "name" }, setQuery] = useQuery();
	const list = useList(path("customers/groups", { search, sort, count: "exact" }), { watch: ["customer-groups", "customer-group-members"] });
	const mayMake = may("customer-groups:create");
	const make = () => mayMake && navigate(address(NEW));

	useAction(t("groups.new"), "add", make, mayMake);
	useShortcut("n", t("groups.new"), make);
	return html`<${Page} title=${t("page.customer-groups")} fill tabs=${html`<${Parts} here="customer-groups" />`}
		actions=${mayMake && html`<${Button} kind="main" icon="add" onClick=${make}>${t("groups.new")}<//>`}
		tools=${html`<${SearchField} label=${t("groups.search")} value=${search} found=${(text) => setQuery({ search: text })} /><span class="grow" /><${Columns} name="customer-groups" columns=${columns()} />`}
		drawer=${params.id && (params.id === NEW && mayMake ? html`<${New} list=${list} />` : html`<${One} key=${params.id} id=${params.id} list=${list} />`)}>
		<${Table} name="customer-groups" label=${t("page.customer-groups")} list=${list} columns=${columns()} sort=${sort} setSort=${(next) => setQuery({ sort: next }, { step: true })}
			open=${params.id} href=${(row) => address(row.id)} go=${(row) => navigate(address(row.id), { replace: Boolean(params.id) })}
			empty=${{ icon: "tag", title: t(search ? "groups.none-found" : "groups.none"), children: !search && t("groups.none-about"),
				action: mayMake && !search && html`<${Button} kind="main" icon="add" onClick=${make}>${t("groups.new")}<//>` }} />
	<//>`;
}

const values = ({ name, description, customFields }) => ({ name: name.trim(), description: description.trim(), customFields: definitionsOf(customFields) });
const own = ({ name, description, customFields }) => ({ name, description, customFields });

const Fields = ({ group = { customFields: [] } }) => html`
	<${Field} name="name" label=${t("customers.name")} defaultValue=${group.name} maxlength="100" required dir="auto" />
	<${Field} as="textarea" name="description" label=${t("groups.description")} defaultValue=${group.description} maxlength="1000" dir="auto" />
	<${Definitions} start=${group.customFields} />`;

// "Another customer has it" is no sentence for a group.
function worded(problem) {
	if (problem.status === 409 && problem.fields?.name)
		problem.fields = { ...problem.fields, name: t("groups.name-taken") };
	return problem;
}

function New({ list }) {
	return html`<${Drawer} name="new" title=${t("groups.new")} close=${close}>
		<${Form} draft="customers.group.new" submit=${t("groups.make")} cancel=${close} send=${(typed) => api.post("customers/groups", values(typed), { patient: true }).catch((problem) => { throw worded(problem); })}
			done=${({ body }) => { toast(t("groups.made", { name: body.name })); list.reload(); navigate(address(body.id), { replace: true }); }}><${Fields} /><//><//>`;
}

const draftOf = (id) => `customers.group.${id}`;

function One({ id, list }) {
	const one = useGet(`customers/groups/${id}`, { watch: ["customer-groups", "customer-group-members"], fresh: true });
	const [isEditing, setEditing] = useState(() => may("customer-groups:update") && readDraft(draftOf(id)) !== null);
	const group = one.body;

	if (one.problem?.status === 410)
		return html`<${Drawer} name=${id} title=${t("groups.gone")} close=${close} actions=${may("customer-groups:delete") && html`<${Button} kind="main" icon="undo"
			onClick=${() => restore(id, () => { one.reload(); list.reload(); })}>${t("customers.restore")}<//>`}><p class="soft">${t("groups.gone-about")}</p><//>`;
	if (!group || one.problem?.status === 404)
		return html`<${Drawer} name=${id} title=${t("customers.group")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} rows=${6} />`}<//>`;
	const leave = () => { dropDraft(draftOf(id)); setEditing(false); };
	return html`<${Drawer} name=${id} title=${html`<span dir="auto">${group.name}</span>`} close=${close} head=${html`<span class="soft">${t("customers.members", { n: group.customersCount })}</span>`}
		actions=${!isEditing && html`<${Deeds} group=${group} list=${list} edit=${may("customer-groups:update") && (() => setEditing(true))} />`}>
		${isEditing ? html`<${Edit} group=${group} etag=${one.etag} leave=${leave} saved=${({ body, etag }) => { setEditing(false); one.put(body, etag); list.reload(); toast(t("customers.saved", { name: body.name })); }} />` :
			html`${group.description && html`<p dir="auto">${group.description}</p>`}<${Shown} defs=${group.customFields} />`}
		<${Members} group=${group} changed=${() => { one.reload(); list.reload(); }} />
	<//>`;
}

function Edit({ group, etag, leave, saved }) {
	const [base] = useState({ group, etag });
	const labels = { name: t("customers.name"), description: t("groups.description"), customFields: t("groups.fields") };

	async function send(typed) {
		const answer = await save(`customers/groups/${group.id}`, { method: "put", base: base.group, edited: values(typed), etag: base.etag, labels, as: own,
			shown: (name, value) => name === "customFields" ? value.map((one) => `${one.name} (${t(`groups.type.${one.type}`)})`).join(", ") || "–" : undefined }).catch((problem) => { throw worded(problem); });
		if (answer)
			saved(answer);
	}

	return html`<${Form} draft=${draftOf(group.id)} submit=${t("save")} cancel=${leave} send=${send}><${Fields} group=${base.group} /><//>`;
}

function Shown({ defs }) {
	const limits = ({ type, min, max, options }) => [t(`groups.type.${type}`), type === "list" && options?.join(" · "), min !== undefined && `≥ ${shownValue(min)}`, max !== undefined && `≤ ${shownValue(max)}`].filter(Boolean).join(", ");

	return defs.length > 0 && html`<section><h3>${t("groups.fields")}</h3><${Facts} rows=${defs.map((one) => [html`<span dir="auto">${one.name}</span>`,
		html`${limits(one)} ${one.required && html`<${Badge}>${t("groups.field-required")}<//>`}`])} /></section>`;
}

// One with members stays; the server sees to it, too.
function Deeds({ group, list, edit }) {
	function remove() {
		if (group.customersCount > 0)
			return toast(t("groups.has-members", { n: group.customersCount }), { about: group.id, kind: "bad" });
		close();
		return list.change(group.id, null, { send: () => api.remove(`customers/groups/${group.id}`), said: t("customers.deleted", { name: group.name }), about: group.id, undo: () => restore(group.id, list.reload) });
	}

	const items = [{ label: t("groups.show-list"), icon: "customers", href: `${CUSTOMERS}?groupId=${group.id}` },
		may("customer-groups:delete") && { label: t("customers.delete"), icon: "trash", danger: true, act: remove }];
	return html`<${Menu} button=${{ kind: "bare", icon: "more" }} label=${t("customers.more")} items=${items} />
		${edit && html`<${Button} kind="main" icon="edit" onClick=${edit}>${t("customers.edit")}<//>`}`;
}

function restore(id, after) {
	return change({ send: () => api.post(`customers/groups/${id}/restore`), said: t("groups.restored"), about: id }).then((answer) => answer && after());
}
