// SPDX-License-Identifier: ISC
//
// One field for everything: pages, things to do, and records, the last where the API can search them.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { languages, t } from "/js/i18n/index.js";
import { isDescribed, isOpen, useOffers } from "/js/app/features.js";
import { choose, signOut } from "/js/app/me.js";
import { actions } from "/js/app/actions.js";
import { pageAt } from "/js/app/page-at.js";
import { pages } from "/js/app/pages.js";
import { prefer, preferences } from "/js/app/preferences.js";
import { navigate } from "/js/app/router.js";
import { written } from "/js/app/shortcuts.js";
import { address } from "/js/app/shell/navigation.js";
import { useStore } from "/js/app/store.js";
import { Dialog } from "/js/ui/dialog.js";
import { Icon } from "/js/ui/icon.js";

const PAUSE = 120; // ms
const LEAST = 2; // letters before records are looked for

export function Palette({ close, help }) {
	const [text, setText] = useState("");
	const [at, setAt] = useState(0);
	const records = useRecords(text);
	const own = useStore(actions);
	const place = useRef(null);
	const found = [...goes(), ...own, ...does(help)].filter((one) => fits(one, text)).concat(records);
	const chosen = found[Math.min(at, found.length - 1)];

	useEffect(() => {
		place.current.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
	}, [at, text]);

	function take(one) {
		close();
		if (one.href)
			navigate(one.href);
		else
			one.act();
	}

	function keys(event) {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (step) {
			event.preventDefault();
			setAt((Math.min(at, found.length - 1) + step + found.length) % Math.max(1, found.length));
		} else if (event.key === "Enter" && chosen) {
			event.preventDefault();
			take(chosen);
		}
	}

	return html`<${Dialog} title=${t("palette.title")} bare close=${close}>
		<div class="palette" ref=${place}>
			<div class="ask"><${Icon} name="search" /><input type="text" autofocus role="combobox" aria-expanded="true" aria-controls="palette-list"
				aria-label=${t("palette.title")} aria-autocomplete="list" aria-activedescendant=${chosen ? `palette-${found.indexOf(chosen)}` : undefined}
				placeholder=${t("palette.hint")} autocomplete="off" spellcheck="false" value=${text} onKeyDown=${keys}
				onInput=${(event) => { setText(event.target.value); setAt(0); }} /><kbd aria-hidden="true">Esc</kbd></div>
			<ul id="palette-list" role="listbox" aria-label=${t("palette.title")}>${found.map((one, i) => html`
				${(i === 0 || found[i - 1].kind !== one.kind) && html`<li class="kind" role="presentation">${t(`palette.${one.kind}`)}</li>`}
				<li key=${one.kind + (one.id ?? one.label)} id=${`palette-${i}`} role="option" aria-selected=${String(one === chosen)} onClick=${() => take(one)}
					onPointerMove=${() => setAt(i)}><${Icon} name=${one.icon} /><span dir="auto">${one.label}</span>${one.about && html`<small class="soft">${one.about}</small>`}
					${one.keys && html`<span class="keys">${written(one.keys).map((key) => html`<kbd>${key}</kbd>`)}</span>`}</li>`)}</ul>
			<p class="none soft" role="status">${found.length === 0 && t("nothing")}</p>
		</div>
	<//>`;
}

// Every word that is typed begins a word of it.
function fits(one, text) {
	const has = one.label.toLocaleLowerCase().split(/[\s–-]+/u);

	return text.toLocaleLowerCase().split(/\s+/u).every((word) => has.some((other) => other.startsWith(word)));
}

const goes = () => [...pages.filter(isOpen).map((page) => ({ kind: "pages", label: t(`page.${page.name}`), icon: page.icon, href: address(page),
	keys: page.key && `g ${page.key}` })),
	...pages.filter(isOpen).flatMap((page) => (page.places ?? []).map((one) => ({ kind: "pages", label: t(`${one}.title`), icon: page.icon, href: `${address(page)}/${one}` }))),
	...isDescribed() ? [{ kind: "pages", label: t("page.docs"), icon: "book", href: "/docs/" }] : []];

function does(help) {
	const { density, folded } = preferences.get();

	return [
		...["light", "dark", "system"].map((theme) => ({ kind: "actions", label: t("palette.theme", { theme: t(`theme.${theme}`) }),
			icon: { light: "sun", dark: "moon", system: "screen" }[theme], act: () => { window.bureauTheme.set(theme); choose({ theme }).catch(() => {}); } })),
		...Object.entries(languages).map(([locale, name]) => ({ kind: "actions", label: t("palette.language", { name }), icon: "globe", act: () => choose({ locale }).catch(() => {}) })),
		{ kind: "actions", label: t(density === "dense" ? "density.to-calm" : "density.to-dense"), icon: "settings",
			act: () => prefer({ density: density === "dense" ? "calm" : "dense" }) },
		{ kind: "actions", label: t(folded ? "navigation.unfold" : "navigation.fold"), icon: "fold", keys: "[", act: () => prefer({ folded: !folded }) },
		{ kind: "actions", label: t("help.title"), icon: "keyboard", keys: "?", act: help },
		{ kind: "actions", label: t("sign-out"), icon: "leave", act: () => signOut() },
	];
}

// Where a record of each resource is shown.
const SHOWN = { users: (id) => `/app/people/${id}`, customers: (id) => `/app/customers/${id}` };

function useRecords(text) {
	const isOffered = useOffers("GET /search");
	const [found, setFound] = useState([]);
	const asked = text.trim();

	useEffect(() => {
		let isOver = false;
		if (!isOffered || [...asked].length < LEAST) {
			setFound([]);
			return undefined;
		}
		const timer = setTimeout(async () => {
			const { body } = await api.get(`search?q=${encodeURIComponent(asked)}`).catch(() => ({ body: null }));
			if (!isOver)
				setFound((body?.items ?? []).map(record).filter(Boolean));
		}, PAUSE);
		return () => { isOver = true; clearTimeout(timer); };
	}, [asked, isOffered]);
	return found;
}

// Only what a page of ours shows.
function record(one) {
	const kind = one.resource ?? one.kind ?? one.type;
	const { page } = SHOWN[kind] ? pageAt(SHOWN[kind]("-")) : {};

	return page && isOpen(page) && { kind: "records", id: one.id, label: one.title ?? one.name ?? one.fullName ?? one.id, icon: page.icon, href: SHOWN[kind](one.id),
		about: one.subtitle || t(`page.${page.name}`) };
}
