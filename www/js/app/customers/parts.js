// SPDX-License-Identifier: ISC
//
// What the pages of customers share: states, people who may look after one, countries, and what a
// customer's fields are called.

import { html, useEffect } from "/js/preact.js";
import * as api from "/js/api.js";
import { currentLanguage, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/customers.js";
import { whenChanged } from "/js/live.js";
import { may } from "/js/app/me.js";
import { store, useStore } from "/js/app/store.js";
import { Avatar, Badge, Combobox, Tabs } from "/js/ui/index.js";

words(table);

export const HOME = "/app/customers";
export const STATUSES = { active: "good", pending: "fair", inactive: "", blocked: "bad" };
export const statuses = () => Object.keys(STATUSES).map((one) => [one, t(`customers.status.${one}`)]);
export const seesContact = () => may("customers:read-contact");

export function Status({ status }) {
	return html`<${Badge} kind=${STATUSES[status]} dot>${t(`customers.status.${status}`)}<//>`;
}

export function Tags({ tags }) {
	return html`<span class="tags">${tags.map((tag) => html`<${Badge} key=${tag}><span dir="auto">${tag}</span><//>`)}</span>`;
}

// The parts of the page, as far as one may see them.
export function Parts({ here }) {
	const tabs = [["customers", HOME, true], ["customer-groups", `${HOME}/groups`, may("customer-groups:read")],
		["customer-statistics", `${HOME}/statistics`, may("customers:statistics")]];

	return html`<${Tabs} label=${t("page.customers")} here=${here} tabs=${tabs.filter(([, , is]) => is).map(([name, href]) =>
		({ name, href, label: t(`customers.part.${name}`) }))} />`;
}

// How fields are called; custom ones are their own name.
export function labelOf(field) {
	const known = { name: "customers.name", email: "customers.email", phone: "customers.phone", countryCode: "customers.country", company: "customers.company",
		status: "customers.status", ownerId: "customers.owner", tags: "customers.tags", groupId: "customers.group" };

	return known[field] ? t(known[field]) : field.replace(/^customFields\./, "");
}

export const labels = new Proxy({}, { get: (_, field) => typeof field === "string" ? labelOf(field) : undefined });

// How a value of a field reads; undefined: as it is.
export function shownAs(field, value) {
	if (value === null || value === undefined || value === "")
		return undefined;
	return { status: () => t(`customers.status.${value}`), ownerId: () => nameOf(value), countryCode: () => countryName(value) }[field]?.();
}

// --- people ---------------------------------------------------------------------------

const directory = store(null); // id → { id, fullName, profilePic }
let asked = null;

async function readDirectory() {
	const people = new Map();
	let after = "";

	do {
		const { body } = await api.get(`users/directory?limit=200${after && `&after=${encodeURIComponent(after)}`}`);
		for (const one of body.items)
			people.set(one.id, one);
		after = body.next;
	} while (after && people.size < 2000);
	directory.set(people);
}

// Everybody who may look after somebody, by id; empty until it is known.
export function usePeople() {
	const people = useStore(directory);

	useEffect(() => {
		asked ??= readDirectory().catch(() => { asked = null; });
		return whenChanged(["users"], () => { asked = readDirectory().catch(() => { asked = null; }); });
	}, []);
	return people ?? new Map();
}

// Who has no access any more is in no directory.
export function nameOf(id) {
	return id ? directory.get()?.get(id)?.fullName ?? (directory.get() ? t("customers.owner-gone") : "…") : "";
}

export function Owner({ id }) {
	const one = id && directory.get()?.get(id);

	if (!id)
		return "";
	return html`<span class="person"><${Avatar} name=${one?.fullName ?? ""} picture=${one?.profilePic} size="small" /><span class=${one ? undefined : "soft"} dir="auto">${nameOf(id)}</span></span>`;
}

export function OwnerField(props) {
	const people = usePeople();

	return html`<${Combobox} label=${t("customers.owner")} options=${[...people.values()].map((one) => ({ value: one.id, label: one.fullName }))} ...${props} />`;
}

// --- groups -----------------------------------------------------------------------------

export async function findGroups(text) {
	const { body } = await api.get(`customers/groups?limit=50${text && `&search=${encodeURIComponent(text)}`}`);

	return body.items.map((one) => ({ value: one.id, label: one.name, about: t("customers.members", { n: one.customersCount }), group: one }));
}

export function GroupField(props) {
	return html`<${Combobox} label=${t("customers.group")} find=${findGroups} ...${props} />`;
}

export async function findCustomers(text) {
	const { body } = await api.get(`customers?limit=20&sort=name${text && `&search=${encodeURIComponent(text)}`}`);

	return body.items.map((one) => ({ value: one.id, label: one.name, about: one.company }));
}

// --- countries ---------------------------------------------------------------------------

const CODES = ("AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM " +
	"CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM " +
	"HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML " +
	"MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB " +
	"SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF " +
	"WS YE YT ZA ZM ZW").split(" ");
const namers = {};

export function countryName(code) {
	const language = currentLanguage();

	if (!code)
		return "";
	namers[language] ??= new Intl.DisplayNames([language], { type: "region" });
	return namers[language].of(code) ?? code;
}

let sorted = null; // { language, options }

function countries() {
	const language = currentLanguage();

	if (sorted?.language !== language)
		sorted = { language, options: CODES.map((code) => ({ value: code, label: countryName(code), about: code })).sort((a, b) => a.label.localeCompare(b.label, language)) };
	return sorted.options;
}

export function CountryField(props) {
	return html`<${Combobox} label=${t("customers.country")} options=${countries()} ...${props} />`;
}
