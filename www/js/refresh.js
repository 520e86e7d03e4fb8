// SPDX-License-Identifier: ISC
//
// Trading the refresh cookie for a new access token: one at a time in the whole
// browser.  Who notices meanwhile waits and goes on with what the other one got.
// Knows no page, so that a worker may use it.

const PATH = "/api/v1/auth/refresh-token";
const LOCK = "bureau.refresh"; // held by whoever refreshes

// True: there is a new token; false: the session is over.  Throws when nobody answers.
export async function refresh() {
	if (!navigator.locks)
		return ask();
	const done = await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => lock ? ask() : null);

	return done ?? navigator.locks.request(LOCK, () => true);
}

async function ask() {
	const response = await fetch(PATH, {
		method: "POST",
		headers: { Accept: "application/json", "Content-Type": "application/json" },
		body: "{}",
		credentials: "same-origin",
	});

	await response.text();
	if (response.status >= 500 || response.status === 429)
		throw new Error(`refresh was answered ${response.status}`);
	return response.ok;
}
