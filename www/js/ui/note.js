// SPDX-License-Identifier: ISC
//
// A sentence that matters here and now.  A problem takes the focus, and says by which number
// the logs know it.  kind: "" good · danger · caution · plain.

import { html, useEffect, useRef } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button } from "/js/ui/button.js";

export function Note({ problem, kind = problem ? "danger" : "plain", again, children }) {
	const place = useRef(null);

	useEffect(() => {
		if (problem && Object.keys(problem.fields ?? {}).length === 0)
			place.current.focus({ preventScroll: true });
	}, [problem]);
	return html`<div class=${`note ${kind}`} role=${kind === "danger" ? "alert" : "status"} tabindex="-1" ref=${place}>
		<div>${problem && problem.message}${children}
			${problem?.requestId && html`<p class="number">${t("request")} <code>${problem.requestId}</code></p>`}</div>
		${again && html`<${Button} icon="reload" onClick=${again}>${t("again")}<//>`}
	</div>`;
}
