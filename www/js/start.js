// SPDX-License-Identifier: ISC
//
// The start page: who is signed in is led on, and the state of the house is told.

import { t } from "/js/i18n/index.js";
import { greet } from "/js/member.js";
import { mountThemes } from "/js/themes.js";

const one = (selector) => document.querySelector(selector);

mountThemes(one("[data-themes]"));
tellHealth(one("[data-health]"));
greet();

async function isWell() {
	try {
		const response = await fetch("/health");
		await response.text();
		return response.ok;
	} catch {
		return false;
	}
}

async function tellHealth(place) {
	const badge = document.createElement("span");
	const well = await isWell();

	badge.className = well ? "badge good" : "badge bad";
	badge.textContent = t(well ? "health.good" : "health.bad");
	place.replaceChildren(badge);
}
