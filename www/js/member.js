// SPDX-License-Identifier: ISC
//
// Pages for visitors say something else to who is signed in.

import { get } from "/js/api.js";

// Asking who is signed in is worth it only where somebody has been.
export async function greet() {
	if (!hasBeenHere())
		return;
	try {
		await get("auth/me");
		for (const one of document.querySelectorAll("[data-visitor], [data-member]"))
			one.hidden = "visitor" in one.dataset;
	} catch { /* a visitor */ }
}

function hasBeenHere() {
	try {
		return localStorage.getItem("bureau.member") === "yes";
	} catch {
		return false;
	}
}
