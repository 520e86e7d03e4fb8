// SPDX-License-Identifier: ISC
//
// The API reference.  It asks this server only: no validator, no other document.

"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");

function matchTheme() {
	const theme = window.bureauTheme.get();
	document.documentElement.classList.toggle("dark-mode", theme === "dark" || (theme === "system" && dark.matches));
}

matchTheme();
dark.addEventListener("change", matchTheme);
window.addEventListener("bureau-theme", matchTheme);

window.SwaggerUIBundle({
	url: "/api/v1/openapi.json",
	dom_id: "#reference",
	deepLinking: true,
	queryConfigEnabled: false,
	validatorUrl: null,
	withCredentials: true,
	persistAuthorization: false,
	docExpansion: "list",
	presets: [window.SwaggerUIBundle.presets.apis],
});
