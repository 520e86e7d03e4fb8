// SPDX-License-Identifier: ISC
//
// Who one is: the name others see, the address, the language and the theme.  Address and
// designation change once a code has been entered; the change waits until then.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, languages, t, useLanguage } from "/js/i18n/index.js";
import { Code } from "/js/account/code.js";
import { Busy, Face, Field, Note, toast } from "/js/account/parts.js";

export function Profile({ me, setMe }) {
	const { user } = me;
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const [ask, setAsk] = useState(null); // { purpose, then }: a code

	function submit(event) {
		event.preventDefault();
		const { email, designation, ...changes } = Object.fromEntries(new FormData(event.target));
		if (email !== user.email)
			changes.email = email;
		if (designation.trim() !== (user.designation ?? ""))
			changes.designation = designation.trim() || null;
		save(changes);
	}

	async function save(changes) {
		setAsk(null);
		setBusy(true);
		setProblem(null);
		try {
			const { body, etag } = await api.patch("auth/me", changes, me.etag);
			const saved = body.user ?? body;
			useLanguage(saved.locale);
			window.bureauTheme.set(saved.theme);
			setMe({ user: saved, etag });
			toast(t("profile.saved"));
		} catch (failed) {
			if (failed.code === 1009) {
				setAsk({ purpose: Object.keys(failed.fields)[0], then: () => save(changes) });
				return;
			}
			// Somebody else changed it meanwhile: go on from what holds now.
			if (failed.status === 412)
				setMe(await current());
			setProblem(failed);
		} finally {
			setBusy(false);
		}
	}

	async function verified() {
		setAsk(null);
		setMe(await current());
		toast(t("profile.verified"));
	}

	return html`${user.emailVerified === false && !ask && html`<div class="note caution end-row">
			<span class="grow">${t("profile.unverified")}</span>
			<button class="button compact" type="button"
				onClick=${() => setAsk({ purpose: "verify-email", then: verified })}>${t("profile.verify")}</button>
		</div>`}
	<form class="card panel stack" onSubmit=${submit} key=${user.version}>
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
			<${Field} id="email" type="email" label=${t("profile.email")} defaultValue=${user.email} wrong=${problem?.fields?.email}
				autocomplete="email" maxlength="254" required />
			<${Field} id="designation" label=${t("profile.designation")} defaultValue=${user.designation ?? ""}
				wrong=${problem?.fields?.designation} autocomplete="organization-title" maxlength="200" />
			<${Field} as="select" id="locale" label=${t("profile.language")} wrong=${problem?.fields?.locale}>
				${Object.entries(languages).map(([tag, name]) => html`<option value=${tag} defaultSelected=${user.locale?.startsWith(tag)}>${name}</option>`)}
			<//>
			<${Field} as="select" id="theme" label=${t("theme.label")} wrong=${problem?.fields?.theme}>
				${["system", "light", "dark"].map((theme) => html`<option value=${theme} defaultSelected=${user.theme === theme}>${t(`theme.${theme}`)}</option>`)}
			<//>
		</div>
		<p class="small soft">${t("profile.role", { role: user.role })}
			${" "}${user.createdAt && t("profile.since", { date: date(user.createdAt) })}</p>
		<div class="end-row"><${Busy} busy=${busy} type="submit">${t("save")}<//></div>
	</form>
	${ask && html`<${Code} key=${ask.purpose} purpose=${ask.purpose} address=${user.email} confirmed=${ask.then}
		cancel=${() => setAsk(null)} />`}`;
}

async function current() {
	const { body, etag } = await api.get("auth/me");

	return { user: body.user ?? body, etag };
}
