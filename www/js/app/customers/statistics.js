// SPDX-License-Identifier: ISC
//
// Numbers of customers, as cards: for the page of statistics, and for the first page.

import { html, useMemo } from "/js/preact.js";
import { number, percent, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/customer-statistics.js";
import { path, useGet } from "/js/data.js";
import { Button } from "/js/ui/button.js";
import { Card, Figure } from "/js/ui/card.js";
import { Bars, Chart } from "/js/ui/chart.js";
import { Empty } from "/js/ui/empty.js";
import { Note } from "/js/ui/note.js";
import { Skeleton } from "/js/ui/skeleton.js";

words(table);

const HOME = "/app/customers";
const HUES = { active: 1, pending: 2, inactive: 6, blocked: 4 };
const WATCH = { watch: ["customers", "customer-groups", "customer-group-members"] };

// asked: { from, to, bucket }, points in time.
export const useStatistics = (asked = {}) => useGet(path("customers/statistics", asked), WATCH);

function Framed({ title, one, lines = 4, actions, children }) {
	return html`<${Card} title=${title} actions=${actions}>${one.body ? children(one.body) : one.problem ? html`<${Note} problem=${one.problem} again=${one.reload} />` : html`<${Skeleton} rows=${lines} />`}<//>`;
}

// filter: what of the list's address leads to the very same customers.
const link = (filter, name, value) => path(HOME, { ...filter, [name]: value });

export function Newcomers({ one, actions, height = 180 }) {
	return html`<${Framed} title=${t("statistics.new")} one=${one} lines=${8} actions=${actions}>${(body) => html`<${Series} body=${body} height=${height} />`}<//>`;
}

function Series({ body, height }) {
	const times = useMemo(() => body.series.map(({ at }) => Date.parse(at) / 1000), [body]);
	const series = useMemo(() => [{ label: t("statistics.added", { n: body.series.reduce((sum, { created }) => sum + created, 0) }), values: body.series.map(({ created }) => created), kind: "bars", hue: 1 }], [body]);

	return html`<${Chart} title=${t("statistics.new")} times=${times} series=${series} height=${height} daily />`;
}

export function ByStatus({ one, filter, figures }) {
	return html`<${Framed} title=${t("statistics.by-status")} one=${one} lines=${6}>${(body) => body.total === 0 ? html`<${Empty} icon="customers" title=${t("statistics.none")} />` : html`
		${figures && html`<dl class="figures"><${Figure} label=${t("statistics.total")} value=${number(body.total)} /></dl>`}
		<${Bars} label=${t("statistics.by-status")} rows=${Object.entries(body.byStatus).map(([status, value]) => ({ label: t(`statistics.${status}`), value, hue: HUES[status], href: link(filter, "status", status) }))} />`}<//>`;
}

const MOST = 8; // rows before the rest are one

export function ByOwner({ one, filter, all }) {
	return html`<${Framed} title=${t("statistics.by-owner")} one=${one}>${(body) => {
		const shown = all ? body.byOwner : body.byOwner.slice(0, MOST);
		const rest = body.byOwner.slice(shown.length).reduce((sum, { count }) => sum + count, 0);
		const rows = shown.map(({ id, fullName, count }) => ({ label: id ? fullName ?? t("statistics.somebody") : t("statistics.nobody"), value: count, hue: id ? 3 : 6, href: id ? link(filter, "ownerId", id) : undefined }));
		return rows.length === 0 ? html`<${Empty} icon="people" title=${t("statistics.none")} />` :
			html`<${Bars} label=${t("statistics.by-owner")} rows=${rest > 0 ? [...rows, { label: t("statistics.others"), value: rest, hue: 6 }] : rows} />`;
	}}<//>`;
}

export function ByGroup({ one, filter }) {
	return html`<${Framed} title=${t("statistics.by-group")} one=${one} actions=${html`<${Button} kind="bare" href=${`${HOME}/groups`}>${t("statistics.groups")}<//>`}>${(body) => body.byGroup.length === 0 ? html`<${Empty} icon="tag" title=${t("statistics.no-groups")} />` :
		html`<${Bars} label=${t("statistics.by-group")} rows=${body.byGroup.toSorted((a, b) => b.count - a.count).map(({ id, name, count }) => ({ label: name, value: count, hue: 5, href: link(filter, "groupId", id) }))} />`}<//>`;
}

export function Totals({ one }) {
	const body = one.body;

	if (!body)
		return null;
	return html`<dl class="figures totals"><${Figure} label=${t("statistics.total")} value=${number(body.total)} />
		${Object.entries(body.byStatus).map(([status, n]) => html`<${Figure} key=${status} label=${t(`statistics.${status}`)} value=${number(n)} note=${body.total > 0 && percent(n / body.total)} />`)}</dl>`;
}

// --- cards of the first page -----------------------------------------------------------------

export const NewcomersCard = () => html`<${Newcomers} one=${useStatistics()} actions=${html`<${Button} kind="bare" href=${`${HOME}/statistics`}>${t("statistics.more")}<//>`} />`;
export const StatusCard = () => html`<${ByStatus} one=${useStatistics()} figures />`;
export const OwnerCard = () => html`<${ByOwner} one=${useStatistics()} />`;
