// SPDX-License-Identifier: ISC
//
// What this installation's API offers, by its own description: pages and actions that call what is not
// there are left out.  Where the description is switched off, everything is taken to be there.

import { store, useStore } from "/js/app/store.js";
import { may } from "/js/app/me.js";

const KEY = "bureau.offers";
const known = store(remembered());

function remembered() {
	try {
		return new Set(JSON.parse(sessionStorage.getItem(KEY)));
	} catch {
		return null;
	}
}

// Ask once a session, when there is nothing better to do.
export function learn() {
	const later = window.requestIdleCallback ?? setTimeout;

	if (known.get()?.size)
		return;
	later(async () => {
		try {
			const response = await fetch("/api/v1/openapi.json", { headers: { Accept: "application/json" } });
			const { paths } = response.ok ? await response.json() : await response.text().then(() => ({ paths: null }));
			known.set(paths && new Set(Object.entries(paths).flatMap(([path, methods]) =>
				Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, "")}`))));
			sessionStorage.setItem(KEY, JSON.stringify([...known.get() ?? []]));
		} catch { /* it is then asked another time */ }
	});
}

// Is this call there?  undefined while nobody knows.
export function offers(call) {
	const all = known.get();

	return all === null || all.size === 0 ? undefined : all.has(call);
}

export const useOffers = (call) => {
	useStore(known);
	return offers(call);
};

// May the person see this page, and can it be?
export const isOpen = (page) => may(page.need) && (!page.calls || offers(page.calls) !== false);
