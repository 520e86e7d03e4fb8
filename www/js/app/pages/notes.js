// SPDX-License-Identifier: ISC
//
// The example resource: a list with search and order, a drawer to read, change and delete one.
// doc/adding-a-page.md goes through it line by line.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/notes.js";
import { filled, path, save, useGet, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { may } from "/js/app/me.js";
import { navigate, useQuery } from "/js/app/router.js";
import { Badge, Button, Columns, Dialog, Drawer, Field, Form, Note, Page, SearchField, Skeleton, Table, toast } from "/js/ui/index.js";

words(table);

const HOME = "/app/notes";
const address = (row) => `${HOME}/${row.id}${location.search}`;
const close = () => navigate(HOME + location.search);

const columns = () => [
	{ name: "title", label: t("notes.title"), sort: "title", phone: "title", cell: (row) => row.title },
	{ name: "text", label: t("notes.text"), phone: "about", cell: (row) => row.text ?? "" },
	{ name: "tags", label: t("notes.tags"), cell: (row) => row.tags.map((tag) => html`<${Badge} key=${tag}>${tag}<//> `) },
	{ name: "createdAt", label: t("notes.made"), sort: "createdAt", phone: "aside", end: true, cell: (row) => date(row.createdAt) },
];

export default function Notes({ params }) {
	const [{ search, sort = "-createdAt" }, setQuery] = useQuery();
	const list = useList(path("notes", { search, sort }), { watch: ["notes"] });
	const [isNew, setNew] = useState(false);
	const mayWrite = may("notes:create");

	useAction(t("notes.new"), "add", () => setNew(true), mayWrite);
	return html`<${Page} title=${t("page.notes")} fill
		actions=${mayWrite && html`<${Button} kind="main" icon="add" onClick=${() => setNew(true)}>${t("notes.new")}<//>`}
		tools=${html`<${SearchField} label=${t("notes.search")} value=${search} found=${(text) => setQuery({ search: text })} />
			<span class="grow" /><${Columns} name="notes" columns=${columns()} />`}
		drawer=${params.id && html`<${One} key=${params.id} id=${params.id} list=${list} />`}>
		<${Table} name="notes" label=${t("page.notes")} list=${list} columns=${columns()} sort=${sort} setSort=${(next) => setQuery({ sort: next })}
			open=${params.id} href=${address} go=${(row) => navigate(address(row), { replace: Boolean(params.id) })}
			empty=${{ title: t("notes.none"), children: search && t("notes.none-found") }} />
		${isNew && html`<${New} close=${() => setNew(false)} done=${list.reload} />`}
	<//>`;
}

const values = ({ title, text, tags }) => ({ title, text: text || null, tags: tags.split(/[\s,]+/).filter(Boolean) });

const Fields = ({ note = {} }) => html`
	<${Field} name="title" label=${t("notes.title")} defaultValue=${note.title} maxlength="200" required />
	<${Field} name="text" as="textarea" label=${t("notes.text")} defaultValue=${note.text ?? ""} maxlength="10000" />
	<${Field} name="tags" label=${t("notes.tags")} defaultValue=${note.tags?.join(" ")} />`;

function New({ close: leave, done }) {
	return html`<${Dialog} title=${t("notes.new")} close=${leave}>
		<${Form} submit=${t("save")} cancel=${leave} draft="notes.new" send=${(typed) => api.post("notes", filled(values(typed)), { patient: true })}
			done=${() => { leave(); done(); toast(t("notes.saved")); }}><${Fields} /><//><//>`;
}

function One({ id, list }) {
	const one = useGet(`notes/${id}`, { watch: ["notes"] });
	const note = one.body;

	async function send(typed, _, record) {
		const labels = { title: t("notes.title"), text: t("notes.text"), tags: t("notes.tags") };
		const answer = await save(`notes/${id}`, { base: record.body, etag: record.etag, edited: values(typed), labels });
		if (answer) {
			one.put(answer.body, answer.etag);
			list.reload();
			toast(t("notes.saved"));
		}
	}

	function remove() {
		close();
		list.change(id, null, { send: () => api.remove(`notes/${id}`), said: t("notes.deleted", { title: note.title }),
			undo: () => list.change(id, {}, { send: () => api.post(`notes/${id}/restore`).then(list.reload) }) });
	}

	if (!note)
		return html`<${Drawer} name=${id} title=${t("page.notes")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} />` : html`<${Skeleton} />`}<//>`;
	return html`<${Drawer} name=${id} title=${note.title} close=${close}
		actions=${may("notes:delete") && html`<${Button} kind="bare" class="danger" icon="trash" onClick=${remove}>${t("notes.delete")}<//>`}>
		${may("notes:update") && html`<${Form} record=${one} submit=${t("save")} send=${send} draft=${`notes.${id}`}><${Fields} note=${note} /><//>`}
	<//>`;
}
