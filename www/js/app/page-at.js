// SPDX-License-Identifier: ISC
//
// The page of an address.

import { pages } from "/js/app/pages.js";
import { match } from "/js/app/router.js";

// With the parameters in it; {} where there is none.
export function pageAt(path) {
	for (const page of pages) {
		const params = match(page.path, path);
		if (params)
			return { page, params };
	}
	return {};
}
