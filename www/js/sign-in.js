// SPDX-License-Identifier: ISC

import { enhance, reveal } from "/js/forms.js";

enhance(document.querySelector("form"), { path: "auth/login", says: { 1005: toVerify } });

// The page's own sentence leads on to where the code is entered.
function toVerify() {
	reveal("error-1005").focus();
}
