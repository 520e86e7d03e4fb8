// SPDX-License-Identifier: ISC
//
// One record beside its list.  Not modal: the list stays in use, and what undoes a change
// stays in reach.  It takes the focus when it opens for another record, and gives it back.

import { html, useEffect, useRef } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useUid } from "/js/app/store.js";
import { Button } from "/js/ui/button.js";

// name: what it is about, by which the focus follows; head: beside the title; back: where focus returns.
export function Drawer({ name, title, head, close, children, actions }) {
	const place = useRef(null);
	const from = useRef(null);
	const id = useUid("d");

	useEffect(() => {
		if (!place.current.contains(document.activeElement))
			from.current = document.activeElement;
		place.current.querySelector("h2").focus({ preventScroll: true });
	}, [name]);
	useEffect(() => () => {
		if (from.current?.isConnected)
			from.current.focus({ preventScroll: true });
	}, []);
	function keys(event) {
		if (event.key === "Escape" && !event.defaultPrevented) {
			event.stopPropagation();
			close();
		}
	}

	return html`<section class="drawer" role="dialog" aria-labelledby=${id} ref=${place} onKeyDown=${keys}>
		<header>
			<div><h2 id=${id} tabindex="-1">${title}</h2>${head}</div>
			<${Button} kind="bare" icon="close" label=${t("close")} onClick=${close} />
		</header>
		<div class="body" tabindex="0">${children}</div>
		${actions && html`<footer class="ends">${actions}</footer>`}
	</section>`;
}
