// SPDX-License-Identifier: ISC
//
// Rows that are compared.  Only those in sight are drawn, so ten thousand behind them cost nothing; more come
// as one nears the end.  The table itself holds the focus and says which row is meant: Up and Down, Home and
// End move, Enter opens, Space picks, so drawing anew never loses the place; Left and Right go to the cells
// that can be edited, Enter or F2 edits; the pencil in a cell is for pointers alone.  On a phone a row is two lines.

import { html, useEffect, useLayoutEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { prefer, usePreferences } from "/js/app/preferences.js";
import { useUid } from "/js/app/store.js";
import { Button } from "/js/ui/button.js";
import { CellEditor } from "/js/ui/celledit.js";
import { Empty } from "/js/ui/empty.js";
import { Icon } from "/js/ui/icon.js";
import { Menu } from "/js/ui/menu.js";
import { Note } from "/js/ui/note.js";
import { Skeleton } from "/js/ui/skeleton.js";

const AROUND = 12; // rows drawn beyond what is seen
const NEAR = 30; // rows before the end when more are asked for

// list: of useList() · columns: { name, label, cell(row), sort?, end?: at the right, off?: not at first,
// phone?: "title" | "about" | "aside", edit?: can be edited · href(row): its address · open: id of the row that
// is open beside · sort, setSort: "-createdAt" · picked, pick: a Set of ids, and what takes another · acts(row): menu
// items · edit(row, name, close): what edits that column of the row, in a small panel over the cell.
export function Table({ name, label, list, columns, href, go, open, sort, setSort, picked, pick, acts, edit, empty }) {
	const { columns: chosen } = usePreferences();
	const shown = columns.filter((one) => chosen[name]?.[one.name] ?? (!one.off || (one.sort && one.sort === sort?.replace("-", ""))));
	const scroller = useRef(null);
	const [meant, setMeant] = useState({ id: null, i: 0 }); // the row; i: where it was
	const [cell, setCell] = useState(null); // the name of its cell that is meant
	const [editing, setEditing] = useState(null); // { row, name }
	const [view, setView] = useState({ from: 0, to: 60 });
	const first = useRef(null); // the row at the top, and where it was
	const lastPicked = useRef(null);
	const looking = useRef(null); // look() as it is by now
	const id = useUid("t");
	const rows = list.rows ?? [];
	const found = rows[meant.i]?.id === meant.id ? meant.i : rows.findIndex((row) => row.id === meant.id);
	const at = Math.max(0, Math.min(found >= 0 ? found : meant.i, rows.length - 1));
	const stops = edit ? [null, ...shown.filter((one) => one.edit).map((one) => one.name)] : [null];
	const setAt = (i) => setMeant({ id: rows[i]?.id ?? null, i });

	function look() {
		const part = scroller.current;
		const tall = part?.querySelector("tbody tr:not(.space)")?.offsetHeight || 42;
		if (!part)
			return;
		const from = Math.max(0, Math.floor(part.scrollTop / tall) - AROUND);
		const to = Math.ceil((part.scrollTop + part.clientHeight) / tall) + AROUND;
		const top = Math.floor(part.scrollTop / tall);
		first.current = { id: rows[top]?.id, top, path: list.path };
		setView((was) => was.from === from && was.to === to && was.tall === tall ? was : { from, to, tall });
		list.seen?.(from, to);
		if (to > rows.length - NEAR)
			list.more?.();
	}

	// What comes or goes above moves nothing of what is seen; another order begins at its top.
	useLayoutEffect(() => {
		const { id: was, top, path } = first.current ?? {};
		const part = scroller.current;
		if (part && path !== undefined && path !== list.path)
			part.scrollTop = 0;
		else if (part?.scrollTop > 0 && was && rows[top]?.id !== was) {
			const i = rows.findIndex((row) => row.id === was);
			part.scrollTop += i >= 0 ? (i - top) * (view.tall ?? 42) : 0;
		}
	}, [list.rows]);
	useLayoutEffect(look, [list.rows, list.next, list.busy, shown.length]);
	looking.current = look;
	useEffect(() => {
		const watch = new ResizeObserver(() => looking.current());
		if (scroller.current)
			watch.observe(scroller.current);
		return () => watch.disconnect();
	}, [rows.length > 0]); // it is drawn
	useEffect(() => { // what is open is meant
		const i = rows.findIndex((row) => row.id === open);
		if (open && i >= 0) {
			setAt(i);
			bring(scroller.current, i, view.tall ?? 42);
		}
	}, [open, list.rows === null]);

	function move(to, event) {
		const next = Math.max(0, Math.min(rows.length - 1, to));
		event.preventDefault();
		if (event.shiftKey && pick)
			pick(new Set([...picked, rows[at]?.id, rows[next]?.id]));
		setAt(next);
		setCell(stops.includes(cell) ? cell : null);
		bring(scroller.current, next, view.tall ?? 42);
		if (open && rows[next])
			go(rows[next]);
	}

	function keys(event) {
		const page = Math.floor(scroller.current.clientHeight / (view.tall ?? 42)) - 2;
		const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + page, PageUp: at - page }[event.key];

		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (getComputedStyle(event.target).direction === "rtl" ? -1 : 1);

		if (event.target.tagName !== "TABLE")
			return;
		if (to !== undefined)
			move(to, event);
		else if (step && stops.length > 1) {
			event.preventDefault();
			setCell(stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(cell) + step))]);
		} else if (((event.key === "Enter" && cell) || (event.key === "F2" && stops.length > 1)) && rows[at]) {
			event.preventDefault();
			setEditing({ row: rows[at], name: cell ?? stops[1] });
		} else if (event.key === "Enter" && rows[at] && go)
			go(rows[at]);
		else if (event.key === " " && pick && rows[at]) {
			event.preventDefault();
			pick(toggled(picked, rows[at].id));
		} else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && acts) {
			event.preventDefault();
			scroller.current.querySelector("tr.at .acts button")?.click();
		}
	}

	function done() {
		setEditing(null);
		scroller.current?.querySelector("table").focus({ preventScroll: true });
	}

	function choose(row, i, wide) {
		const from = wide ? rows.findIndex((one) => one.id === lastPicked.current) : -1;
		lastPicked.current = row.id;
		pick(from < 0 ? toggled(picked, row.id) : new Set([...picked, ...rows.slice(Math.min(from, i), Math.max(from, i) + 1).map((one) => one.id)]));
	}

	if (!list.rows && list.problem)
		return html`<${Note} problem=${list.problem} again=${list.reload} />`;
	if (!list.rows)
		return html`<div class="table"><${Skeleton} kind="rows" rows=${8} /></div>`;
	if (rows.length === 0)
		return html`<div class="table"><${Empty} ...${typeof empty === "string" ? { title: empty } : empty} /></div>`;
	const from = Math.min(view.from, Math.max(0, rows.length - 1));
	const seen = rows.slice(from, view.to);
	const tall = view.tall ?? 42;
	const width = shown.length + (pick ? 1 : 0) + (acts ? 1 : 0);
	return html`${list.problem && html`<${Note} problem=${list.problem} again=${list.reload} />`}
	<div class=${`table ${list.stale ? "stale" : ""}`} ref=${scroller} onScroll=${look}>
		<table role="grid" tabindex="0" aria-label=${label} aria-rowcount=${list.next ? -1 : rows.length + 1} aria-multiselectable=${pick ? "true" : undefined}
			aria-activedescendant=${at >= from && at < from + seen.length ? `${id}-${rows[at].id}${cell ? `-${cell}` : ""}` : undefined} aria-busy=${list.stale ? "true" : undefined} onKeyDown=${keys}>
			<thead role="rowgroup"><tr role="row" aria-rowindex="1">
				${pick && html`<th class="pick" role="columnheader" scope="col"><${All} rows=${rows} picked=${picked} pick=${pick} /></th>`}
				${shown.map((one) => html`<${Head} key=${one.name} one=${one} sort=${sort} setSort=${setSort} />`)}
				${acts && html`<th class="acts" role="columnheader" scope="col"><span class="unseen">${t("actions")}</span></th>`}
			</tr></thead>
			<tbody role="rowgroup">
				${from > 0 && html`<tr class="space" role="presentation"><td role="presentation" colspan=${width} style=${{ height: `${from * tall}px` }} /></tr>`}
				${seen.map((row, i) => html`<${Row} key=${row.id} id=${`${id}-${row.id}`} row=${row} index=${from + i} shown=${shown} isAt=${from + i === at} isOpen=${row.id === open}
					cell=${from + i === at ? cell : null} picked=${picked} pick=${pick && ((wide) => choose(row, from + i, wide))} href=${href} acts=${acts} go=${go} take=${() => setAt(from + i)}
					edit=${edit && ((what) => { setAt(from + i); setCell(what); setEditing({ row, name: what }); })} />`)}
				${from + seen.length < rows.length && html`<tr class="space" role="presentation"><td role="presentation" colspan=${width}
					style=${{ height: `${(rows.length - from - seen.length) * tall}px` }} /></tr>`}
			</tbody>
		</table>
	</div>
	${editing && html`<${CellEditor} key=${editing.row.id + editing.name} at=${`${id}-${editing.row.id}-${editing.name}`} label=${shown.find((one) => one.name === editing.name)?.label} close=${done}>
		${edit(rows.find((row) => row.id === editing.row.id) ?? editing.row, editing.name, done)}<//>`}
	<p class="table-foot"><span role="status">${t(!list.next ? "table.all" : list.total ? "table.of" : "table.some", { n: list.total ?? rows.length, shown: rows.length })}</span>
		${list.next && html`<${Button} kind="bare" busy=${list.busy} onClick=${() => list.more?.()}>${t("more")}<//>`}</p>`;
}

function bring(part, i, tall) {
	const head = part.querySelector("thead").offsetHeight;

	if (i * tall < part.scrollTop)
		part.scrollTop = i * tall;
	else if ((i + 1) * tall + head > part.scrollTop + part.clientHeight)
		part.scrollTop = (i + 1) * tall + head - part.clientHeight;
}

export function toggled(set, id) {
	const next = new Set(set);

	if (!next.delete(id))
		next.add(id);
	return next;
}

function Head({ one, sort, setSort }) {
	const is = one.sort && sort?.replace(/^-/, "") === one.sort ? (sort.startsWith("-") ? "descending" : "ascending") : undefined;
	const next = is === "ascending" ? `-${one.sort}` : one.sort;

	return html`<th role="columnheader" scope="col" aria-sort=${is} class=${one.end ? "end" : undefined} data-phone=${one.phone}>${one.sort && setSort ?
		html`<button type="button" onClick=${() => setSort(next)}>${one.label}<${Icon} name=${is === "descending" ? "down" : "up"} /></button>` : one.label}</th>`;
}

function All({ rows, picked, pick }) {
	const every = rows.length > 0 && rows.every((row) => picked.has(row.id));

	return html`<input type="checkbox" aria-label=${t("table.pick-all")} checked=${every} ref=${(one) => { if (one) one.indeterminate = picked.size > 0 && !every; }}
		onChange=${() => pick(every ? new Set() : new Set(rows.map((row) => row.id)))} />`;
}

function Row({ id, row, index, shown, isAt, cell, isOpen, picked, pick, href, acts, go, take, edit }) {
	const isPicked = picked?.has(row.id);
	const looks = [isAt && "at", isOpen && "open", isPicked && "picked"].filter(Boolean).join(" ");

	function press(event) {
		if (event.target.closest("a, button, input, label, [popover]") || getSelection().toString() !== "")
			return;
		take();
		if (pick && (event.ctrlKey || event.metaKey))
			pick(false);
		else if (pick && event.shiftKey)
			pick(true);
		else
			go?.(row);
	}

	return html`<tr role="row" id=${id} class=${looks} aria-rowindex=${index + 2} aria-selected=${pick ? String(Boolean(isPicked)) : undefined} onClick=${press}>
		${pick && html`<td class="pick" role="gridcell"><input type="checkbox" tabindex="-1" aria-label=${t("table.pick")} checked=${isPicked}
			onClick=${(event) => pick(event.shiftKey)} /></td>`}
		${shown.map((one, i) => html`<td role="gridcell" key=${one.name} id=${edit && one.edit ? `${id}-${one.name}` : undefined} data-phone=${one.phone} dir="auto"
			class=${[one.end && "end", edit && one.edit && "can", cell === one.name && "cell"].filter(Boolean).join(" ") || undefined}>${
			i === 0 && href ? html`<a href=${href(row)} tabindex="-1">${one.cell(row)}</a>` : one.cell(row)}${edit && one.edit && html`<button type="button" class="pencil" tabindex="-1" aria-hidden="true"
				title=${t("table.edit", { what: one.label })} onClick=${() => edit(one.name)}><${Icon} name="edit" /></button>`}</td>`)}
		${acts && html`<td class="acts" role="gridcell"><${Menu} button=${{ kind: "bare", icon: "more", tabindex: "-1" }} label=${t("actions")} items=${acts(row)} /></td>`}
	</tr>`;
}

// Which columns are shown, for this table on this machine.
export function Columns({ name, columns }) {
	const { columns: chosen } = usePreferences();
	const is = (one) => chosen[name]?.[one.name] ?? !one.off;

	return html`<span class="columns-menu"><${Menu} button=${{ kind: "quiet", icon: "columns" }} label=${t("table.columns")} words=${t("table.columns")} items=${columns.slice(1).map((one) => ({
		label: one.label, checked: is(one),
		act: () => prefer({ columns: { ...chosen, [name]: { ...chosen[name], [one.name]: !is(one) } } }),
	}))} /></span>`;
}

// What to do with those picked; it comes up from below and goes when none is.
// isPart: there are more than those that were there to be picked.
export function PickedBar({ picked, isPart, clear, children }) {
	if (picked.size === 0)
		return null;
	return html`<div class="picked-bar" role="region" aria-label=${t("table.picked-region")}>
		<strong role="status">${t("table.picked", { n: picked.size })}${isPart && html`<small> ${t("table.picked-part")}</small>`}</strong>${children}
		<${Button} kind="bare" icon="close" label=${t("table.clear")} onClick=${clear} /></div>`;
}

