// SPDX-License-Identifier: ISC
//
// The whole log held against its chain, a part at a time, and what came of it.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { number, t } from "/js/i18n/index.js";
import { path } from "/js/data.js";
import { Button, Dialog, Facts, Note, Progress, copy } from "/js/ui/index.js";

const START = { checked: 0, redacted: 0, unchained: 0, next: 0 };

export function Verify({ close }) {
	const [state, setState] = useState(START);
	const [turn, setTurn] = useState(0);
	const { problem, isDone } = state;

	useEffect(() => {
		let isOver = false;
		run((now) => isOver || setState(now), () => isOver);
		return () => { isOver = true; };
	}, [turn]);
	return html`<${Dialog} title=${t("audit.verify-title")} close=${close}>
		<p class="soft">${t("audit.verify-about")}</p>
		${problem ? html`<${Note} problem=${problem} again=${() => { setState(START); setTurn(turn + 1); }} />` :
			!isDone ? html`<${Progress} label=${t("audit.verifying")} note=${t("audit.checked", { n: state.checked })} />` :
				html`<${Result} ...${state} />`}
	<//>`;
}

async function run(told, isOver) {
	let state = START;

	try {
		do {
			const { body } = await api.get(path("audit/verify", { after: state.next || undefined }), { fresh: true });
			state = { ...body, checked: state.checked + body.checked, redacted: state.redacted + body.redacted,
				lastId: body.lastId ?? state.lastId, lastHash: body.lastHash ?? state.lastHash, isDone: !body.ok || !body.next };
			told(state);
		} while (!state.isDone && !isOver());
	} catch (problem) {
		told({ ...state, problem });
	}
}

function Result({ ok, checked, redacted, unchained, firstBroken, lastId, lastHash }) {
	return html`
		${ok ? html`<${Note} kind="">${t("audit.sound")}<//>` : html`<div class="note danger" role="alert">
			<div>${t(firstBroken.why === "missing" ? "audit.broken-missing" : "audit.broken", { id: String(firstBroken.id) })}</div>
			<${Button} href=${`/app/audit/${firstBroken.id}`}>${t("audit.one")}<//></div>`}
		<p>${t("audit.checked", { n: checked })}</p>
		<${Facts} rows=${[[t("audit.redacted"), redacted ? number(redacted) : null], [t("audit.unchained"), unchained ? number(unchained) : null],
			[t("audit.last"), lastId && String(lastId)], [t("audit.last-hash"), lastHash && html`<code>${lastHash}</code>`]]} />
		${lastHash && html`<p class="soft">${t("audit.keep")}</p><div><${Button} icon="copy" onClick=${() => copy(`${lastId} ${lastHash}`)}>${t("copy")}<//></div>`}`;
}
