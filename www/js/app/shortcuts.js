// SPDX-License-Identifier: ISC
//
// Keys.  A shortcut is "mod+k" (Ctrl, or Cmd on a Mac), one key, or two one after the other ("g p").  Those
// without mod are silent while one types, and can be switched off for good (WCAG 2.1.4).

import { useEffect, useRef } from "/js/preact.js";
import { preferences } from "/js/app/preferences.js";
import { store } from "/js/app/store.js";
import { t } from "/js/i18n/index.js";

const WAIT = 900; // ms between the two of a pair
export const shortcuts = store([]); // { keys, label, act }
let before = { key: "", at: 0 };

// act is always that of the newest drawing.  label: for the list that `?` shows.
export function useShortcut(keys, label, act) {
	const newest = useRef(act);

	newest.current = act;
	useEffect(() => {
		const one = { keys, label, act: (event) => newest.current(event) };
		shortcuts.set((was) => [...was, one]);
		return () => shortcuts.set((was) => was.filter((other) => other !== one));
	}, [keys, label]);
}

export function startShortcuts() {
	document.addEventListener("keydown", pressed);
}

function pressed(event) {
	if (event.defaultPrevented || event.isComposing)
		return;
	const name = named(event);
	const pair = performance.now() - before.at < WAIT ? `${before.key} ${name}` : "";
	const single = !name.startsWith("mod+");
	if (single && (!preferences.get().singleKeys || isTyping(event.target) || document.querySelector("dialog[open]")))
		return;
	const one = shortcuts.get().findLast(({ keys }) => keys === pair) ?? shortcuts.get().findLast(({ keys }) => keys === name);

	before = { key: name, at: performance.now() };
	if (one) {
		event.preventDefault();
		before.at = 0;
		one.act(event);
	}
}

function named(event) {
	const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;

	if (event.altKey)
		return `alt+${key}`;
	return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
}

function isTyping(at) {
	return at.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], [role=menu]");
}

// As keys are written: on a Mac Cmd.
export function written(keys) {
	const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

	return keys.split(" ").map((one) => one.replace("mod+", isMac ? "⌘" : `${t("key.ctrl")} `).replace(/(^| )([a-z])$/, (_, space, letter) => space + letter.toUpperCase()));
}
