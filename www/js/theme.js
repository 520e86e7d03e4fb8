// SPDX-License-Identifier: ISC
//
// The chosen theme, before the first paint: a classic script in every head.
// Once signed in, the choice is stored with the account as well.

(function () {
	"use strict";
	const KEY = "bureau.theme";
	const root = document.documentElement;

	function read() {
		try {
			return localStorage.getItem(KEY) || "system";
		} catch {
			return "system"; // storage is switched off
		}
	}

	function apply(theme) {
		if (theme === "light" || theme === "dark")
			root.dataset.theme = theme;
		else
			delete root.dataset.theme;
	}

	window.bureauTheme = {
		get: read,
		set(theme) {
			try {
				localStorage.setItem(KEY, theme);
			} catch { /* then it holds for this page */ }
			apply(theme);
			window.dispatchEvent(new Event("bureau-theme"));
		},
	};
	window.addEventListener("storage", (event) => {
		if (event.key === KEY) {
			apply(read());
			window.dispatchEvent(new Event("bureau-theme"));
		}
	});
	apply(read());
	root.classList.add("scripted");
})();
