// SPDX-License-Identifier: ISC
//
// Where a list goes on: how much is shown, and the next rows.  They come by themselves when the end comes
// into sight, and at a press where it does not.

import { html, useEffect, useRef } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { Button } from "/js/ui/button.js";

export function Pager({ list, endless = true }) {
	const place = useRef(null);
	const more = useRef(null);

	more.current = list.more;
	useEffect(() => {
		if (!endless || !place.current)
			return undefined;
		const watch = new IntersectionObserver(([seen]) => seen.isIntersecting && more.current?.(), { rootMargin: "400px" });
		watch.observe(place.current);
		return () => watch.disconnect();
	}, [endless, Boolean(list.next)]);
	if (!list.rows || !list.next)
		return null;
	return html`<div class="pager" ref=${place}>
		<${Button} busy=${list.busy} onClick=${() => more.current?.()}>${t("more")}<//>
	</div>`;
}
