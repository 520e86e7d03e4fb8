// SPDX-License-Identifier: ISC
//
// What was said about a customer and what happened to them, the newest first, and a place to write a note.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, knows, relative, t } from "/js/i18n/index.js";
import { path, useList } from "/js/data.js";
import { may } from "/js/app/me.js";
import { labelOf, shownAs } from "/js/app/customers/parts.js";
import { Avatar, Choice, Difference, Field, Form, Icon, Pager, Skeleton, Note, Button } from "/js/ui/index.js";

// version: of the customer; another one has a change to tell.  isOver: nothing can be said of them any more.
export function History({ id, version, isOver }) {
	const [kind, setKind] = useState("");
	const list = useList(path(`customers/${id}/timeline`, { kind }), { watch: ["customers", "customer-notes"] });

	const seen = useRef(version);

	useEffect(() => {
		if (seen.current !== version)
			list.reload();
		seen.current = version;
	}, [version]);
	return html`<section class="history"><header><h3>${t("customers.history")}</h3>
			<${Choice} label=${t("customers.history")} value=${kind} set=${setKind} options=${[["", t("customers.history-all")], ["note", t("customers.history-notes")], ["change", t("customers.history-changes")]]} /></header>
		${may("customers:note") && !isOver && html`<${Writing} key=${id} id=${id} list=${list} />`}
		${!list.rows && list.problem && html`<${Note} problem=${list.problem} again=${list.reload} />`}
		${!list.rows && !list.problem && html`<${Skeleton} rows=${4} />`}
		${list.rows?.length === 0 && html`<p class="soft">${t("customers.history-none")}</p>`}
		${list.rows?.length > 0 && html`<ol class="timeline" aria-busy=${list.stale ? "true" : undefined}>${list.rows.map((one) => html`<${Entry} key=${one.key} one=${one} />`)}</ol>`}
		<${Pager} list=${list} endless=${false} /></section>`;
}

function Writing({ id, list }) {
	const [turn, setTurn] = useState(0); // another is another form

	return html`<${Form} key=${turn} class="writing" draft=${`customers.note.${id}`} submit=${t("customers.note-add")} kind="quiet"
		send=${({ text }) => api.post(`customers/${id}/notes`, { text: text.trim() }, { patient: true })} done=${() => { setTurn(turn + 1); list.reload(); }}>
		<${Field} as="textarea" name="text" label=${t("customers.note")} hidden placeholder=${t("customers.note-hint")} maxlength="10000" rows="2" required dir="auto" /><//>`;
}

function Entry({ one }) {
	const who = one.actor?.fullName ?? t("customers.system");

	return html`<li><span class="lead">${one.actor ? html`<${Avatar} name=${who} size="small" />` : html`<${Icon} name="settings" />`}</span>
		<div><p><strong dir="auto">${who}</strong> <span class="soft">${deed(one)}</span> <time class="soft" datetime=${one.at} title=${dateTime(one.at)}>${relative(one.at)}</time></p>
			${one.text !== null ? html`<p class="said" dir="auto">${one.text}</p>` : one.action !== "created" && html`<${Changes} one=${one} />`}</div></li>`;
}

function deed({ kind, action }) {
	const key = kind === "note" ? "customers.did.note" : `customers.did.${action}`;

	return knows(key) ? t(key) : action;
}

// Columns of the table by the names of the API's fields.
const FIELDS = { country_code: "countryCode", owner_id: "ownerId" };
const HIDDEN = ["id", "deleted_at", "anonymised_at", "merged_into", "custom_fields"];

function flat(row) {
	if (!row)
		return {};
	const rest = Object.entries(row).filter(([name]) => !HIDDEN.includes(name)).map(([name, value]) => [FIELDS[name] ?? name, value]);
	return { ...Object.fromEntries(rest.map(([name, value]) => [name, shownAs(name, value) ?? value])), ...row.custom_fields };
}

const isEmpty = (value) => value === null || value === undefined || value === "";

function Changes({ one }) {
	const [isAll, setAll] = useState(false);
	const before = flat(one.before);
	const after = flat(one.after);
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
	const shown = isAll ? names : names.slice(0, FEW);

	if (names.length === 0)
		return null;
	const part = (row) => Object.fromEntries(shown.map((name) => [name, isEmpty(row[name]) ? null : row[name]]));
	return html`<${Difference} before=${part(before)} after=${part(after)} labels=${Object.fromEntries(shown.map((name) => [name, labelOf(name)]))} />
		${names.length > FEW && !isAll && html`<${Button} kind="bare" onClick=${() => setAll(true)}>${t("customers.changes-more", { n: names.length - FEW })}<//>`}`;
}

const FEW = 5; // changes shown at first
