// SPDX-License-Identifier: ISC
//
// How things look and speak.  Language and theme go with the account, the rest stays on this machine; all of it holds
// at once.

import { html } from "/js/preact.js";
import { languages, t } from "/js/i18n/index.js";
import { change } from "/js/data.js";
import { choose } from "/js/app/me.js";
import { prefer, usePreferences } from "/js/app/preferences.js";
import { Card, Choice, Switch } from "/js/ui/index.js";

export function Preferences({ user }) {
	const { density, singleKeys, folded } = usePreferences();
	const put = (changes) => change({ send: () => choose(changes) });

	return html`<${Card} title=${t("preferences.account")}>
			<${Choice} hidden=${false} label=${t("profile.language")} value=${user.locale?.split("-")[0]} set=${(locale) => put({ locale })} options=${Object.entries(languages)} />
			<${Choice} hidden=${false} label=${t("theme.label")} value=${user.theme ?? "system"} set=${(theme) => put({ theme })}
				options=${[["system", t("theme.system"), "screen"], ["light", t("theme.light"), "sun"], ["dark", t("theme.dark"), "moon"]]} /><//>
		<${Card} title=${t("preferences.machine")}>
			<${Choice} hidden=${false} label=${t("density.label")} value=${density} set=${(one) => prefer({ density: one })} options=${[["calm", t("density.calm")], ["dense", t("density.dense")]]} />
			<${Switch} label=${t("help.single")} hint=${t("help.single-hint")} on=${singleKeys} set=${(is) => prefer({ singleKeys: is })} />
			<${Switch} label=${t("navigation.fold")} on=${folded} set=${(is) => prefer({ folded: is })} /><//>`;
}
