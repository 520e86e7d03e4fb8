// SPDX-License-Identifier: ISC
//
// The form of a customer: a new one, in a drawer of its own, and one that is there.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { readDraft } from "/js/app/drafts.js";
import { may, useMe } from "/js/app/me.js";
import { CountryField, GroupField, OwnerField, labelOf, seesContact, statuses } from "/js/app/customers/parts.js";
import { CustomFields, customTyped, useGroups } from "/js/app/customers/custom.js";
import { Twins, useDuplicates } from "/js/app/customers/duplicates.js";
import { pack, send, tagsOf, withTwin } from "/js/app/customers/write.js";
import { Drawer, Field, Form, Note, Skeleton, toast } from "/js/ui/index.js";

const TEXTS = ["name", "company", "email", "phone"];

function Fields({ customer = {}, typed, watch }) {
	const isNew = !customer.id;
	const contact = isNew || seesContact();
	const field = (name, more) => html`<${Field} name=${name} label=${labelOf(name)} defaultValue=${customer[name] ?? ""} onInput=${(event) => watch?.({ ...typed, [name]: event.target.value })} ...${more} />`;

	return html`<div class="pair">
		${field("name", { required: true, maxlength: 200, dir: "auto", autocomplete: "off" })}
		${field("company", { maxlength: 200, dir: "auto", autocomplete: "off" })}
		${contact && field("email", { type: "email", maxlength: 254, dir: "ltr", autocomplete: "off" })}
		${contact && field("phone", { type: "tel", maxlength: 40, dir: "ltr", placeholder: "+49 30 1234567", autocomplete: "off" })}
		<${CountryField} name="countryCode" start=${customer.countryCode ?? ""} />
		<${Field} name="status" label=${t("customers.status")} options=${statuses()} defaultValue=${customer.status ?? "active"} />
		<${OwnerField} name="ownerId" start=${customer.ownerId ?? ""} />
		${field("tags", { defaultValue: (customer.tags ?? []).join(", "), hint: t("customers.tags-hint"), maxlength: 1500, dir: "auto", autocomplete: "off" })}
	</div>
	${!contact && html`<p class="soft small">${t("customers.masked-edit")}</p>`}`;
}

// What was typed, flat.
function read(values, data, customer, groups) {
	const texts = TEXTS.filter((name) => name in values).map((name) => [name, values[name].trim() || null]);

	return { ...Object.fromEntries(texts), countryCode: values.countryCode || null, status: values.status, ownerId: values.ownerId || null,
		tags: tagsOf(values.tags), ...customTyped(groups, customer.customFields ?? {}, data) };
}

// --- new ---------------------------------------------------------------------------------------

const DRAFT = "customers.new";

export function NewCustomer({ close, made }) {
	const { user } = useMe();
	const kept = readDraft(DRAFT) ?? {};
	const [typed, setTyped] = useState({ name: kept.name, phone: kept.phone, email: kept.email });
	const [groupId, setGroup] = useState(kept.groupId || null);
	const twins = useDuplicates(typed);
	const groups = useGroups(groupId ? [groupId] : []);
	const chosen = groups?.[0];

	async function add(values, data) {
		const customer = read(values, data, {}, groups ?? []);
		try {
			const answer = await api.post("customers", pack(customer), { patient: true });
			if (groupId)
				await api.post(`customers/groups/${groupId}/customers`, { customerIds: [answer.body.id] }).catch((problem) => toast(problem.message, { kind: "bad", requestId: problem.requestId }));
			return answer;
		} catch (problem) {
			throw withTwin(problem);
		}
	}

	return html`<${Drawer} name="new" title=${t("customers.new")} close=${close}>
		<${Form} draft=${DRAFT} submit=${t("customers.add")} cancel=${close} send=${add} done=${({ body }) => { toast(t("customers.added", { name: body.name }), { about: body.id }); made(body); }}>
			<${Fields} customer=${{ ownerId: user.id }} typed=${typed} watch=${setTyped} />
			${twins.length > 0 && html`<${Note} kind="caution"><p><strong>${t("customers.twins", { n: twins.length })}</strong></p><${Twins} found=${twins} /><//>`}
			${may("customer-groups:manage-members") && may("customer-groups:read") && html`<${GroupField} key=${chosen?.id} name="groupId" value=${groupId} hint=${t("customers.group-hint")}
				known=${chosen && { value: chosen.id, label: chosen.name }} set=${(id) => setGroup(id)} />`}
			${groups === null ? html`<${Skeleton} rows=${2} />` : html`<${CustomFields} groups=${groups} values=${{}} />`}
		<//>
	<//>`;
}

// --- one that is there ---------------------------------------------------------------------------

export const draftOf = (id) => `customers.${id}`;

// What somebody else changes meanwhile changes nothing here; it is settled when this is sent, also when
// that is after a reload: the draft keeps what it stands on.
export function EditCustomer({ customer, groups, close, saved }) {
	const [base] = useState(() => began(customer));

	async function write({ base: _, ...typed }, data) {
		const answer = await send(base, read(typed, data, base, groups));
		if (answer)
			saved(answer);
	}

	return html`<${Form} draft=${draftOf(customer.id)} submit=${t("save")} cancel=${close} send=${write}>
		<input type="hidden" name="base" value=${JSON.stringify(base)} data-kept />
		<${Fields} customer=${base} />
		<${CustomFields} groups=${groups} values=${base.customFields ?? {}} />
	<//>`;
}

function began(customer) {
	try {
		return JSON.parse(readDraft(draftOf(customer.id)).base);
	} catch {
		return customer;
	}
}
