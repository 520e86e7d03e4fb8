// SPDX-License-Identifier: ISC
//
// How many customers there are: over time, by status, by who looks after them, by group.  The span stands in the address.

import { html } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useQuery } from "/js/app/router.js";
import { Parts } from "/js/app/customers/parts.js";
import { ByGroup, ByOwner, ByStatus, Newcomers, Totals, useStatistics } from "/js/app/customers/statistics.js";
import { Choice, DateSpan, Note, Page } from "/js/ui/index.js";

const BUCKETS = ["day", "week", "month"];

// The beginning of a day here as a point in time; more: days later.
function start(day, more = 0) {
	const at = new Date(`${day}T00:00:00`);

	at.setDate(at.getDate() + more);
	return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export default function Statistics() {
	const [{ from = "", to = "", bucket }, setQuery] = useQuery();
	const by = BUCKETS.includes(bucket) ? bucket : "day";
	const one = useStatistics({ from: from && start(from), to: to && start(to, 1), bucket: by });
	const filter = { "createdAt[gte]": from || undefined, "createdAt[lte]": to || undefined };

	return html`<${Page} title=${t("page.customer-statistics")} tabs=${html`<${Parts} here="customer-statistics" />`}
		tools=${html`<${DateSpan} from=${from} to=${to} set=${(span) => setQuery({ from: span.from, to: span.to }, { step: true })} /><span class="grow" />
			<${Choice} label=${t("statistics.by")} value=${by} set=${(next) => setQuery({ bucket: next }, { step: true })} options=${BUCKETS.map((name) => [name, t(`statistics.${name}`)])} />`}>
		${one.problem && html`<${Note} problem=${one.problem} again=${one.reload} />`}
		<${Totals} one=${one} />
		<${Newcomers} one=${one} height=${240} />
		<div class="cards"><${ByStatus} one=${one} filter=${filter} /><${ByOwner} one=${one} filter=${filter} all /><${ByGroup} one=${one} filter=${filter} /></div>
	<//>`;
}
