// SPDX-License-Identifier: ISC
//
// A button for what cannot be undone: it asks once more in its own place.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button } from "/js/ui/button.js";

// about: to whom or what it is done, for those who hear the button alone.
export function Sure({ label, question, about, icon, act }) {
	const [asked, setAsked] = useState(false);
	const place = useRef(null);

	useEffect(() => {
		if (asked)
			place.current.querySelector("button").focus();
	}, [asked]);
	return html`<span class="sure" ref=${place}>${asked ? html`
		<${Button} kind="danger" onClick=${act}>${question}<//>
		<${Button} kind="bare" onClick=${() => setAsked(false)}>${t("cancel")}<//>` :
		html`<${Button} kind="bare" class="danger" icon=${icon} label=${about && `${label}: ${about}`} onClick=${() => setAsked(true)}>${label}<//>`}</span>`;
}
