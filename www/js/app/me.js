// SPDX-License-Identifier: ISC
//
// Who is signed in: the record with its ETag, what they may, and the way out.

import * as api from "/js/api.js";
import * as live from "/js/live.js";
import { useLanguage } from "/js/i18n/index.js";
import { store, useStore } from "/js/app/store.js";
import { forgetDrafts } from "/js/app/drafts.js";

export const me = store(null); // { user, etag }

export const useMe = () => useStore(me);

export async function loadMe() {
	const { body, etag, cursor } = await api.get("auth/me", { fresh: true });
	const user = body.user ?? body;

	takeMe(user, etag);
	noteMember("yes");
	live.start({ user: user.id, cursor });
}

// Read anew: what one may has changed, and the page shows it.
export async function readMe() {
	const { body, etag } = await api.get("auth/me", { fresh: true });

	takeMe(body.user ?? body, etag);
}

// What the server says of us holds for the page, too.
export function takeMe(user, etag) {
	useLanguage(user.locale)?.then(() => me.set({ ...me.get() }));
	if (user.theme && user.theme !== window.bureauTheme.get())
		window.bureauTheme.set(user.theme);
	me.set({ user, etag });
}

// Whether somebody holds a permission.  The server decides; this only leaves out of the
// page what would be refused.
export function may(need, user = me.get()?.user) {
	const held = user?.permissions ?? [];

	return !need || held.includes("*") || held.includes(need) || held.includes(`${need.split(":")[0]}:*`);
}

// One's own choice of theme or language, kept with the account.
export async function choose(changes) {
	const { body, etag } = await api.patch("auth/me", changes);

	takeMe(body.user ?? body, etag);
}

// By script, so that an expired access token is refreshed before.
export async function signOut(everywhere = false) {
	live.stop(); // the end of the session is no news here
	try {
		await api.post("auth/logout", everywhere ? { allDevices: true } : {});
	} catch (problem) {
		live.start();
		throw problem;
	}
	noteMember("no");
	forgetDrafts();
	location.assign("/sign-in/#signed-out");
}

// To the sign-in page, and from there back to this very place; what was typed is kept.
export function toSignIn(problem) {
	const next = encodeURIComponent(location.pathname + location.search);

	noteMember("no");
	location.replace(`/sign-in/?next=${next}#error-${problem.code}`);
}

// The start page greets who has been signed in here.
function noteMember(value) {
	try {
		localStorage.setItem("bureau.member", value);
	} catch { /* it then greets nobody */ }
}
