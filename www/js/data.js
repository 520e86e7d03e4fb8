// SPDX-License-Identifier: ISC
//
// What pages read and write.  useGet and useList read by a path of the API and read again, quietly,
// when one of the watched resources changed; change() shows a write before it is answered and takes it
// back with a reason; save() sends what was edited and settles it when somebody else was sooner.

import { useEffect, useRef, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { whenChanged } from "/js/live.js";
import { reachable } from "/js/app/connection.js";
import { toast } from "/js/ui/toast.js";
import { settle } from "/js/ui/conflict.js";

// One answer: { body, etag, problem, busy, reload }.  A path of null reads nothing.  What was
// read before is shown until the answer is there.  fresh: of a record that tells more than its version
// stands for, as how many belong to it.
export function useGet(path, { watch = [], every, fresh } = {}) {
	const [state, setState] = useState({ path, ...api.remembered(path) });
	const newest = useRef(0);

	async function load() {
		const turn = ++newest.current;
		if (path === null)
			return;
		setState((was) => was.path === path ? { ...was, busy: true } : { path, busy: true, ...api.remembered(path) });
		const next = await api.get(path, { fresh }).then(({ body, etag }) => ({ body, etag, problem: null }), (problem) => ({ problem }));
		if (turn === newest.current)
			setState((was) => ({ ...was, ...next, path, busy: false }));
	}

	useReload(load, path, watch, every);
	useEffect(() => () => { newest.current++; }, []);
	return { body: undefined, problem: null, ...(state.path === path ? state : {}), reload: load,
		put: (body, etag) => setState((was) => ({ ...was, path, body, etag, problem: null })) };
}

// A list of the API: { rows, next, total, problem, busy, more, seen, reload, change }.  Rows of the path
// before stay until those of the new one come, marked as stale.  Where many rows are there, reload()
// reads again what is in sight, and the rest when it comes into sight: whoever shows only
// some of them says which by seen(from, to).
export function useList(path, { watch = [], every } = {}) {
	const [state, setState] = useState({ chunks: [], rows: null, next: null, problem: null });
	const now = useRef({ turn: 0, isBusy: false, isDue: false, seen: null }).current;

	now.state = state;

	async function load(part = {}) {
		const turn = ++now.turn;
		if (path === null)
			return;
		now.isBusy = true;
		now.isDue = false;
		setState((was) => ({ ...was, busy: Boolean(part.limit), stale: was.path !== path })); // reading again is not told
		try {
			const got = await answers(path, part);
			if (turn === now.turn)
				setState((was) => joined(was.path === path ? was : { chunks: [] }, path, part, got));
		} catch (problem) {
			if (turn === now.turn)
				setState((was) => ({ ...was, path, problem, busy: false, stale: false }));
		}
		if (turn === now.turn) {
			now.isBusy = false;
			if (now.isDue)
				await reload();
		}
	}

	// One at a time; what comes meanwhile is answered by one more.
	function reload() {
		if (now.state.path !== path || !now.state.rows)
			return load();
		if (now.isBusy)
			now.isDue = true;
		return now.isBusy ? undefined : load(inSight(now.state, now.seen));
	}

	function seen(from, to) {
		now.seen = { from, to };
		if (!now.isBusy && state.path === path && state.chunks.some((one) => one.isOld) &&
		    inSight(state, now.seen).chunks.some((one) => one.isOld))
			load(inSight(state, now.seen));
	}

	useReload(reload, path, watch, every);
	useEffect(() => () => { now.turn++; }, []);
	return { ...state, reload, seen, more: state.next && state.path === path && !state.busy ? () => { if (!now.isBusy) load({ after: state.next, limit: MOST }); } : null,
		// Change a row here and on the server; see change().
		change: (id, changes, options) => change({ ...options,
			apply: () => setState((was) => withRow(was, id, changes)),
			revert: () => reload() }) };
}

const MOST = 200; // rows of one answer
const FEW = 200; // rows that are read again as a whole
const SPARE = 20; // rows that may have come in between

// The answers whose rows are in sight: { after, chunks, atLeast, last: where they end, if more follows }.
function inSight({ chunks, rows }, seen) {
	if (rows.length <= FEW)
		return { chunks, atLeast: rows.length, last: null };
	let at = 0;
	const shown = chunks.filter((one) => {
		const from = at;
		at += one.rows.length;
		return at > (seen?.from ?? 0) && from < (seen?.to ?? FEW);
	});
	const isEnd = shown.at(-1) === chunks.at(-1);
	const count = shown.reduce((sum, one) => sum + one.rows.length, 0);
	return { after: shown[0].after, chunks: shown, atLeast: isEnd ? count : count + SPARE, last: isEnd ? null : shown.at(-1).rows.at(-1)?.id };
}

// As many rows from here as were asked for, in as few answers as the server allows.
async function answers(path, { after, atLeast = 0, limit }) {
	const chunks = [];
	let count = 0;
	let next = after;
	let total;

	do {
		const query = new URLSearchParams();
		const want = limit ?? (atLeast > 50 ? Math.min(MOST, atLeast - count) : null);
		if (next)
			query.set("after", next);
		if (want)
			query.set("limit", want);
		const text = query.toString();
		const { body } = await api.get(text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path);
		chunks.push({ after: next, rows: body.items });
		count += body.items.length;
		({ next = null } = body);
		total ??= body.total;
	} while (next && count < atLeast);
	return { chunks, next, total };
}

// What was there with what came: behind it, or in place of what was read again.
function joined(was, path, { chunks: replaced, last }, got) {
	const from = replaced ? Math.max(0, was.chunks.findIndex((one) => one.after === replaced[0]?.after)) : was.chunks.length;
	let fresh = got.chunks;
	let rest = [];

	if (last) {
		const end = fresh.findIndex((one) => one.rows.some((row) => row.id === last));
		if (end >= 0) { // what follows still follows
			fresh = fresh.slice(0, end + 1);
			fresh[end] = { ...fresh[end], rows: fresh[end].rows.slice(0, fresh[end].rows.findIndex((row) => row.id === last) + 1) };
			rest = was.chunks.slice(from + replaced.length);
		}
	}
	const ids = new Set(fresh.flatMap((one) => one.rows.map((row) => row.id)));
	const others = (list) => list.map((one) => ({ ...one, isOld: one.isOld || Boolean(replaced), rows: one.rows.filter((row) => !ids.has(row.id)) }));
	const chunks = [...others(was.chunks.slice(0, from)), ...fresh, ...others(rest)];
	return { path, chunks, rows: chunks.flatMap((one) => one.rows), next: rest.length ? was.next : got.next, total: got.total ?? was.total, problem: null };
}

function withRow(was, id, changes) {
	const chunks = was.chunks.map((one) => one.rows.some((row) => row.id === id) ? { ...one, rows: changes === null ?
		one.rows.filter((row) => row.id !== id) : one.rows.map((row) => row.id === id ? { ...row, ...changes } : row) } : one);

	return { ...was, chunks, rows: was.rows && chunks.flatMap((one) => one.rows) };
}

function useReload(load, path, watch, every) {
	const again = useRef(load);

	again.current = load;
	useEffect(() => { again.current(); }, [path]);
	useEffect(() => watch.length ? whenChanged(watch, () => again.current()) : undefined, [watch.join()]);
	useEffect(() => reachable.watch((is) => is && again.current()), []);
	useEffect(() => {
		if (!every)
			return undefined;
		const timer = setInterval(() => document.hidden || again.current(), every);
		return () => clearInterval(timer);
	}, [every]);
}

// A path with the values that say something.
export function path(base, values = {}) {
	const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ""));
	const text = query.toString();

	return text ? `${base}?${text}` : base;
}

// Show a change at once, send it, and take it back with a reason when it is refused.
// undo() is offered in place of a question before.  Resolves to the answer, or null.
export async function change({ apply, revert, send, said, undo, about }) {
	apply?.();
	try {
		const answer = await send();
		if (said)
			toast(said, { about, action: undo && { label: t("undo"), act: undo } });
		return answer ?? {};
	} catch (problem) {
		revert?.();
		toast(problem.message, { about, kind: "bad", requestId: problem.requestId });
		return null;
	}
}

// Send what differs between base and edited.  Where somebody else was sooner, what only one of us changed
// is kept, and of what both did the person chooses.  Resolves to the answer, or null when given up.
// labels: by field, how it is called; shown(name, value): how a value reads, undefined: as it is.  as(body): the record
// by the names of what is edited; pack(changes): how they are sent.  whole(body): of one that is replaced (method
// "put"), what is sent of it.
export async function save(path, { base, edited, etag, labels = {}, shown, method = "patch", as = (body) => body, whole = as, pack = (one) => one }) {
	let changes = differing(as(base), edited);

	if (Object.keys(changes).length === 0)
		return { body: base, etag };
	for (;;) {
		try {
			return await api[method](path, pack(method === "put" ? { ...whole(base), ...changes } : changes), etag);
		} catch (problem) {
			if (problem.status !== 412)
				throw problem;
			const now = await api.get(path, { fresh: true });
			changes = await settle({ base: as(base), mine: changes, theirs: as(now.body), labels, shown });
			if (!changes)
				return null;
			if (Object.keys(changes).length === 0)
				return now; // theirs holds in all
			base = now.body;
			etag = now.etag;
		}
	}
}

// What a POST shall hold: nothing for what was left empty, of which a PATCH would say null.
export function filled(values) {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export function differing(base, edited) {
	return Object.fromEntries(Object.entries(edited).filter(([name, value]) => !same(base[name], value)));
}
