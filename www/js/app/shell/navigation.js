// SPDX-License-Identifier: ISC
//
// Where one can go: the pages one may see, in their groups.

import { html, useEffect, useRef } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { isLikely } from "/js/app/features.js";
import { groups, pages } from "/js/app/pages.js";
import { prefer } from "/js/app/preferences.js";
import { useLocation } from "/js/app/router.js";
import { Button } from "/js/ui/button.js";
import { Icon } from "/js/ui/icon.js";

export function Navigation({ folded, isOut, put }) {
	const { path } = useLocation();
	const place = useRef(null);

	useEffect(() => {
		if (isOut)
			place.current.querySelector("a").focus();
	}, [isOut]);
	return html`<nav class="side" aria-label=${t("navigation")} ref=${place} onKeyDown=${(event) => event.key === "Escape" && put(false)}>
		<div class="top"><a class="brand" href="/app/"><span class="unseen">Bureau</span></a>
			<${Button} kind="bare" icon="close" class="narrow-only" label=${t("close")} onClick=${() => put(false)} /></div>
		<div class="places">${groups.map((group) => html`<${Group} key=${group} group=${group} path=${path} folded=${folded} />`)}</div>
		<div class="foot"><${Button} kind="bare" icon="fold" class="wide-only" aria-pressed=${folded ? "true" : "false"}
			label=${t(folded ? "navigation.unfold" : "navigation.fold")} onClick=${() => prefer({ folded: !folded })} /></div>
	</nav>`;
}

function Group({ group, path, folded }) {
	const shown = pages.filter((page) => page.group === group && isLikely(page));

	return shown.length > 0 && html`<section>${group && html`<h2 class=${folded ? "unseen-wide" : ""}>${t(`group.${group}`)}</h2>`}
		<ul>${shown.map((page) => html`<li key=${page.name}><a href=${address(page)} aria-current=${isHere(page, path) ? "page" : undefined}
			title=${folded ? t(`page.${page.name}`) : undefined}><${Icon} name=${page.icon} /><span>${t(`page.${page.name}`)}</span></a></li>`)}</ul></section>`;
}

// Also of what lies below it, such as the jobs of queues.
const isHere = (page, path) => page.path === path || (page.path !== "/app" && path.startsWith(`${address(page)}/`)) || path === address(page);

export const address = (page) => page.path === "/app" ? "/app/" : page.path.replace(/\/:.*/, "");
