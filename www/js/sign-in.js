// SPDX-License-Identifier: ISC

import { enhance } from "/js/forms.js";

enhance(document.querySelector("form"), { path: "auth/login", says: { 1005: toVerify } });

// The page's own sentence leads on to where the code is entered.
function toVerify() {
	location.hash = "error-1005";
	document.getElementById("error-1005").focus();
}
