// SPDX-License-Identifier: ISC
//
// Addresses.  Every state worth coming back to is in the address: the page in its path, the
// record that is open in the last part of it, filter and order in its query.  Links are
// ordinary links; a click on one of ours changes the address without loading the document.

import { store, useStore } from "/js/app/store.js";

const HOME = "/app/";
const ours = (url) => url.origin === location.origin && url.pathname.startsWith(HOME);
const here = store(read());
let places = null; // of the scrolled part, by history entry

function read() {
	return { path: location.pathname.replace(/(.)\/$/, "$1"), query: location.search, entry: history.state?.entry ?? 0 };
}

export const useLocation = () => useStore(here);
export const current = () => here.get();

// Go on to a path with a query; replace: without leaving a step to come back to.
export function navigate(to, { replace = false } = {}) {
	const url = new URL(to, location.href);

	if (!ours(url)) {
		location.assign(url);
		return;
	}
	keepPlace();
	const entry = replace ? here.get().entry : here.get().entry + 1;
	history[replace ? "replaceState" : "pushState"]({ entry }, "", url);
	if (!replace)
		places?.kept.delete(entry);
	here.set(read());
}

// What the query says, and setQuery({ name: value | null }), which leaves no step behind unless that is asked for.
export function useQuery() {
	const { query } = useLocation();

	return [Object.fromEntries(new URLSearchParams(query)), setQuery];
}

export function setQuery(changes, { step = false } = {}) {
	const query = new URLSearchParams(location.search);

	for (const [name, value] of Object.entries(changes))
		if (value === null || value === undefined || value === "")
			query.delete(name);
		else
			query.set(name, value);
	const text = query.toString();
	navigate(location.pathname + (text && `?${text}`), { replace: !step });
}

// The parameters of a path by a pattern like /app/people/:id?, or null where it does not fit.
export function match(pattern, path) {
	const want = pattern.split("/");
	const have = path.split("/");
	const params = {};

	if (have.length > want.length)
		return null;
	for (const [i, part] of want.entries()) {
		if (part.startsWith(":")) {
			if (have[i] === undefined && !part.endsWith("?"))
				return null;
			try {
				params[part.replace(/^:|\?$/g, "")] = have[i] === undefined ? undefined : decodeURIComponent(have[i]);
			} catch {
				return null;
			}
		} else if (part !== have[i])
			return null;
	}
	return params;
}

// Begin: take over clicks, and the back button; scroller() is the part that scrolls.
export function startRouter(scroller) {
	places = { kept: new Map(), scroller };
	history.scrollRestoration = "manual";
	history.replaceState({ entry: 0 }, "");
	document.addEventListener("click", follow);
	window.addEventListener("popstate", () => {
		keepPlace();
		here.set(read());
	});
}

function follow(event) {
	const link = event.target.closest?.("a[href]");

	if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey ||
	    event.altKey || link.target || link.hasAttribute("download") || !ours(new URL(link.href)))
		return;
	if (link.hash && link.pathname === location.pathname)
		return; // within the page
	event.preventDefault();
	navigate(link.href, { replace: link.href === location.href });
}

function keepPlace() {
	const part = places?.scroller();

	if (part)
		places.kept.set(here.get().entry, part.scrollTop);
}

// Where this entry was scrolled to; the top of one that is new.
export function restorePlace() {
	const part = places?.scroller();

	if (part)
		part.scrollTop = places.kept.get(here.get().entry) ?? 0;
}
