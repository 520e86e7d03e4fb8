// SPDX-License-Identifier: ISC
//
// Who one is: the name others see, the language and the theme.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, languages, t, useLanguage } from "/js/i18n/index.js";
import { Busy, Face, Field, Note, toast } from "/js/account/parts.js";

export function Profile({ me, setMe }) {
	const { user } = me;
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);

	async function save(event) {
		event.preventDefault();
		const { fullName, locale, theme } = Object.fromEntries(new FormData(event.target));
		setBusy(true);
		setProblem(null);
		try {
			const { body, etag } = await api.patch("auth/me", { fullName, locale, theme }, me.etag);
			const saved = body.user ?? body;
			useLanguage(saved.locale);
			window.bureauTheme.set(saved.theme);
			setMe({ user: saved, etag });
			toast(t("profile.saved"));
		} catch (failed) {
			// Somebody else changed it meanwhile: go on from what holds now.
			if (failed.status === 412)
				setMe(await current());
			setProblem(failed);
		} finally {
			setBusy(false);
		}
	}

	return html`<form class="card panel stack" onSubmit=${save} key=${user.version}>
		<header>
			<${Face} name=${user.fullName} large />
			<div>
				<h2>${user.fullName}</h2>
				<p class="soft">${user.email}</p>
			</div>
		</header>
		${problem && html`<${Note} problem=${problem} />`}
		<div class="pair">
			<${Field} id="fullName" label=${t("profile.name")} defaultValue=${user.fullName} wrong=${problem?.fields?.fullName}
				autocomplete="name" maxlength="200" required />
			<${Field} id="email" label=${t("profile.email")} defaultValue=${user.email} readonly />
			<${Field} as="select" id="locale" label=${t("profile.language")} wrong=${problem?.fields?.locale}>
				${Object.entries(languages).map(([tag, name]) => html`<option value=${tag} defaultSelected=${user.locale?.startsWith(tag)}>${name}</option>`)}
			<//>
			<${Field} as="select" id="theme" label=${t("theme.label")} wrong=${problem?.fields?.theme}>
				${["system", "light", "dark"].map((theme) => html`<option value=${theme} defaultSelected=${user.theme === theme}>${t(`theme.${theme}`)}</option>`)}
			<//>
		</div>
		<p class="small soft">${t("profile.role", { role: user.role, designation: user.designation ?? t("profile.none") })}
			${" "}${user.createdAt && t("profile.since", { date: date(user.createdAt) })}</p>
		<div class="end-row"><${Busy} busy=${busy} type="submit">${t("save")}<//></div>
	</form>`;
}

async function current() {
	const { body, etag } = await api.get("auth/me");

	return { user: body.user ?? body, etag };
}
