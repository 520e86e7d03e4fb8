// SPDX-License-Identifier: ISC
//
// What this installation's API offers, by its own description: pages and actions that call what is not
// there are left out.  Where the description is switched off, everything is taken to be there.

import { store, useStore } from "/js/app/store.js";
import { may } from "/js/app/me.js";

const KEY = "bureau.offers";
const known = store(remembered()); // a Set of calls, empty where there is no description; null: nobody knows yet

// What it was when this tab last looked holds until it has looked again.
function remembered() {
	try {
		const kept = JSON.parse(sessionStorage.getItem(KEY));
		return kept && new Set(kept);
	} catch {
		return null;
	}
}

export async function learn() {
	try {
		const response = await fetch("/api/v1/openapi.json", { headers: { Accept: "application/json" } });
		const { paths = {} } = response.ok ? await response.json() : await response.text().then(() => ({}));
		const calls = Object.entries(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, "")}`));
		if (calls.length !== known.get()?.size || calls.some((call) => !known.get().has(call)))
			known.set(new Set(calls));
		sessionStorage.setItem(KEY, JSON.stringify(calls));
	} catch { /* it is then asked another time */ }
}

// Is this call there?  undefined while nobody knows.
export function offers(call) {
	const all = known.get();

	return all ? all.size === 0 || all.has(call) : undefined;
}

// Is the API's description served, and with it the pages that show it?
export const isDescribed = () => known.get()?.size > 0;
export const useDescribed = () => useStore(known)?.size > 0;

export const useOffers = (call) => {
	useStore(known);
	return offers(call);
};

// The same before that is known, so that nothing moves once it is: all but the example is mostly there.
export const isLikely = (page) => may(page.need) && (!page.calls || (offers(page.calls) ?? !page.example));

// May the person see this page, and is there what it shows?
export const isOpen = (page) => may(page.need) && (!page.calls || offers(page.calls) === true);
