// SPDX-License-Identifier: ISC
//
// Somebody: their picture, or their initials on a colour of their own.

import { html } from "/js/preact.js";

const HUES = 6;

// size: "" · small · large; here: are they online?
export function Avatar({ name = "", picture, size = "", here, title }) {
	const looks = `avatar ${size} hue-${hue(name)} ${here ? "here" : ""}`;
	const isPicture = picture && !picture.startsWith("data:image/svg"); // else the server's initials

	return html`<span class=${looks} aria-hidden="true" title=${title}>${isPicture ?
		html`<img src=${picture} alt="" />` : initials(name)}</span>`;
}

// The first so many, and how many more.
export function Avatars({ people, most = 4, label }) {
	return html`<span class="avatars" role="img" aria-label=${label} title=${people.map((one) => one.fullName).join(", ")}>
		${people.slice(0, most).map((one) => html`<${Avatar} key=${one.id} name=${one.fullName} picture=${one.profilePic} size="small" />`)}
		${people.length > most && html`<span class="avatar small rest" aria-hidden="true">+${people.length - most}</span>`}
	</span>`;
}

function initials(name) {
	const words = name.trim().split(/\s+/u);

	return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...word][0] ?? "").join("").toLocaleUpperCase();
}

function hue(name) {
	let sum = 0;

	for (const letter of name)
		sum = (sum * 31 + letter.codePointAt(0)) % 9973;
	return sum % HUES + 1;
}
