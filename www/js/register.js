// SPDX-License-Identifier: ISC

import { enhance } from "/js/forms.js";
import { t } from "/js/i18n/index.js";
import { strength } from "/js/passwords.js";

const form = document.querySelector("form");

enhance(form, { path: "auth/register" });
addStrength(form.elements.password);

// A small scale under the password, with its meaning in words.
function addStrength(input) {
	const place = document.createElement("span");
	const meter = document.createElement("meter");
	const words = document.createElement("span");

	place.className = "strength";
	place.hidden = true;
	Object.assign(meter, { min: 0, max: 4, low: 2, high: 3, optimum: 4 });
	meter.setAttribute("aria-label", t("password.strength"));
	words.className = "hint";
	words.setAttribute("role", "status");
	place.append(meter, words);
	document.getElementById(`${input.id}-hint`).before(place);
	input.addEventListener("input", () => {
		const { fullName, email } = form.elements;
		const own = `${fullName.value} ${email.value}`.split(/[\s@.]+/);
		meter.value = strength(input.value, own);
		words.textContent = t(`password.strength.${meter.value}`);
		place.hidden = input.value === "";
	});
}
