// SPDX-License-Identifier: ISC
//
// Which keys do what, right here.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { prefer, usePreferences } from "/js/app/preferences.js";
import { shortcuts, written } from "/js/app/shortcuts.js";
import { useStore } from "/js/app/store.js";
import { Dialog } from "/js/ui/dialog.js";
import { Switch } from "/js/ui/field.js";

export function Help({ close }) {
	const all = useStore(shortcuts);
	const { singleKeys } = usePreferences();
	const labels = [...new Set(all.map((one) => one.label))];

	return html`<${Dialog} title=${t("help.title")} close=${close}>
		<dl class="keys-list">${labels.map((label) => html`<div key=${label}><dt>${label}</dt><dd>${all.filter((one) => one.label === label).map((one, i) =>
			html`${i > 0 && html`<span class="soft">${t("or")}</span>`}<span>${written(one.keys).map((key) => html`<kbd>${key}</kbd>`)}</span>`)}</dd></div>`)}
		${[["↑ ↓", "help.rows"], [t("key.enter"), "help.open"], [t("key.space"), "help.pick"], ["Esc", "help.close"]].map(([key, label]) => html`<div key=${label}>
			<dt>${t(label)}</dt><dd>${key.split(" ").map((one) => html`<kbd>${one}</kbd>`)}</dd></div>`)}</dl>
		<${Switch} label=${t("help.single")} hint=${t("help.single-hint")} on=${singleKeys} set=${(is) => prefer({ singleKeys: is })} />
	<//>`;
}
