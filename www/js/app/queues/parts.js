// SPDX-License-Identifier: ISC
//
// What the pages of queues and of jobs share: the tabs between them, states, spans of time, JSON to read.

import { html } from "/js/preact.js";
import { knows, number, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/queues.js";
import { Badge, Tabs } from "/js/ui/index.js";

words(table);

export const STATES = ["waiting", "queued", "running", "done", "failed", "cancelled"];
const KINDS = { done: "good", failed: "bad", lost: "bad", running: "fair" };

export const Places = ({ here }) => html`<${Tabs} label=${t("page.queues")} here=${here} tabs=${[
	{ name: "queues", label: t("queues.tab"), href: "/app/queues" }, { name: "jobs", label: t("page.jobs"), href: "/app/queues/jobs" }]} />`;

export function State({ state, of = "state" }) {
	const key = `jobs.${of}.${state}`;

	return html`<${Badge} kind=${KINDS[state] ?? ""} dot=${state in KINDS}>${knows(key) ? t(key) : state}<//>`;
}

// "850 ms", "4.2 s", "3 min", "2 hr".
export function lasting(ms) {
	for (const [unit, size] of [["day", 86400000], ["hour", 3600000], ["minute", 60000], ["second", 1000]])
		if (ms >= size)
			return number(ms / size, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
	return number(ms, { style: "unit", unit: "millisecond", unitDisplay: "short", maximumFractionDigits: 0 });
}

export function Json({ label, value }) {
	return html`<section><h3>${label}</h3><pre class="json" tabindex="0" role="region" aria-label=${label}>${JSON.stringify(value, null, 2)}</pre></section>`;
}
