// SPDX-License-Identifier: ISC
//
// Both steps to a new password on one page: asking for the code, and using it.

import { enhance, reveal } from "/js/forms.js";
import { addStrength } from "/js/strength.js";
import { t } from "/js/i18n/index.js";

const [ask, choose] = document.forms;

enhance(choose, { path: "auth/reset-password", says: { 1002: t("code.wrong") } });
addStrength(choose.elements.newPassword, () => [choose.elements.email.value]);
enhance(ask, { path: "auth/forgot-password", done: goOn });

function goOn() {
	ask.querySelector("[type=submit]").removeAttribute("aria-busy");
	choose.elements.email.value = ask.elements.email.value;
	choose.querySelector("[data-problem]").hidden = true; // of the code before
	reveal("code");
	choose.elements.otp.focus();
}
