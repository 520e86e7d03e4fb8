// SPDX-License-Identifier: ISC
//
// One's own page: who one is, the password, where one is signed in, tokens of programs, and how things look.

import { html } from "/js/preact.js";
import { t, words } from "/js/i18n/index.js";
import table from "/js/i18n/profile.js";
import { useMe } from "/js/app/me.js";
import { Page, Tabs } from "/js/ui/index.js";
import { About } from "/js/app/profile/about.js";
import { Password } from "/js/app/profile/password.js";
import { Preferences } from "/js/app/profile/preferences.js";
import { Sessions } from "/js/app/profile/sessions.js";
import { Tokens } from "/js/app/profile/tokens.js";

words(table);

const PLACES = { profile: About, password: Password, sessions: Sessions, tokens: Tokens, preferences: Preferences };

export default function Profile({ params }) {
	const me = useMe();
	const here = params.place in PLACES ? params.place : "profile";
	const View = PLACES[here];

	return html`<${Page} narrow title=${t(`${here}.title`)} about=${t(`${here}.about`)} tabs=${html`<${Tabs} label=${t("page.profile")} here=${here}
			tabs=${Object.keys(PLACES).map((name) => ({ name, label: t(`${name}.title`), href: name === "profile" ? "/app/profile" : `/app/profile/${name}` }))} />`}>
		<${View} key=${here} user=${me.user} etag=${me.etag} />
	<//>`;
}
