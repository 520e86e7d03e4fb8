// SPDX-License-Identifier: ISC

import { enhance, reveal } from "/js/forms.js";

revealWhy();
enhance(document.querySelector("form"), { path: "auth/login", says: { 1005: toVerify } });

// The page's own sentence leads on to where the code is entered.
function toVerify() {
	reveal("error-1005").focus();
}

// Who was led here with ?why= alone is told in the language of the browser.
function revealWhy() {
	const why = new URLSearchParams(location.search).get("why");
	const german = navigator.language.startsWith("de") ? `${why}-de` : why;
	const told = !location.hash && ["ended", "revoked"].includes(why) && document.getElementById(german);

	if (told)
		location.hash = told.id;
}
