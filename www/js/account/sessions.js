// SPDX-License-Identifier: ISC
//
// Where one is signed in, and ending it there.

import { html } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, relative, t } from "/js/i18n/index.js";
import { Icon, List, Sure, toast, useList } from "/js/account/parts.js";

export function Sessions() {
	const list = useList("auth/sessions");

	async function end(session) {
		try {
			await api.remove(`auth/sessions/${session.id}`);
			toast(t("sessions.ended"));
		} catch (problem) {
			toast(problem.message);
		}
		list.reload();
	}

	async function endAll() {
		try {
			await api.post("auth/logout", { allDevices: true });
			location.assign("/sign-in/#signed-out");
		} catch (problem) {
			toast(problem.message);
		}
	}

	return html`<${List} list=${list} empty=${t("sessions.none")} row=${(session) => html`<li key=${session.id}>
			<span class="glyph"><${Icon} name=${device(session.agent).icon} /></span>
			<div class="what">
				<div>${device(session.agent).name}${session.current && html`<span class="badge good">${t("sessions.current")}</span>`}</div>
				<p class="small soft">${session.address}${session.address && " · "}${t("sessions.seen")}${" "}
					<time datetime=${session.lastSeenAt} title=${dateTime(session.lastSeenAt)}>${relative(session.lastSeenAt)}</time></p>
			</div>
			<div class="acts">${!session.current && html`<${Sure} label=${t("sessions.end")} question=${t("sessions.sure")}
				name=${device(session.agent).name} act=${() => end(session)} />`}</div>
		</li>`} />
		<div class="in-line"><${Sure} label=${t("sessions.end-all")} question=${t("sessions.sure-all")} name=${t("sessions.title")} act=${endAll} /></div>`;
}

// A browser and a system in plain words, from what the program calls itself.
function device(agent = "") {
	const browser = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"],
		[/Safari\//, "Safari"], [/curl\//, "curl"]].find(([pattern]) => pattern.test(agent))?.[1];
	const system = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"],
		[/Linux/, "Linux"]].find(([pattern]) => pattern.test(agent))?.[1];
	const icon = /Mobile|Android|iPhone/.test(agent) ? "phone" : browser === "curl" || !browser ? "terminal" : "screen";
	const name = browser && system ? t("sessions.device", { browser, system }) : browser ?? system ?? (agent.slice(0, 60) || t("sessions.unknown"));

	return { icon, name };
}
