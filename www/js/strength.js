// SPDX-License-Identifier: ISC
//
// A small scale under a new password, with its meaning in words.

import { t } from "/js/i18n/index.js";
import { strength } from "/js/passwords.js";

// own() gives what the person typed elsewhere: names make poor passwords.
export function addStrength(input, own) {
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
		meter.value = strength(input.value, own().flatMap((text) => text.split(/[\s@.]+/)));
		words.textContent = t(`password.strength.${meter.value}`);
		place.hidden = input.value === "";
	});
}
