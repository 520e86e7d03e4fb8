// SPDX-License-Identifier: ISC
//
// Files that leave: made here, or by the server.

import * as api from "/js/api.js";

function follow(href, name) {
	const link = document.createElement("a");

	link.href = href;
	link.download = name;
	document.body.append(link);
	link.click();
	link.remove();
}

export function saveFile(name, text, type) {
	const address = URL.createObjectURL(new Blob([text], { type }));

	follow(address, name);
	setTimeout(URL.revokeObjectURL, 60000, address);
}

// The browser fetches it by itself, however large it is; a call before sees to a token that holds.
export async function download(path, name) {
	await api.get("auth/me", { fresh: true });
	follow(`/api/v1/${path}`, name);
}
