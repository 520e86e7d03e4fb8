// SPDX-License-Identifier: ISC
//
// One's own settings, and the way to the description of the API where that is served.

import { html } from "/js/preact.js";
import { t, words } from "/js/i18n/index.js";
import profile from "/js/i18n/profile.js";
import { useDescribed } from "/js/app/features.js";
import { useMe } from "/js/app/me.js";
import { Preferences } from "/js/app/profile/preferences.js";
import { Places } from "/js/app/settings/places.js";
import { Button, Card, Page } from "/js/ui/index.js";

words(profile);

export default function Settings() {
	const { user } = useMe();
	const isDescribed = useDescribed();

	return html`<${Page} narrow title=${t("page.settings")} about=${t("settings.about")} tabs=${html`<${Places} here="own" />`}>
		<${Preferences} user=${user} />
		${isDescribed && html`<${Card} title=${t("settings.docs")} about=${t("settings.docs-about")}
			actions=${html`<${Button} href="/docs/" icon="book">${t("settings.docs")}<//>`} />`}
	<//>`;
}
