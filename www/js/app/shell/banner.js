// SPDX-License-Identifier: ISC
//
// Whether what one sees is true right now: a dot while it is, a sentence when the server is away.

import { html, useEffect, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import * as live from "/js/live.js";
import { reachable, waiting } from "/js/app/connection.js";
import { useStore } from "/js/app/store.js";
import { Icon } from "/js/ui/icon.js";

export function Banner() {
	const isThere = useStore(reachable);
	const held = useStore(waiting);

	return html`<div role="status">${!isThere && html`<p class="banner"><${Icon} name="offline" /><span><strong>${t("offline.title")}</strong>${" "}
		${held > 0 ? t("offline.held", { n: held }) : t("offline.about")}</span></p>`}</div>`;
}

export function Connection() {
	const isThere = useStore(reachable);
	const [state, setState] = useState(live.connection.state);

	useEffect(() => live.onConnection(() => setState(live.connection.state)), []);
	const shown = isThere ? state : "offline";
	return html`<span class=${`connection ${shown}`} role="img" aria-label=${t(`connection.${shown}`)} title=${t(`connection.${shown}`)} />`;
}
