// SPDX-License-Identifier: ISC
//
// The switch between light, dark and what the system says.

import { t } from "/js/i18n/index.js";

const ICONS = {
	light: "M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0",
	system: "M4 5h16v11H4zM9 20h6m-3-4v4",
	dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5",
};
const SVG = "http://www.w3.org/2000/svg";

// Fill place with the three buttons; changed(theme) is told of a choice.
export function mountThemes(place, changed = () => {}) {
	const group = document.createElement("div");

	group.className = "themes";
	group.setAttribute("role", "group");
	group.setAttribute("aria-label", t("theme.label"));
	for (const theme of Object.keys(ICONS))
		group.append(button(theme, changed));
	place.replaceChildren(group);
	mark(group);
	window.addEventListener("bureau-theme", () => mark(group));
}

function button(theme, changed) {
	const it = document.createElement("button");

	it.type = "button";
	it.dataset.choice = theme;
	it.title = t(`theme.${theme}`);
	it.setAttribute("aria-label", t(`theme.${theme}`));
	it.append(icon(ICONS[theme]));
	it.addEventListener("click", () => {
		window.bureauTheme.set(theme);
		changed(theme);
	});
	return it;
}

function icon(path) {
	const svg = document.createElementNS(SVG, "svg");
	const line = document.createElementNS(SVG, "path");

	for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor",
		"stroke-width": "1.8", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }))
		svg.setAttribute(name, value);
	line.setAttribute("d", path);
	svg.append(line);
	return svg;
}

function mark(group) {
	for (const it of group.children)
		it.setAttribute("aria-pressed", String(it.dataset.choice === window.bureauTheme.get()));
}
