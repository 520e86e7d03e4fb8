// SPDX-License-Identifier: ISC
//
// What is done to customers: how a record is edited and sent, one and many at once, deleting and bringing back.

import { html } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { change, save } from "/js/data.js";
import { HOME, labels, seesContact, shownAs } from "/js/app/customers/parts.js";
import { toast } from "/js/ui/index.js";

const FIELDS = ["name", "email", "phone", "countryCode", "company", "status", "ownerId", "tags"];
const CONTACT = ["email", "phone"];
const CUSTOM = "customFields.";

// A record as it is edited: flat, without what one may not see.
export function unpack(customer) {
	const shown = FIELDS.filter((name) => seesContact() || !CONTACT.includes(name));

	return { ...Object.fromEntries(shown.map((name) => [name, customer[name]])),
		...Object.fromEntries(Object.entries(customer.customFields ?? {}).map(([name, value]) => [CUSTOM + name, value])) };
}

export function pack(flat) {
	const custom = Object.entries(flat).filter(([name]) => name.startsWith(CUSTOM)).map(([name, value]) => [name.slice(CUSTOM.length), value]);

	return { ...Object.fromEntries(Object.entries(flat).filter(([name]) => !name.startsWith(CUSTOM))),
		...(custom.length ? { customFields: Object.fromEntries(custom) } : {}) };
}

export const tagsOf = (text) => [...new Set(text.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean))];

// Another customer has the number: a link to them, where one may know.
export function withTwin(problem) {
	if (problem.status !== 409 || !problem.fields?.phone)
		return problem;
	const [, name, id] = /^(.*) \(([0-9a-f-]{36})\) /.exec(problem.fields.phone) ?? [];
	problem.fields = { ...problem.fields, phone: id ? html`${t("customers.phone-of")}${" "}<a href=${`${HOME}/${id}`} dir="auto">${name}</a>` : t("customers.phone-taken") };
	return problem;
}

// edited: the changed fields of unpack().  Resolves to the answer, or null when given up in a conflict.
export async function send(customer, edited, etag = `"${customer.version}"`) {
	try {
		return await save(`customers/${customer.id}`, { base: customer, edited, etag, labels, shown: shownAs, as: unpack, pack });
	} catch (problem) {
		throw withTwin(problem);
	}
}

const pick = (record, names) => Object.fromEntries(names.map((name) => [name, record[name]]));

// A change that is shown at once, with a way back.
export function put(list, customer, edited, said) {
	return act(list, customer, edited, said, (now) => act(list, now, pick(customer, Object.keys(edited)), t("customers.back", { name: customer.name })));
}

function act(list, customer, fields, said, undo) {
	let newest = customer;

	return list.change(customer.id, fields, { about: customer.id, said, undo: undo && (() => undo(newest)), send: async () => {
		const answer = await send(customer, fields);
		newest = answer?.body ?? newest;
		show(list, newest);
		return answer;
	} });
}

// The record as it now is, where the list has it.
export function show(list, customer) {
	return list.change(customer.id, customer, { send: () => Promise.resolve() });
}

export function remove(list, customer, after = () => {}) {
	return list.change(customer.id, null, { send: () => api.remove(`customers/${customer.id}`), said: t("customers.deleted", { name: customer.name }), about: customer.id,
		undo: () => restore(customer.id).then(() => { list.reload(); after(); }) });
}

export function restore(id) {
	return change({ send: () => api.post(`customers/${id}/restore`), said: t("customers.restored"), about: id });
}

// --- many ------------------------------------------------------------------------------------

const CHUNK = 500; // changes of one call
const AT_ONCE = 6; // calls, where each is for one

// updates: [{ id, data, version? }].  Resolves to the ids that could not be changed, with why.
async function batch(updates) {
	const failed = new Map();

	for (let at = 0; at < updates.length; at += CHUNK) {
		const { body } = await api.patch("customers/batch", { updates: updates.slice(at, at + CHUNK) }, undefined, { lenient: true });
		for (const one of body.items.filter(({ status }) => status === "failed"))
			failed.set(one.id, one.errors[0]?.message);
	}
	return failed;
}

// data(row): what is to change of each; said(n): what then holds.  All is shown at once.
export async function putMany(list, rows, data, said, { careful = false } = {}) {
	const changed = rows.map((row) => ({ row, now: data(row) })).filter(({ row, now }) => Object.entries(now).some(([name, value]) => JSON.stringify(row[name]) !== JSON.stringify(value)));
	const back = () => runMany(list, changed.map(({ row, now }) => ({ id: row.id, data: Object.fromEntries(Object.keys(now).map((name) => [name, row[name]])) })),
		(n) => t("customers.many-back", { n }));

	if (changed.length === 0)
		return toast(t("customers.many-same"));
	return runMany(list, changed.map(({ row, now }) => ({ id: row.id, data: now, ...(careful ? { version: row.version } : {}) })), said, back);
}

async function runMany(list, updates, said, undo) {
	const nothing = () => Promise.resolve();

	for (const { id, data } of updates)
		list.change(id, data, { send: nothing });
	try {
		const failed = await batch(updates);
		tell(failed, updates.length, said, undo);
	} catch (problem) {
		toast(problem.message, { kind: "bad", requestId: problem.requestId });
	}
	list.reload();
}

function tell(failed, all, said, undo) {
	const action = undo && failed.size < all ? { label: t("undo"), act: undo } : undefined;

	if (failed.size === 0)
		toast(said(all), { action });
	else
		toast(t("customers.many-failed", { n: failed.size, all, why: [...failed.values()][0] }), { kind: "bad", action });
}

// One call for each, a few at a time.
async function each(ids, act) {
	const failed = new Map();
	const left = [...ids];

	await Promise.all(Array.from({ length: AT_ONCE }, async () => {
		for (let id = left.pop(); id; id = left.pop())
			await act(id).catch((problem) => failed.set(id, problem.message));
	}));
	return failed;
}

export async function removeMany(list, ids) {
	for (const id of ids)
		list.change(id, null, { send: () => Promise.resolve() });
	const failed = await each(ids, (id) => api.remove(`customers/${id}`));
	const gone = ids.filter((id) => !failed.has(id));
	tell(failed, ids.length, (n) => t("customers.many-deleted", { n }), async () => {
		tell(await each(gone, (id) => api.post(`customers/${id}/restore`)), gone.length, (n) => t("customers.many-restored", { n }));
		list.reload();
	});
	list.reload();
}

const MEMBERS = 1000; // of one call

export async function addToGroup(ids, group) {
	let n = 0;

	for (let at = 0; at < ids.length; at += MEMBERS)
		n += (await api.post(`customers/groups/${group.value}/customers`, { customerIds: ids.slice(at, at + MEMBERS) })).body.changed;
	toast(t("customers.many-grouped", { n, name: group.label }), { action: n === ids.length ? { label: t("undo"),
		act: () => change({ send: () => api.remove(`customers/groups/${group.value}/customers`, { customerIds: ids }), said: t("customers.many-back", { n }) }) } : undefined });
}
