// SPDX-License-Identifier: ISC
//
// A question or a short task over the page.  The browser's own dialog keeps the focus inside
// and gives it back; Escape and a press beside it close it.

import { html, useLayoutEffect, useRef } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useUid } from "/js/app/store.js";
import { Button } from "/js/ui/button.js";

export function Dialog({ title, close, wide, bare, children, actions }) {
	const place = useRef(null);
	const id = useUid("d");

	useLayoutEffect(() => { // before the next key, which is meant for it
		const dialog = place.current;
		dialog.showModal();
		dialog.querySelector(".body :is([autofocus], input:not([type=hidden]), select, textarea)")?.focus();
		return () => dialog.close();
	}, []);
	return html`<dialog class=${`dialog ${wide ? "wide" : ""} ${bare ? "bare" : ""}`} ref=${place} aria-labelledby=${id}
		onCancel=${(event) => { event.preventDefault(); close(); }}
		onPointerDown=${(event) => { if (event.target === place.current) close(); }}>
		<div class="inside">
			<header class=${bare ? "unseen" : undefined}><h2 id=${id}>${title}</h2>
				${!bare && html`<${Button} kind="bare" icon="close" label=${t("close")} onClick=${close} />`}</header>
			<div class="body">${children}</div>
			${actions && html`<footer class="ends">${actions}</footer>`}
		</div>
	</dialog>`;
}
