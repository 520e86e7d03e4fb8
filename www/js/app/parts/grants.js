// SPDX-License-Identifier: ISC
//
// Permissions by name: grouped by resource, told in words, with the wildcards `*` and `users:*`; and a
// field of a form that gives somebody some beside their role.

import { html, useRef, useState } from "/js/preact.js";
import { knows, number, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/permissions.js";
import { useGet } from "/js/data.js";
import { may } from "/js/app/me.js";
import { Badge, Check } from "/js/ui/index.js";
import { useOwnValue } from "/js/ui/field.js";

words(table);

// All there are: [{ resource, names: [{ name, doc }] }], null until they are known.
export function useGrants() {
	const { body, problem, reload } = useGet("permissions?limit=200");

	return { groups: body ? grouped(body.items) : null, problem, reload };
}

function grouped(items) {
	const groups = new Map();

	for (const one of items) {
		const [resource] = one.name.split(":");
		groups.set(resource, [...groups.get(resource) ?? [], one]);
	}
	return [...groups].map(([resource, names]) => ({ resource, names }));
}

export const resourceWords = (resource) => knows(`permissions.${resource}`) ? t(`permissions.${resource}`) : resource;

export function grantWords({ name, doc }) {
	if (name.endsWith(":*"))
		return t("permission.all");
	return knows(`permission.${name}`) ? t(`permission.${name}`) : doc ?? name;
}

// The same where its resource does not stand above it.
export const grantName = (name) => name.endsWith(":*") ? `${resourceWords(name.slice(0, -2))}: ${t("permission.all")}` : grantWords({ name });

export const wildOf = (name) => name === "*" ? null : name.endsWith(":*") ? "*" : `${name.split(":")[0]}:*`;

// By which of what is held this is allowed: itself, a wildcard, or null.
export function heldBy(held, name) {
	for (let at = name; at; at = wildOf(at))
		if (held.includes(at))
			return at;
	return null;
}

// Does one hold all that a name, with its wildcard, stands for?  Nobody gives more than they have.
export function mayGive(groups, name) {
	return groups.flatMap(({ names }) => names).filter((one) => one.name === name || wildOf(one.name) === name || name === "*").every((one) => may(one.name));
}

// A field: what one person may beside their role.  byRole: what the role gives.
export function GrantsField({ name, given, byRole = [] }) {
	const { groups } = useGrants();
	const [own, setOwn] = useState(given);
	const [turn, setTurn] = useState(0); // another draws the marks anew, which the form has cleared
	const place = useRef(null);

	useOwnValue(place, () => { setOwn(given); setTurn(turn + 1); });
	const put = (one, is) => setOwn(is ? [...own, one] : own.filter((other) => other !== one));

	return html`<details class="grants-field">
		<summary>${t("grants.beyond")} <span class="count">${number(own.length)}</span><span class="tight">${own.map((one) => html`<${Badge} key=${one}>${grantName(one)}<//>`)}</span></summary>
		<input type="hidden" ref=${place} name=${name} value=${own.join(" ")} />
		<p class="hint">${t("grants.lacking")}</p>
		${groups?.map(({ resource, names }) => html`<fieldset key=${`${resource} ${turn}`}><legend>${resourceWords(resource)}</legend>
			${[{ name: `${resource}:*` }, ...names].map((one) => html`<${Grant} key=${one.name} one=${one} own=${own} byRole=${byRole} put=${put} canGive=${mayGive(groups, one.name)} />`)}</fieldset>`)}
	</details>`;
}

function Grant({ one, own, byRole, put, canGive }) {
	const by = heldBy(byRole, one.name);
	const is = own.includes(one.name);

	return html`<${Check} label=${grantWords(one)} checked=${is || by !== null || heldBy(own, one.name) !== null}
		disabled=${!is && (by !== null || heldBy(own, one.name) !== null || !canGive)}
		onChange=${(event) => put(one.name, event.target.checked)}>${by !== null && html` <span class="soft">${t("grants.by-role")}</span>`}<//>`;
}
