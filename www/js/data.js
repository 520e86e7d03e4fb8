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
// read before is shown until the answer is there.
export function useGet(path, { watch = [], every } = {}) {
	const [state, setState] = useState({ path, ...api.remembered(path) });
	const newest = useRef(0);

	async function load() {
		const turn = ++newest.current;
		if (path === null)
			return;
		setState((was) => was.path === path ? { ...was, busy: true } : { path, busy: true, ...api.remembered(path) });
		const next = await api.get(path).then(({ body, etag }) => ({ body, etag, problem: null }), (problem) => ({ problem }));
		if (turn === newest.current)
			setState((was) => ({ ...was, ...next, path, busy: false }));
	}

	useReload(load, path, watch, every);
	useEffect(() => () => { newest.current++; }, []);
	return { body: undefined, problem: null, ...(state.path === path ? state : {}), reload: load,
		put: (body, etag) => setState((was) => ({ ...was, path, body, etag, problem: null })) };
}

// A list of the API: { rows, next, total, problem, busy, more, reload, change }.  Rows of the path
// before stay until those of the new one come, marked as stale.
export function useList(path, { watch = [], every } = {}) {
	const [state, setState] = useState({ rows: null, next: null, problem: null });
	const newest = useRef(0);
	const shown = useRef(state);

	shown.current = state;

	async function load({ after, atLeast = 0 } = {}) {
		const turn = ++newest.current;
		if (path === null)
			return;
		setState((was) => ({ ...was, busy: Boolean(after), stale: was.path !== path })); // reading again is not told
		try {
			const got = await pages(path, after, atLeast);
			if (turn === newest.current)
				setState((was) => ({ path, rows: after ? [...was.rows, ...got.rows] : got.rows, next: got.next,
					total: got.total ?? was.total, problem: null }));
		} catch (problem) {
			if (turn === newest.current)
				setState((was) => ({ ...was, path, problem, busy: false, stale: false }));
		}
	}

	const reload = () => load({ atLeast: shown.current.path === path ? shown.current.rows?.length : 0 });

	useReload(reload, path, watch, every);
	useEffect(() => () => { newest.current++; }, []);
	return { ...state, reload, more: state.next && state.path === path && !state.busy ? () => load({ after: state.next }) : null,
		// Change a row here and on the server; see change().
		change: (id, changes, options) => change({ ...options,
			apply: () => setRow(setState, id, changes),
			revert: () => reload() }) };
}

const MOST = 200; // rows of one answer

// As many rows from here as there were, in as few answers as the server allows.
async function pages(path, after, atLeast) {
	const rows = [];
	let next = after;
	let total;

	do {
		const query = new URLSearchParams();
		if (next)
			query.set("after", next);
		if (atLeast > 50)
			query.set("limit", Math.min(MOST, atLeast - rows.length));
		const text = query.toString();
		const { body } = await api.get(text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path);
		rows.push(...body.items);
		({ next = null } = body);
		total ??= body.total;
	} while (next && rows.length < atLeast);
	return { rows, next, total };
}

function setRow(setState, id, changes) {
	setState((was) => ({ ...was, rows: changes === null ? was.rows.filter((row) => row.id !== id) :
		was.rows.map((row) => row.id === id ? { ...row, ...changes } : row) }));
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
// labels: by field, how it is called.  as(body): the record by the names of what is edited.  whole(body): of one
// that is replaced (method "put"), what is sent of it.
export async function save(path, { base, edited, etag, labels = {}, method = "patch", as = (body) => body, whole = as }) {
	let changes = differing(as(base), edited);

	if (Object.keys(changes).length === 0)
		return { body: base, etag };
	for (;;) {
		try {
			return await api[method](path, method === "put" ? { ...whole(base), ...changes } : changes, etag);
		} catch (problem) {
			if (problem.status !== 412)
				throw problem;
			const now = await api.get(path, { fresh: true });
			changes = await settle({ base: as(base), mine: changes, theirs: as(now.body), labels });
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
