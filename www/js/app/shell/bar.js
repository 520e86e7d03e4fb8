// SPDX-License-Identifier: ISC
//
// The bar above the page: search, who is here, what one was told, and oneself.

import { html } from "/js/preact.js";
import { languages, t } from "/js/i18n/index.js";
import { choose, signOut, useMe } from "/js/app/me.js";
import { prefer, usePreferences } from "/js/app/preferences.js";
import { written } from "/js/app/shortcuts.js";
import { Connection } from "/js/app/shell/banner.js";
import { Notices } from "/js/app/shell/notices.js";
import { Presence } from "/js/app/shell/presence.js";
import { Avatar } from "/js/ui/avatar.js";
import { Button } from "/js/ui/button.js";
import { Icon } from "/js/ui/icon.js";
import { Menu } from "/js/ui/menu.js";
import { toast } from "/js/ui/toast.js";

export function Bar({ menu, search, help }) {
	return html`<header class="bar">
		<${Button} kind="bare" icon="menu" class="narrow-only" label=${t("navigation")} onClick=${menu} />
		<button type="button" class="find" onClick=${search} aria-keyshortcuts="Control+K Meta+K"><${Icon} name="search" /><span>${t("palette.hint")}</span>
			<kbd aria-hidden="true">${written("mod+k")[0]}</kbd></button>
		<div class="end"><${Connection} /><${Presence} /><${Notices} /><${Me} help=${help} /></div>
	</header>`;
}

function Me({ help }) {
	const { user } = useMe();
	const { density } = usePreferences();
	const theme = window.bureauTheme.get();
	const set = (changes) => () => choose(changes).catch((problem) => toast(problem.message, { kind: "bad" }));

	return html`<${Menu} button=${{ kind: "bare", class: "me" }} label=${t("me.menu", { name: user.fullName })}
		words=${html`<${Avatar} name=${user.fullName} picture=${user.profilePic} /><span class="unseen">${t("me.menu", { name: user.fullName })}</span>`}
		head=${html`<div class="menu-head" role="presentation"><strong dir="auto">${user.fullName}</strong><span class="soft" dir="auto">${user.email}</span></div>`}
		items=${[
			{ label: t("page.profile"), icon: "person", href: "/app/profile" },
			{ label: t("preferences.title"), icon: "settings", href: "/app/profile/preferences" },
			{ label: t("help.title"), icon: "keyboard", act: help, hint: "?" },
			null,
			...["system", "light", "dark"].map((one) => ({ label: t(`theme.${one}`), checked: theme === one, act: () => { window.bureauTheme.set(one); set({ theme: one })(); } })),
			null,
			{ label: t("density.dense"), checked: density === "dense", act: () => prefer({ density: density === "dense" ? "calm" : "dense" }) },
			...Object.entries(languages).map(([tag, name]) => ({ label: name, checked: user.locale?.startsWith(tag) ?? false, act: set({ locale: tag }) })),
			null,
			{ label: t("sign-out"), icon: "leave", act: () => signOut().catch((problem) => toast(problem.message, { kind: "bad" })) },
		]} />`;
}
