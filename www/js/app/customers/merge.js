// SPDX-License-Identifier: ISC
//
// Customers that are one and the same: who likely is, and making them one, with a way back.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, t } from "/js/i18n/index.js";
import { change } from "/js/data.js";
import { labelOf, shownAs, usePeople } from "/js/app/customers/parts.js";
import { Choice, Dialog, Form, Note, toast } from "/js/ui/index.js";
import { shownValue } from "/js/ui/diff.js";

const FIELDS = ["name", "email", "phone", "company", "status", "ownerId"];

// done(id): who stays; undone(): after it was taken back.
export function MergeDialog({ customers, close, done, undone }) {
	const [stays, setStays] = useState(customers[0].id);
	const [keep, setKeep] = useState({}); // by field: whose
	const ordered = [customers.find((one) => one.id === stays), ...customers.filter((one) => one.id !== stays)];
	const differ = FIELDS.filter((field) => new Set(ordered.map((one) => one[field]).filter((value) => value !== null && value !== undefined)).size > 1);

	usePeople();
	async function send() {
		const chosen = Object.fromEntries(Object.entries(keep).filter(([field]) => differ.includes(field)));
		const { body } = await api.post(`customers/${stays}/merge`, { otherIds: ordered.slice(1).map((one) => one.id), ...(Object.keys(chosen).length ? { keep: chosen } : {}) });
		toast(t("customers.merged", { n: ordered.length, name: ordered[0].name }), { about: stays, action: { label: t("undo"), act: () => undo(body.id, undone) } });
		done(stays);
	}

	return html`<${Dialog} title=${t("customers.merge-title", { n: customers.length })} wide close=${close}>
		<${Form} submit=${t("customers.merge-do")} cancel=${close} send=${send}>
			<p class="soft">${t("customers.merge-about")}</p>
			<${Choice} label=${t("customers.merge-stays")} hidden=${false} value=${stays} set=${setStays} options=${customers.map((one) => [one.id, html`<span dir="auto">${told(one, customers)}</span>`])} />
			${differ.map((field) => html`<${Which} key=${field} field=${field} customers=${ordered} value=${keep[field] ?? first(ordered, field)} set=${(id) => setKeep({ ...keep, [field]: id })} />`)}
			${differ.length === 0 && html`<${Note}>${t("customers.merge-same")}<//>`}
		<//><//>`;
}

// By name, and where another has the same by what else there is.
function told({ id, name, company, email, phone, createdAt }, customers) {
	return customers.some((one) => one.id !== id && one.name === name) ? [name, company, email ?? phone, dateTime(createdAt)].filter(Boolean).join(" · ") : name;
}

const first = (customers, field) => customers.find((one) => one[field] !== null && one[field] !== undefined)?.id;

function Which({ field, customers, value, set }) {
	const has = customers.filter((one) => one[field] !== null && one[field] !== undefined);

	return html`<fieldset class="versions"><legend>${labelOf(field)}</legend>${has.map((one) => html`<label key=${one.id}>
		<input type="radio" name=${`keep-${field}`} checked=${one.id === value} onChange=${() => set(one.id)} />
		<span><span dir="auto">${shownAs(field, one[field]) ?? shownValue(one[field])}</span>${field !== "name" && html`<small dir="auto">${told(one, customers)}</small>`}</span></label>`)}</fieldset>`;
}

function undo(merge, undone) {
	return change({ send: () => api.post(`customers/merge/${merge}/undo`), said: t("customers.unmerged") }).then((answer) => answer && undone?.());
}

