// SPDX-License-Identifier: ISC
//
// Whether the server can be reached.  A call that met nobody says so here; from then on the
// server is asked now and again, and what waits for it goes on when it answers.

import { store } from "/js/app/store.js";

const PAUSE = 2500; // ms between two looks

export const reachable = store(true);
export const waiting = store(0); // writes that go on by themselves later
let asking = false;

export function lost() {
	reachable.set(false);
	if (!asking) {
		asking = true;
		ask();
	}
}

// Resolves once the server answers again.
export function whenBack() {
	lost();
	waiting.set((n) => n + 1);
	return new Promise((resolve) => {
		const off = reachable.watch((is) => {
			if (!is)
				return;
			off();
			waiting.set((n) => n - 1);
			resolve();
		});
	});
}

async function ask() {
	try {
		await (await fetch("/health", { cache: "no-store" })).text();
		asking = false;
		reachable.set(true);
	} catch {
		setTimeout(ask, PAUSE);
	}
}

window.addEventListener("offline", lost);
window.addEventListener("online", () => {
	if (!reachable.get())
		ask();
});
