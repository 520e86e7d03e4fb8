// SPDX-License-Identifier: ISC
//
// The stream of events, as pages use it: one for all tabs of a browser.  A shared worker holds
// it, or, where there is none, the tab that leads (live-reach.js).  What a page shows it
// reads by the API; events only say that something changed.
//
// What is known of a tab's place in the stream: it has all events behind `first` up to
// `last`.  It joins behind the oldest thing it shows, so nothing falls between.

import { isBehind, whoIsIt } from "/js/live-stream.js";
import { reach } from "/js/live-reach.js";

const MANY = 200; // changes of a resource between two frames: then they are "many"

// What the page may show of it: connecting, live, offline or ended; since when.
export const connection = { state: "connecting", since: Date.now() };

const handlers = new Map(); // event → functions
const watchers = new Set(); // { resources, fn, changes }
const onlookers = new Set(); // functions told of connection
let far = null; // { send(message) }: the worker or the leader
let first = null;
let last = null;
let isStarted = false;
let isJoined = false;
let isLeaving = false;
let isFramed = false; // the next frame tells watchers

// Open the stream of whoever is signed in.  A page that knows saves the question:
// { user, cursor } of its own auth/me.
export async function start({ user, cursor } = {}) {
	if (isStarted)
		return isLeaving && stay();
	isStarted = true;
	if (!user)
		({ user, cursor } = await ask());
	if (!user)
		return setConnection("ended", Date.now()); // the page will find out, too
	position(cursor);
	far = reach(user, hear);
	for (const event of ["online", "offline"])
		addEventListener(event, () => far.send({ online: event === "online" }));
	addEventListener("pagehide", () => far.send({ leave: true }));
	addEventListener("pageshow", ({ persisted }) => persisted && join());
	document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && far.check());
}

// Before signing out: the end of the session is no news to this tab.  start() takes it back.
export function stop() {
	isLeaving = true;
	far?.send({ leave: true });
}

function stay() {
	isLeaving = false;
	join();
}

// Call fn(data) at each event of this name; yields how to end that.
export function on(event, fn) {
	if (!handlers.has(event))
		handlers.set(event, new Set());
	handlers.get(event).add(fn);
	return () => handlers.get(event).delete(fn);
}

// Call fn(changes) when one of these resources changed: [{ resource, id, action }], once a frame
// at most.  An id of null stands for many; the action reset for anything.
export function whenChanged(resources, fn) {
	const watcher = { resources: new Set([resources].flat()), fn, changes: new Map() };

	watchers.add(watcher);
	return () => {
		watchers.delete(watcher);
		watcher.changes.clear();
	};
}

export function onConnection(fn) {
	onlookers.add(fn);
	return () => onlookers.delete(fn);
}

// What is shown was read at this Event-Cursor: all behind it must come.
export function position(cursor) {
	if (!cursor || (first && !isBehind(first, cursor)))
		return;
	if (isJoined)
		far.send({ since: { after: cursor, upto: first } });
	else
		last = cursor;
	first = cursor;
}

// --- what comes from whoever holds the stream -------------------------------------

async function ask() {
	for (let pause = 500; ; pause = Math.min(pause * 2, 30000)) {
		try {
			return await whoIsIt();
		} catch {
			setConnection(navigator.onLine ? "connecting" : "offline", Date.now());
			await new Promise((resolve) => { setTimeout(resolve, pause * (0.5 + Math.random() / 2)); });
		}
	}
}

function join() {
	isJoined = true;
	far.send({ join: { after: last } });
	if (!navigator.onLine)
		far.send({ online: false });
}

function hear(message) {
	if (isLeaving)
		return;
	if (message.ready)
		join();
	if (message.state)
		setConnection(message.state, message.since);
	for (const event of message.events ?? [])
		take(event, message.again);
	if (message.end)
		leave(message.end);
}

// again: it was held back for this tab, and may lie before what it has.
function take({ id, type, data }, again) {
	const isNew = !id || type === "reset" || !last || isBehind(id, last);

	if (!isNew && !again)
		return;
	if (id && isNew)
		last = id;
	if (type === "refresh_data")
		note(data);
	else if (type === "notification")
		note({ resource: "notifications", id: data.id, action: "created" });
	else if (type === "reset")
		noteAll();
	for (const fn of handlers.get(type) ?? [])
		fn(data);
}

function setConnection(state, since) {
	if (connection.state === state)
		return;
	Object.assign(connection, { state, since });
	for (const fn of onlookers)
		fn(connection);
}

// --- changes, gathered until the next frame ---------------------------------------

function note(change) {
	for (const { resources, changes } of watchers) {
		if (!resources.has(change.resource))
			continue;
		if (changes.size >= MANY)
			changes.set(change.resource, { ...change, id: null });
		else
			changes.set(`${change.resource} ${change.id}`, change);
	}
	nextFrame();
}

function noteAll() {
	for (const { resources, changes } of watchers)
		for (const resource of resources)
			changes.set(resource, { resource, id: null, action: "reset" });
	nextFrame();
}

function nextFrame() {
	if (!isFramed)
		requestAnimationFrame(tellWatchers);
	isFramed = true;
}

function tellWatchers() {
	isFramed = false;
	for (const { fn, changes } of [...watchers]) {
		if (changes.size === 0)
			continue;
		const list = [...changes.values()];
		changes.clear();
		fn(list);
	}
}

// --- the end ----------------------------------------------------------------------

// The session is over: the sign-in page says why.  Somebody else has signed in here: what is
// shown is not theirs.
function leave(why) {
	const here = encodeURIComponent(location.pathname + location.search + location.hash);
	const told = document.documentElement.lang === "de" ? `${why}-de` : why;

	isLeaving = true;
	setConnection("ended", Date.now());
	if (why === "other")
		location.reload();
	else if (why === "signed-out")
		location.replace("/sign-in/#signed-out");
	else
		location.replace(`/sign-in/?why=${why}&next=${here}#${told}`);
}
