// SPDX-License-Identifier: ISC
//
// The invitation's secret stands behind the # of its link, so that it reaches no
// server's log; it is sent once, with the form.

import { enhance } from "/js/forms.js";
import { addStrength } from "/js/strength.js";
import { t } from "/js/i18n/index.js";

const form = document.querySelector("form");
const token = decodeURIComponent(location.hash.slice(1));

history.replaceState(null, "", location.pathname);
enhance(form, {
	path: "auth/accept-invitation",
	clean: (values) => ({ ...values, token }),
	says: { 1004: t("invitation.over") },
});
addStrength(form.elements.password, () => [form.elements.fullName.value]);
if (!token) {
	const note = form.querySelector("[data-problem]");
	note.textContent = t("invitation.incomplete");
	note.hidden = false;
}
