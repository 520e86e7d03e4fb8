// SPDX-License-Identifier: ISC
//
// Roles across, permissions down.  What one may change is a checkbox; what a wildcard covers says which, and what
// stays as it is, is only read.  Tab stops at one cell, arrows move on from there.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import { t, translated } from "/js/i18n/index.js";
import { grantWords, heldBy, mayGive, resourceWords } from "/js/app/parts/grants.js";
import { Icon } from "/js/ui/index.js";

// Nobody changes the chairperson's role, one that holds more than they do, or their own.
function stays(role, all, own) {
	if (role.builtIn && role.permissions.includes("*"))
		return "roles.stays";
	return role.name === own ? "roles.own" : role.permissions.every((name) => mayGive(all, name)) ? null : "roles.lacking";
}

// all: of useGrants(), groups: those of it to show · own: the name of one's own role · give(role, name, is) ·
// href(role), open: the role that is open beside.
export function Matrix({ roles, all, groups, own, give, href, open }) {
	const place = useRef(null);
	const [at, setAt] = useState(null); // "role id, permission" of the cell that Tab stops at
	const stop = at;

	useEffect(() => { // the role that is open is in sight
		place.current.querySelector("th.open")?.scrollIntoView({ inline: "nearest", block: "nearest" });
	}, [open]);
	useEffect(() => { // what was filtered away holds no stop
		const cells = [...place.current.querySelectorAll("input:not(:disabled)")];
		if (cells.length > 0 && !cells.some((cell) => cell.tabIndex === 0))
			setAt(cells[0].dataset.cell);
	});
	function keys(event) {
		const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
		const next = step && event.target.matches("[data-cell]") && beside(place.current, event.target, step);

		if (!next)
			return;
		event.preventDefault();
		setAt(next.dataset.cell);
		next.focus();
	}

	const row = (one, head) => html`<tr key=${one.name} class=${head ? "head" : ""}>
		<th scope="row">${head ? html`<strong>${head}</strong> ` : html`<span>${grantWords(one)}</span> `}<code>${one.name}</code></th>
		${roles.map((role) => html`<${Cell} key=${role.id} role=${role} one=${one} what=${head ?? grantWords(one)} give=${give} stop=${stop} setAt=${setAt} isOpen=${role.id === open}
			why=${stays(role, all, own) ?? (mayGive(all, one.name) ? null : "roles.lacking")} />`)}</tr>`;
	return html`<div class="matrix" ref=${place}><table aria-label=${t("roles.matrix")} onKeyDown=${keys}>
		<thead><tr><th scope="col">${t("roles.permission")}</th>${roles.map((role) => html`<th scope="col" key=${role.id} class=${role.id === open ? "open" : ""}>
			<a href=${href(role)} title=${role.name}>${role.builtIn && html`<${Icon} name="lock" />`}<span dir="auto">${translated(role.name)}</span></a>${role.builtIn && html`<span class="unseen"> (${t("roles.built-in")})</span>`}</th>`)}</tr></thead>
		<tbody>${row({ name: "*" }, t("roles.everything"))}</tbody>
		${groups.map(({ resource, names }) => html`<tbody key=${resource}>${row({ name: `${resource}:*` }, resourceWords(resource))}${names.map((one) => row(one))}</tbody>`)}
	</table></div>`;
}

function Cell({ role, one, what, give, stop, setAt, isOpen, why: held }) {
	const by = heldBy(role.permissions, one.name);
	const cell = `${role.id} ${one.name}`;
	const isWild = by !== null && by !== one.name;
	const isMine = !isWild && !held;
	const label = t(by === null ? "roles.cell-no" : "roles.cell-yes", { role: translated(role.name), what: `${what} (${one.name})` });
	const why = isWild ? t("roles.by", { by }) : held ? t(held) : undefined;

	return html`<td class=${isOpen ? "open" : ""}>${isMine ? html`<label><input type="checkbox" data-cell=${cell} checked=${by !== null} tabindex=${cell === stop ? 0 : -1}
			aria-label=${t("roles.cell", { role: translated(role.name), what: `${what} (${one.name})` })} onFocus=${() => setAt(cell)} onChange=${(event) => give(role, one.name, event.target.checked)} /></label>` :
		html`<span class=${`mark ${by === null ? "no" : isWild ? "wild" : "yes"}`} title=${why}><span class="unseen">${label}${why && ` (${why})`}</span>
			${by === null ? html`<i aria-hidden="true" />` : isWild ? html`<b aria-hidden="true">∗</b>` : html`<${Icon} name="check" />`}</span>`}</td>`;
}

// The nearest cell that can be changed, in the row or the column of this one.
function beside(place, from, [across, down]) {
	const own = from.closest("td").cellIndex;
	const rows = [...place.querySelectorAll("tbody tr")];
	const row = from.closest("tr");
	const line = across ? [...row.cells] : rows.map((tr) => tr.cells[own]);
	const dir = (across || down) * (across && getComputedStyle(place).direction === "rtl" ? -1 : 1);

	for (let i = (across ? own : rows.indexOf(row)) + dir; i >= 0 && i < line.length; i += dir) {
		const input = line[i].querySelector("input[data-cell]");
		if (input)
			return input;
	}
	return null;
}
