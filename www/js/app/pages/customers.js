// SPDX-License-Identifier: ISC
//
// All customers: found, compared, changed in their place or many at once, and one of them open beside.

import { html, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { path, useList } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { useOffers } from "/js/app/features.js";
import { download } from "/js/app/files.js";
import { may } from "/js/app/me.js";
import { navigate, useQuery } from "/js/app/router.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { Bulk } from "/js/app/customers/bulk.js";
import { columns, editor } from "/js/app/customers/columns.js";
import { Customer } from "/js/app/customers/drawer.js";
import { Chosen, Filters, apiQuery, isFiltered } from "/js/app/customers/filters.js";
import { NewCustomer } from "/js/app/customers/form.js";
import { HOME, Parts, usePeople } from "/js/app/customers/parts.js";
import { Views } from "/js/app/customers/views.js";
import { remove } from "/js/app/customers/write.js";
import { Button, Columns, Menu, Page, SearchField, Table, toast } from "/js/ui/index.js";

const NEW = "new";
const go = (id, options) => navigate(`${HOME}/${id}${location.search}`, options);
const close = () => navigate(HOME + location.search);

export default function Customers({ params }) {
	const [query, setQuery] = useQuery();
	const asked = apiQuery(query);
	const list = useList(path("customers", { ...asked, count: "exact" }), { watch: ["customers", "customer-group-members"] });
	const [picked, pick] = useState(new Set());
	const mayAdd = may("customers:create");
	const add = () => mayAdd && go(NEW);

	usePeople();
	useAction(t("customers.new"), "add", add, mayAdd);
	useShortcut("n", t("customers.new"), add);
	return html`<${Page} title=${t("page.customers")} fill tabs=${html`<${Parts} here="customers" />`}
		actions=${html`<${Files} query=${asked} />${mayAdd && html`<${Button} kind="main" icon="add" onClick=${add}>${t("customers.new")}<//>`}`}
		tools=${html`<${SearchField} label=${t("customers.search")} value=${query.search} found=${(text) => setQuery({ search: text })} />
			<${Filters} /><${Views} /><span class="grow" /><${Columns} name="customers" columns=${columns()} />`}
		drawer=${params.id && (params.id === NEW && mayAdd ? html`<${NewCustomer} close=${close} made=${(one) => { list.reload(); go(one.id, { replace: true }); }} />` :
			html`<${Customer} key=${params.id} id=${params.id} list=${list} close=${close} go=${go} />`)}>
		<${Chosen} />
		<${Table} name="customers" label=${t("page.customers")} list=${list} columns=${columns()} sort=${asked.sort} setSort=${(sort) => setQuery({ sort }, { step: true })}
			open=${params.id} href=${(row) => `${HOME}/${row.id}${location.search}`} go=${(row) => go(row.id, { replace: Boolean(params.id) })}
			picked=${picked} pick=${isBulk() && pick} acts=${(row) => acts(row, list)} edit=${editor(list)} empty=${empty(query, mayAdd && add)} />
		<${Bulk} list=${list} picked=${picked} pick=${pick} />
	<//>`;
}

const isBulk = () => ["customers:batch-update", "customers:delete", "customers:merge", "customer-groups:manage-members"].some((one) => may(one));

function acts(row, list) {
	return [{ label: t("customers.open"), icon: "open", href: `${HOME}/${row.id}${location.search}` },
		row.email && may("customers:read-contact") && { label: t("customers.mail"), icon: "mail", href: `mailto:${row.email}` },
		may("customers:delete") && { label: t("customers.delete"), icon: "trash", danger: true, act: () => remove(list, row) }];
}

function empty(query, add) {
	if (isFiltered(query))
		return { icon: "search", title: t("customers.none-found"), children: t("customers.none-found-about"),
			action: html`<${Button} onClick=${() => navigate(HOME)}>${t("customers.view-all")}<//>` };
	return { icon: "customers", title: t("customers.none"), children: t("customers.none-about"), action: add && html`<${Button} kind="main" icon="add" onClick=${add}>${t("customers.new")}<//>` };
}

// In and out as a file; out what the filters leave.
function Files({ query }) {
	const canImport = useOffers("POST /customers/import") && may("customers:import");
	const canExport = may("customers:export");

	async function take(bom) {
		toast(t("customers.export-begins"));
		await download(path("customers", { ...query, format: "csv", bom: bom || null }), "customers.csv").catch((problem) => toast(problem.message, { kind: "bad" }));
	}

	const items = [canImport && { label: t("customers.import"), icon: "upload", href: `${HOME}/import` },
		canExport && { label: t("customers.export"), icon: "download", act: () => take(false) },
		canExport && { label: t("customers.export-bom"), icon: "download", act: () => take(true) }].filter(Boolean);
	return items.length > 0 && html`<${Menu} button=${{ kind: "quiet", icon: "more" }} label=${t("customers.files")} items=${items} />`;
}
