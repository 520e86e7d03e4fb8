// SPDX-License-Identifier: ISC
//
// The signed-in page: loads who this is, then shows the place the address names
// (#profile, #sessions …).  Without a session it leads to the sign-in page.

import { html, render, useEffect, useRef, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t, useLanguage } from "/js/i18n/index.js";
import { mountThemes } from "/js/themes.js";
import { Face, Icon, Note, Skeleton, Toasts, toast } from "/js/account/parts.js";
import { may } from "/js/account/rights.js";
import { Profile } from "/js/account/profile.js";
import { Password } from "/js/account/password.js";
import { Sessions } from "/js/account/sessions.js";
import { Tokens } from "/js/account/tokens.js";
import { People } from "/js/account/people.js";

const PLACES = [
	{ name: "profile", icon: "person", view: Profile },
	{ name: "password", icon: "lock", view: Password },
	{ name: "sessions", icon: "screen", view: Sessions },
	{ name: "tokens", icon: "key", view: Tokens },
	{ name: "people", icon: "people", view: People, need: "users:read" },
];

api.onSignedOut((problem) => {
	const next = encodeURIComponent(location.pathname + location.hash);

	noteMember("no");
	location.replace(`/sign-in/?next=${next}#error-${problem.code}`);
});
render(html`<${Account} />`, document.getElementById("app"));

function Account() {
	const [me, setMe] = useState(null); // { user, etag }
	const [problem, setProblem] = useState(null);
	const place = usePlace(me);

	useEffect(() => {
		loadMe().then(setMe, setProblem);
	}, []);
	if (problem)
		return html`<main class="plain notice"><${Note} problem=${problem} />
			<a class="button" href="/account/">${t("again")}</a></main>`;
	if (!me)
		return html`<${Skeleton} label=${t("loading")} />`;
	return html`<div class="shell">
		<a class="skip" href=${`#${place.name}`}>${t("skip")}</a>
		<${Bar} user=${me.user} />
		<div class="body">
			<${Places} here=${place} user=${me.user} />
			<${Place} key=${place.name} place=${place} me=${me} setMe=${setMe} />
		</div>
		<${Toasts} />
	</div>`;
}

async function loadMe() {
	const { body, etag } = await api.get("auth/me");
	const user = body.user ?? body;

	useLanguage(user.locale);
	if (user.theme)
		window.bureauTheme.set(user.theme);
	noteMember("yes");
	return { user, etag };
}

// The start page greets who has been signed in here.
function noteMember(value) {
	try {
		localStorage.setItem("bureau.member", value);
	} catch { /* it then greets nobody */ }
}

function usePlace(me) {
	const [hash, setHash] = useState(location.hash);

	useEffect(() => {
		const changed = () => setHash(location.hash);
		window.addEventListener("hashchange", changed);
		changed(); // it may have changed since the first drawing
		return () => window.removeEventListener("hashchange", changed);
	}, []);
	const open = me ? PLACES.filter((p) => may(me.user, p.need)) : PLACES;
	return open.find((p) => `#${p.name}` === hash) ?? open[0];
}

function Bar({ user }) {
	const themes = useRef(null);

	useEffect(() => mountThemes(themes.current, (theme) => {
		api.patch("auth/me", { theme }).catch((problem) => toast(problem.message));
	}), []);
	return html`<header class="bar">
		<a class="brand" href="/"><span class="unseen">Bureau</span></a>
		<div class="end">
			<div ref=${themes}></div>
			<div class="who"><${Face} name=${user.fullName} /><span>${user.fullName}</span></div>
			<form method="post" action="/api/v1/auth/logout" onSubmit=${signOut}>
				<input type="hidden" name="next" value="/sign-in/#signed-out" />
				<button class="button quiet compact" type="submit">${t("sign-out")}</button>
			</form>
		</div>
	</header>`;
}

// By script, so that an expired access token is refreshed before.
async function signOut(event) {
	event.preventDefault();
	try {
		await api.post("auth/logout");
		noteMember("no");
		location.assign("/sign-in/#signed-out");
	} catch (problem) {
		toast(problem.message);
	}
}

function Places({ here, user }) {
	return html`<nav class="places" aria-label=${t("places")}><ul>
		${PLACES.filter((p) => may(user, p.need)).map((p) => html`<li key=${p.name}>
			<a href=${`#${p.name}`} aria-current=${p === here ? "page" : undefined}>
				<${Icon} name=${p.icon} />${t(`${p.name}.title`)}</a></li>`)}
	</ul></nav>`;
}

function Place({ place, me, setMe }) {
	const heading = useRef(null);
	const View = place.view;

	useEffect(() => {
		document.title = `${t(`${place.name}.title`)} · Bureau`;
		if (location.hash)
			heading.current.focus();
	}, []);
	return html`<main class="place" id=${place.name}>
		<header>
			<h1 tabindex="-1" ref=${heading}>${t(`${place.name}.title`)}</h1>
			<p class="soft">${t(`${place.name}.about`)}</p>
		</header>
		<${View} me=${me} setMe=${setMe} />
	</main>`;
}
