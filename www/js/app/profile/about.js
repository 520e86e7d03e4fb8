// SPDX-License-Identifier: ISC
//
// Who one is: picture, name, address.  Address and designation change once a code has been entered; the change waits
// until then.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { date, t, translated } from "/js/i18n/index.js";
import { change, save } from "/js/data.js";
import { loadMe, me, takeMe } from "/js/app/me.js";
import { Code } from "/js/app/profile/code.js";
import { smallPicture } from "/js/app/profile/picture.js";
import { Avatar, Button, Card, Field, Form, Note, toast } from "/js/ui/index.js";

export function About({ user, etag }) {
	const [ask, setAsk] = useState(null); // { purpose, then }: a code

	async function send(typed, data, record) {
		const { fullName, email, designation } = typed;
		const edited = { fullName, email, designation: designation.trim() || null };
		const labels = { fullName: t("profile.name"), email: t("profile.email"), designation: t("profile.designation") };
		try {
			const answer = await save("auth/me", { base: record.body, etag: record.etag, edited, labels });
			if (!answer)
				return;
			takeMe(answer.body.user ?? answer.body, answer.etag);
			toast(t("profile.saved"));
		} catch (failed) {
			if (failed.code !== 1009)
				throw failed;
			setAsk({ purpose: Object.keys(failed.fields)[0], then: () => { setAsk(null); return send(typed, data, record); } });
		}
	}

	async function verified() {
		setAsk(null);
		await loadMe();
		toast(t("profile.verified"));
	}

	return html`${user.emailVerified === false && !ask && html`<${Note} kind="caution">${t("profile.unverified")}${" "}
			<${Button} kind="bare" onClick=${() => setAsk({ purpose: "verify-email", then: verified })}>${t("profile.verify")}<//><//>`}
	<${Card}>
		<${Picture} user=${user} />
		<${Form} record=${{ body: user, etag }} submit=${t("save")} send=${send}>
			<div class="pair">
				<${Field} name="fullName" label=${t("profile.name")} defaultValue=${user.fullName} autocomplete="name" maxlength="200" required />
				<${Field} name="email" type="email" label=${t("profile.email")} defaultValue=${user.email} autocomplete="email" maxlength="254" required />
				<${Field} name="designation" label=${t("profile.designation")} defaultValue=${user.designation ?? ""} autocomplete="organization-title" maxlength="200" />
			</div>
		<//>
	<//>
	${ask && html`<${Code} key=${ask.purpose} purpose=${ask.purpose} address=${user.email} confirmed=${ask.then} cancel=${() => setAsk(null)} />`}`;
}

function Picture({ user }) {
	const put = (profilePic) => change({
		send: () => api.patch("auth/me", { profilePic }), said: t(profilePic ? "profile.picture-saved" : "profile.picture-gone"), about: "picture",
	}).then((answer) => answer && takeMe(answer.body.user ?? answer.body, answer.etag));

	async function chosen(event) {
		const [file] = event.target.files;
		event.target.value = "";
		try {
			put(await smallPicture(file));
		} catch {
			toast(t("profile.picture-unreadable"), { kind: "bad" });
		}
	}

	return html`<div class="profile-head"><${Avatar} name=${user.fullName} picture=${user.profilePic} size="large" />
		<div><h2 dir="auto">${user.fullName}</h2><p class="soft">${t("profile.role", { role: translated(user.role) })}${" "}${t("profile.since", { date: date(user.createdAt) })}</p></div>
		<div class="acts"><label class="button quiet"><span>${t("profile.picture-choose")}</span><input class="unseen" type="file" accept="image/*" onChange=${chosen} /></label>
			${isOwn(me.get().user.profilePic) && html`<${Button} kind="bare" onClick=${() => put(null)}>${t("profile.picture-remove")}<//>`}</div></div>`;
}

// Initials drawn by the server are an SVG; pictures of people are not.
const isOwn = (picture) => picture && !picture.startsWith("data:image/svg");
