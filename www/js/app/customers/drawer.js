// SPDX-License-Identifier: ISC
//
// One customer beside the list: what is known, what was said and what happened, and what can be done.

import { html, useEffect, useState } from "/js/preact.js";
import { date, dateTime, relative, t } from "/js/i18n/index.js";
import { useGet } from "/js/data.js";
import { useAction } from "/js/app/actions.js";
import { dropDraft, readDraft } from "/js/app/drafts.js";
import { useOffers } from "/js/app/features.js";
import { may } from "/js/app/me.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { Contact } from "/js/app/customers/columns.js";
import { CustomFacts, useGroups } from "/js/app/customers/custom.js";
import { Twins, useDuplicates } from "/js/app/customers/duplicates.js";
import { EditCustomer, draftOf } from "/js/app/customers/form.js";
import { MergeDialog } from "/js/app/customers/merge.js";
import { HOME, Owner, Status, Tags, countryName, seesContact, usePeople } from "/js/app/customers/parts.js";
import { Anonymise, Everything } from "/js/app/customers/privacy.js";
import { History } from "/js/app/customers/history.js";
import { remove, restore, show } from "/js/app/customers/write.js";
import * as api from "/js/api.js";
import { Button, Drawer, Facts, Menu, Note, Skeleton, toast } from "/js/ui/index.js";

export function Customer({ id, list, close, go }) {
	const one = useGet(`customers/${id}`, { watch: ["customers", "customer-group-members"], fresh: true });
	const customer = one.problem?.status === 410 ? null : one.body;

	if (one.problem?.status === 410)
		return html`<${Gone} id=${id} close=${close} again=${() => { one.reload(); list.reload(); }} />`;
	if (one.problem?.status === 404)
		return html`<${Drawer} name=${id} title=${t("customers.missing")} close=${close}><p class="soft">${t("customers.missing-about")}</p><//>`;
	if (!customer)
		return html`<${Drawer} name=${id} title=${t("customers.one")} close=${close}>${one.problem ? html`<${Note} problem=${one.problem} again=${one.reload} />` : html`<${Skeleton} rows=${8} />`}<//>`;
	return html`<${Whole} one=${one} customer=${customer} list=${list} close=${close} go=${go} />`;
}

function Gone({ id, close, again }) {
	return html`<${Drawer} name=${id} title=${t("customers.gone")} close=${close} actions=${may("customers:delete") && html`<${Button} kind="main" icon="undo"
		onClick=${() => restore(id).then((answer) => answer && again())}>${t("customers.restore")}<//>`}><p class="soft">${t("customers.gone-about")}</p><//>`;
}

function Whole({ one, customer, list, close, go }) {
	const [isEditing, setEditing] = useState(() => may("customers:update") && readDraft(draftOf(customer.id)) !== null);
	const [asked, setAsked] = useState(null); // "merge" | "everything" | "anonymise"
	const groups = useGroups(customer.groups.map((group) => group.id));
	const mayEdit = may("customers:update") && !customer.anonymisedAt;

	usePeople();
	useShortcut("e", t("customers.edit"), () => mayEdit && setEditing(true));
	useAction(t("customers.edit"), "edit", () => setEditing(true), mayEdit);
	function saved({ body, etag }) {
		setEditing(false);
		one.put(body, etag);
		show(list, body);
		toast(t("customers.saved", { name: body.name }), { about: body.id });
	}
	function leave() {
		dropDraft(draftOf(customer.id));
		setEditing(false);
	}

	return html`<${Drawer} name=${customer.id} title=${html`<span dir="auto">${customer.name}</span>`} close=${close}
		head=${html`<span class="tight"><${Status} status=${customer.status} />${customer.company && html`<span class="soft" dir="auto">${customer.company}</span>`}</span>`}
		actions=${!isEditing && html`<${Deeds} customer=${customer} list=${list} close=${close} ask=${setAsked} edit=${mayEdit && (() => setEditing(true))} />`}>
		${customer.anonymisedAt && html`<${Note}>${t("customers.is-anonymised", { date: date(customer.anonymisedAt) })}<//>`}
		${isEditing ? groups === null ? html`<${Skeleton} rows=${6} />` :
			html`<${EditCustomer} customer=${customer} groups=${groups} close=${leave} saved=${saved} />` :
			html`<${Known} customer=${customer} groups=${groups ?? []} />`}
		${may("customers:merge") && !isEditing && html`<${Likely} customer=${customer} list=${list} go=${go} reload=${one.reload} />`}
		<${History} id=${customer.id} version=${customer.version} isOver=${customer.anonymisedAt !== null} />
		${asked === "everything" && html`<${Everything} customer=${customer} close=${() => setAsked(null)} />`}
		${asked === "anonymise" && html`<${Anonymise} customer=${customer} close=${() => setAsked(null)} done=${(body) => { setAsked(null); one.put(body); show(list, body); one.reload(); }} />`}
	<//>`;
}

function Deeds({ customer, list, close, ask, edit }) {
	const canExport = useOffers("GET /customers/{id}/export") && may("customers:export") && seesContact();
	const canForget = useOffers("POST /customers/{id}/anonymise") && may("customers:anonymise") && !customer.anonymisedAt;
	const items = [canExport && { label: t("customers.everything"), icon: "download", act: () => ask("everything") },
		canForget && { label: t("customers.anonymise"), icon: "shield", danger: true, act: () => ask("anonymise") },
		may("customers:delete") && { label: t("customers.delete"), icon: "trash", danger: true, act: () => { close(); remove(list, customer); } }].filter(Boolean);

	return html`${items.length > 0 && html`<${Menu} button=${{ kind: "bare", icon: "more" }} label=${t("customers.more")} items=${items} />`}
		${edit && html`<${Button} kind="main" icon="edit" onClick=${edit}>${t("customers.edit")}<//>`}`;
}

function Known({ customer, groups }) {
	return html`<div class="known">
		<${Facts} rows=${[[t("customers.email"), customer.email && html`<${Reach} kind="mailto:" value=${customer.email} />`],
			[t("customers.phone"), customer.phone && html`<${Reach} kind="tel:" value=${customer.phone} />`],
			[t("customers.country"), countryName(customer.countryCode)],
			[t("customers.owner"), customer.ownerId && html`<${Owner} id=${customer.ownerId} />`],
			[t("customers.tags"), customer.tags.length > 0 && html`<${Tags} tags=${customer.tags} />`],
			[t("customers.groups"), customer.groups.length > 0 && html`<span class="tight">${customer.groups.map((group) => html`<a key=${group.id} href=${`${HOME}/groups/${group.id}`} dir="auto">${group.name}</a>`)}</span>`],
			[t("customers.when.lastActivityAt"), html`<time datetime=${customer.lastActivityAt} title=${dateTime(customer.lastActivityAt)}>${relative(customer.lastActivityAt)}</time>`],
			[t("customers.when.createdAt"), html`<time datetime=${customer.createdAt} title=${dateTime(customer.createdAt)}>${date(customer.createdAt)}</time>`]].map(([name, value]) => [name, value || null])} />
		${!seesContact() && (customer.email || customer.phone) && html`<p class="soft small">${t("customers.masked-about")}</p>`}
	</div>
	<${CustomFacts} groups=${groups} values=${customer.customFields ?? {}} />`;
}

function Reach({ kind, value }) {
	return seesContact() ? html`<a href=${kind + value} dir="ltr">${value}</a>` : html`<${Contact} value=${value} />`;
}

// Who this likely is as well.
function Likely({ customer, list, go, reload }) {
	const found = useDuplicates(customer, customer.id).filter((one) => one.score >= 0.8);
	const [both, setBoth] = useState(null);

	useEffect(() => setBoth(null), [customer.id]);
	async function ask(other) {
		try {
			const { body } = await api.get(`customers/${other.id}`);
			setBoth([customer, body]);
		} catch (problem) {
			toast(problem.message, { kind: "bad", requestId: problem.requestId });
		}
	}
	function after(id) {
		setBoth(null);
		list.reload();
		if (id === customer.id)
			reload();
		else
			go(id);
	}

	return found.length > 0 && html`<section><h3>${t("customers.twins", { n: found.length })}</h3>
		<${Twins} found=${found} act=${(one) => html`<${Button} kind="bare" icon="merge" label=${t("customers.merge-with", { name: one.name })} onClick=${() => ask(one)}>${t("customers.merge")}<//>`} />
		${both && html`<${MergeDialog} customers=${both} close=${() => setBoth(null)} done=${after} undone=${() => { list.reload(); reload(); }} />`}</section>`;
}
