// SPDX-License-Identifier: ISC
//
// The pages of the signed-in part, by the very table that makes them.

import { readFile } from "node:fs/promises";

const file = new URL("../../www/js/app/pages.js", import.meta.url);
const { pages } = await import(`data:text/javascript,${encodeURIComponent(await readFile(file, "utf8"))}`);

// [name, address]: each page, and each of its places.
export const addresses = pages.flatMap((page) => {
	const home = page.path.replace(/\/:.*/, "");
	return [[page.name, home === "/app" ? "/app/" : home], ...(page.places ?? []).map((one) => [`${page.name}-${one}`, `${home}/${one}`])];
});
