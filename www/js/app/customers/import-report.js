// SPDX-License-Identifier: ISC
//
// How far an import has come, and what became of it.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { number, t } from "/js/i18n/index.js";
import * as live from "/js/live.js";
import { download } from "/js/app/files.js";
import { HOME, labelOf } from "/js/app/customers/parts.js";
import { Button, Card, Figure, Note, Progress, Skeleton, toast } from "/js/ui/index.js";

const PAUSE = 1000; // ms between two looks, where no event comes first

// The import as it is; looks again while it goes on, at each event and now and then.
export function useImport(id) {
	const [state, setState] = useState({ body: null, problem: null });

	useEffect(() => {
		let timer;
		let isOver = false;
		if (!id)
			return undefined;
		async function look() {
			clearTimeout(timer);
			const next = await api.get(`imports/${id}`, { fresh: true }).then(({ body }) => ({ body, problem: null }), (problem) => ({ body: null, problem }));
			if (isOver)
				return;
			setState(next);
			if (next.body && !["done", "failed"].includes(next.body.state))
				timer = setTimeout(look, PAUSE);
		}
		setState({ body: null, problem: null });
		look();
		const off = live.on("jobProgress", (one) => one.id === id && look());
		return () => { isOver = true; clearTimeout(timer); off(); };
	}, [id]);
	return state;
}

export function Report({ id, again, start }) {
	const { body, problem } = useImport(id);

	if (problem)
		return html`<${Note} problem=${problem} />`;
	if (!body)
		return html`<${Skeleton} rows=${4} />`;
	if (!["done", "failed"].includes(body.state))
		return html`<${Card} title=${t(body.dryRun ? "import.checking" : "import.importing")}><${Progress} label=${t("import.lines", { n: body.rows })} value=${body.progress / 100} /><//>`;
	return html`<${Card} title=${t(body.state === "failed" ? "import.failed" : body.dryRun ? "import.checked" : "import.done")}>
			${body.state === "failed" && html`<${Note} kind="danger">${body.cause}<//>`}
			<dl class="figures"><${Figure} label=${t("import.rows")} value=${number(body.rows)} /><${Figure} label=${t(body.dryRun ? "import.would-create" : "import.created")} value=${number(body.created)} />
				<${Figure} label=${t(body.dryRun ? "import.would-update" : "import.updated")} value=${number(body.updated)} /><${Figure} label=${t("import.skipped")} value=${number(body.skipped)} />
				<${Figure} label=${t("import.wrong")} value=${number(body.failed)} kind=${body.failed ? "bad" : ""} /></dl>
			<div class="ends">${(body.dryRun || body.state === "failed") && again}${body.dryRun && body.state === "done" && start?.(body.created + body.updated)}
				${!body.dryRun && body.state === "done" && html`<${Button} kind="main" href=${`${HOME}?sort=-createdAt`}>${t("import.look")}<//>`}</div>
		<//>
		${body.errors.length > 0 && html`<${Errors} one=${body} />`}`;
}

function Errors({ one }) {
	const take = () => download(`imports/${one.id}/errors.csv`, "errors.csv").catch((problem) => toast(problem.message, { kind: "bad" }));

	return html`<${Card} title=${t("import.errors", { n: one.failed })} about=${t("import.errors-about")} flush actions=${html`<${Button} icon="download" onClick=${take}>${t("import.errors-file")}<//>`}>
		<div class="wrong-lines" tabindex="0" role="region" aria-label=${t("import.wrong")}><table><thead><tr><th scope="col">${t("import.line")}</th><th scope="col">${t("import.field")}</th><th scope="col">${t("import.why")}</th></tr></thead>
			<tbody>${one.errors.map((error, i) => html`<tr key=${i}><td class="end">${error.line}</td><td dir="auto">${error.field ? labelOf(error.field) : ""}</td><td dir="auto">${api.fault(error, "customers")}</td></tr>`)}</tbody></table></div>
		${one.failed > one.errors.length && html`<p class="soft small more-lines">${t("import.errors-more")}</p>`}<//>`;
}
