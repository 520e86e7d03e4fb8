// SPDX-License-Identifier: ISC
//
// The frame: navigation at the side, a bar above, the page in between.  On a narrow screen the navigation
// comes in over the page.

import { html, useEffect, useErrorBoundary, useLayoutEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { isOpen, offers, useOffers } from "/js/app/features.js";
import { may, useMe } from "/js/app/me.js";
import { pageAt } from "/js/app/page-at.js";
import { pages } from "/js/app/pages.js";
import { navigate, restorePlace, useLocation } from "/js/app/router.js";
import { useShortcut } from "/js/app/shortcuts.js";
import { prefer, usePreferences } from "/js/app/preferences.js";
import { Bar } from "/js/app/shell/bar.js";
import { Banner } from "/js/app/shell/banner.js";
import { Help } from "/js/app/shell/help.js";
import { Navigation, address } from "/js/app/shell/navigation.js";
import { Palette } from "/js/app/shell/palette.js";
import { Conflicts } from "/js/ui/conflict.js";
import { Empty } from "/js/ui/empty.js";
import { Button } from "/js/ui/button.js";
import { Page } from "/js/ui/page.js";
import { Skeleton } from "/js/ui/skeleton.js";
import { Toasts } from "/js/ui/toast.js";

const fetched = new Map(); // page → its component

export function Shell() {
	const { folded } = usePreferences();
	const { path } = useLocation();
	const [isOut, setOut] = useState(false); // is the navigation out, where it is narrow?
	const [asked, setAsked] = useState(null); // "palette" | "help"

	useMe(); // another language draws everything anew
	useOffers("");
	useEffect(() => setOut(false), [path]);
	useShortcut("mod+k", t("palette.title"), () => setAsked("palette"));
	useShortcut("/", t("palette.title"), () => setAsked("palette"));
	useShortcut("?", t("help.title"), () => setAsked("help"));
	useShortcut("[", t("navigation.fold"), () => prefer({ folded: !folded }));
	return html`<div class=${`frame ${folded ? "folded" : ""} ${isOut ? "out" : ""}`}>
		<a class="skip" href="#content">${t("skip")}</a>
		<${Navigation} folded=${folded} isOut=${isOut} put=${setOut} />
		<div class="veil" onClick=${() => setOut(false)} />
		<${Bar} menu=${() => setOut(true)} search=${() => setAsked("palette")} help=${() => setAsked("help")} />
		<div class="sheet"><${Banner} /><main id="content" tabindex="-1"><${Place} path=${path} /></main></div>
		${asked === "palette" && html`<${Palette} close=${() => setAsked(null)} help=${() => setAsked("help")} />`}
		${asked === "help" && html`<${Help} close=${() => setAsked(null)} />`}
		<${Conflicts} />
		<${Toasts} />
		${pages.filter((page) => page.key && isOpen(page)).map((page) => html`<${Go} key=${page.name} page=${page} />`)}
	</div>`;
}

function Go({ page }) {
	useShortcut(`g ${page.key}`, t(`page.${page.name}`), () => navigate(address(page)));
	return null;
}

// The page of the address; what another page threw is no matter of this one.
function Place({ path }) {
	const { page, params } = pageAt(path);

	if (page?.calls && may(page.need) && offers(page.calls) === undefined)
		return html`<div class="page"><${Skeleton} rows=${5} /></div>`;
	if (!page || !isOpen(page))
		return html`<${Missing} kind=${page ? "refused" : "missing"} />`;
	return html`<${Loaded} key=${page.name} page=${page} params=${params} />`;
}

function Loaded({ page, params }) {
	const [Part, setPart] = useState(() => fetched.get(page) ?? null);
	const [fault, mend] = useErrorBoundary((error) => console.error(error));
	const [lost, setLost] = useState(false);

	useEffect(() => {
		if (Part)
			return;
		page.load().then((module) => {
			fetched.set(page, module.default);
			setPart(() => module.default);
		}, () => setLost(true));
	}, []);
	useArrival(page.name, Part);
	if (fault || lost)
		return html`<${Broken} again=${lost ? () => location.reload() : mend} />`;
	return Part ? html`<${Part} params=${params} page=${page} />` : html`<div class="page"><${Skeleton} rows=${5} /></div>`;
}

let arrivals = 0;

// A new page begins where it was left, and says its name to who cannot see it.
function useArrival(name, Part) {
	const isFirst = useRef(arrivals === 0);

	useLayoutEffect(() => {
		if (!Part)
			return;
		arrivals++;
		restorePlace();
		if (!isFirst.current && !document.querySelector("dialog[open]"))
			document.querySelector("#content h1")?.focus({ preventScroll: true });
	}, [Part]);
}

function Missing({ kind }) {
	return html`<${Page} title=${t(`${kind}.title`)}><${Empty} icon=${kind === "refused" ? "lock" : "search"} title=${t(`${kind}.lead`)}
		action=${html`<${Button} kind="main" href="/app/">${t("page.dashboard")}<//>`}>${t(`${kind}.about`)}<//><//>`;
}

function Broken({ again }) {
	return html`<${Page} title=${t("broken.title")}><${Empty} icon="warning" title=${t("broken.lead")}
		action=${html`<${Button} kind="main" icon="reload" onClick=${again}>${t("again")}<//>`}>${t("broken.about")}<//><//>`;
}
