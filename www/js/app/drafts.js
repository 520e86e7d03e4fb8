// SPDX-License-Identifier: ISC
//
// What was typed and not yet sent survives a reload, a lost session and a closed tab: it is
// kept on this machine under the name of the form, until it is sent, put away or one signs out.

const PREFIX = "bureau.draft.";
const LASTS = 14 * 86400000; // ms

export function readDraft(name) {
	try {
		const kept = JSON.parse(localStorage.getItem(PREFIX + name));
		return kept && Date.now() - kept.at < LASTS ? kept.values : null;
	} catch {
		return null; // storage is off, or it is not ours
	}
}

export function keepDraft(name, values) {
	try {
		localStorage.setItem(PREFIX + name, JSON.stringify({ at: Date.now(), values }));
	} catch { /* then it does not survive */ }
}

export function dropDraft(name) {
	try {
		localStorage.removeItem(PREFIX + name);
	} catch { /* nothing was kept */ }
}

export function forgetDrafts() {
	try {
		for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX)))
			localStorage.removeItem(key);
	} catch { /* nothing was kept */ }
}
