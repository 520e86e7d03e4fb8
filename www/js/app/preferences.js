// SPDX-License-Identifier: ISC
//
// What one likes on this machine: density, single-key shortcuts, the folded navigation, columns.
// Theme and language belong to the account: me.js.

import { store, useStore } from "/js/app/store.js";

const KEY = "bureau.preferences";
const DEFAULTS = { density: "calm", singleKeys: true, folded: false, columns: {} };

export const preferences = store(read());

function read() {
	try {
		return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY)) };
	} catch {
		return DEFAULTS;
	}
}

export const usePreferences = () => useStore(preferences);

export function prefer(changes) {
	preferences.set((was) => ({ ...was, ...changes }));
	try {
		localStorage.setItem(KEY, JSON.stringify(preferences.get()));
	} catch { /* then it holds for this page */ }
	apply();
}

export function apply() {
	document.body.dataset.density = preferences.get().density;
}

window.addEventListener("storage", (event) => {
	if (event.key === KEY) {
		preferences.set(read());
		apply();
	}
});
