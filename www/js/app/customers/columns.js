// SPDX-License-Identifier: ISC
//
// The columns of the list, and how a cell is edited in its place.

import { html } from "/js/preact.js";
import { date, dateTime, relative, t } from "/js/i18n/index.js";
import { may } from "/js/app/me.js";
import { CountryField, Owner, OwnerField, Status, Tags, countryName, labelOf, seesContact, statuses } from "/js/app/customers/parts.js";
import { put, send, show, tagsOf } from "/js/app/customers/write.js";
import { Field, Form, Icon, toast } from "/js/ui/index.js";

export function columns() {
	const contact = seesContact();

	return [
		{ name: "name", label: t("customers.name"), sort: "name", phone: "title", edit: true, cell: (row) => row.name },
		{ name: "company", label: t("customers.company"), phone: "about", edit: true, cell: (row) => row.company ?? "" },
		{ name: "status", label: t("customers.status"), phone: "aside", edit: true, cell: (row) => html`<${Status} status=${row.status} />` },
		{ name: "ownerId", label: t("customers.owner"), edit: true, cell: (row) => html`<${Owner} id=${row.ownerId} />` },
		{ name: "tags", label: t("customers.tags"), edit: true, cell: (row) => html`<${Tags} tags=${row.tags} />` },
		{ name: "email", label: t("customers.email"), off: true, edit: contact, cell: (row) => html`<${Contact} value=${row.email} />` },
		{ name: "phone", label: t("customers.phone"), off: true, edit: contact, cell: (row) => html`<${Contact} value=${row.phone} />` },
		{ name: "countryCode", label: t("customers.country"), off: true, edit: true, cell: (row) => countryName(row.countryCode) },
		{ name: "groups", label: t("customers.groups"), off: true, cell: (row) => row.groups.map((one) => one.name).join(", ") },
		{ name: "lastActivityAt", label: t("customers.when.lastActivityAt"), sort: "lastActivityAt", off: true, end: true, cell: (row) => html`<${When} at=${row.lastActivityAt} />` },
		{ name: "createdAt", label: t("customers.when.createdAt"), sort: "createdAt", end: true, cell: (row) => date(row.createdAt) },
	];
}

function When({ at }) {
	return html`<time datetime=${at} title=${dateTime(at)}>${relative(at)}</time>`;
}

// Who may not see it gets it masked, and is told so.
export function Contact({ value }) {
	if (!value || seesContact())
		return html`<span dir="ltr">${value ?? ""}</span>`;
	return html`<span class="masked" title=${t("customers.masked")}><${Icon} name="lock" /><span class="unseen">${t("customers.masked")}: </span><span dir="ltr">${value}</span></span>`;
}

// What Table calls for the cell that is edited.
export function editor(list) {
	return may("customers:update") && ((row, name, close) => html`<${Editor} row=${row} name=${name} close=${close} list=${list} />`);
}

const LENGTHS = { name: 200, company: 200, email: 254, phone: 40 };

function Editor({ row, name, close, list }) {
	const take = (value) => {
		close();
		put(list, row, { [name]: value }, t("customers.saved", { name: row.name }));
	};

	if (name === "status")
		return html`<${Field} label=${labelOf(name)} options=${statuses()} value=${row.status} onChange=${(event) => take(event.target.value)} />`;
	if (name === "ownerId")
		return html`<${OwnerField} value=${row.ownerId} set=${(id) => take(id ?? null)} />`;
	if (name === "countryCode")
		return html`<${CountryField} value=${row.countryCode} set=${(code) => take(code ?? null)} />`;
	return html`<${Words} row=${row} name=${name} close=${close} list=${list} />`;
}

// What is typed is sent before the panel goes: it may be refused.
function Words({ row, name, close, list }) {
	async function write(typed) {
		const value = typed[name].trim();
		const edited = { [name]: name === "tags" ? tagsOf(value) : value || null };
		const answer = await send(row, edited);
		if (answer) {
			show(list, answer.body);
			toast(t("customers.saved", { name: answer.body.name }), { about: row.id, action: { label: t("undo"),
				act: () => put(list, answer.body, { [name]: row[name] }, t("customers.back", { name: row.name })) } });
		}
	}

	return html`<${Form} class="tight-form" submit=${t("customers.keep")} cancel=${close} send=${write} done=${close}>
		<${Field} name=${name} label=${labelOf(name)} hint=${name === "tags" ? t("customers.tags-hint") : undefined} dir="auto"
			defaultValue=${name === "tags" ? row.tags.join(", ") : row[name] ?? ""} maxlength=${LENGTHS[name] ?? 1500} required=${name === "name"} /><//>`;
}
