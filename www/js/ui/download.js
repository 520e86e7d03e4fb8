// SPDX-License-Identifier: ISC
//
// A link to a file of the API.  It is an ordinary one; the access token, which a link cannot refresh, is seen
// to before it is followed.

import { html } from "/js/preact.js";
import * as api from "/js/api.js";
import { Button } from "/js/ui/button.js";
import { toast } from "/js/ui/toast.js";

// path: below /api/v1, as api.get() takes it.
export function Download({ path, children, ...rest }) {
	async function follow(event) {
		const link = event.currentTarget;
		if (link.dataset.fresh === "yes" || event.ctrlKey || event.metaKey || event.shiftKey)
			return;
		event.preventDefault();
		try {
			await api.get("auth/me", { fresh: true });
			link.dataset.fresh = "yes";
			link.click();
		} catch (problem) {
			toast(problem.message, { kind: "bad", requestId: problem.requestId });
		}
		delete link.dataset.fresh;
	}

	return html`<${Button} icon="download" href=${`/api/v1/${path}`} download onClick=${follow} ...${rest}>${children}<//>`;
}
