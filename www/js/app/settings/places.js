// SPDX-License-Identifier: ISC
//
// The tabs of settings: one's own, and the installation's for who may read them.

import { html } from "/js/preact.js";
import { t, words } from "/js/i18n/index.js";
import table from "/js/i18n/settings.js";
import { useOffers } from "/js/app/features.js";
import { may } from "/js/app/me.js";
import { Tabs } from "/js/ui/index.js";

words(table);

export function Places({ here }) {
	const isOffered = useOffers("GET /settings");

	return isOffered && may("settings:read") && html`<${Tabs} label=${t("page.settings")} here=${here} tabs=${[
		{ name: "own", label: t("settings.own"), href: "/app/settings" },
		{ name: "installation", label: t("settings.installation"), href: "/app/settings/installation" }]} />`;
}
