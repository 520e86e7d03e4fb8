// SPDX-License-Identifier: ISC
//
// Where one is signed in, and ending it there.

import { html } from "/js/preact.js";
import * as api from "/js/api.js";
import { dateTime, relative, t } from "/js/i18n/index.js";
import { useList } from "/js/data.js";
import { signOut } from "/js/app/me.js";
import { device } from "/js/app/parts/device.js";
import { Badge, Card, Icon, Item, List, Sure, toast } from "/js/ui/index.js";

export function Sessions() {
	const list = useList("auth/sessions", { watch: ["sessions"] });
	const end = (session) => list.change(session.id, null, { send: () => api.remove(`auth/sessions/${session.id}`), said: t("sessions.ended") });

	return html`<${Card} flush><${List} list=${list} label=${t("sessions.title")} empty=${t("sessions.none")} row=${(session) => html`<${Item} key=${session.id}
			lead=${html`<${Icon} name=${device(session.agent).icon} />`} title=${device(session.agent).name}
			badges=${session.current && html`<${Badge} kind="good">${t("sessions.current")}<//>`}
			about=${html`${session.address}${session.address && " · "}${t("sessions.seen")} <time datetime=${session.lastSeenAt} title=${dateTime(session.lastSeenAt)}>${relative(session.lastSeenAt)}</time>`}
			acts=${!session.current && html`<${Sure} label=${t("sessions.end")} question=${t("sessions.sure")} about=${device(session.agent).name} act=${() => end(session)} />`} />`} /><//>
		<div><${Sure} label=${t("sessions.end-all")} question=${t("sessions.sure-all")}
			act=${() => signOut(true).catch((problem) => toast(problem.message, { kind: "bad" }))} /></div>`;
}
