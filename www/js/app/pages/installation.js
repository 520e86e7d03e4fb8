// SPDX-License-Identifier: ISC
//
// The settings of the installation as they are in force, each with where it comes from.  To read: a file or the
// environment changes them.

import { html } from "/js/preact.js";
import { t, translated } from "/js/i18n/index.js";
import { useGet } from "/js/data.js";
import { useQuery } from "/js/app/router.js";
import { Places } from "/js/app/settings/places.js";
import { Badge, Choice, Empty, Note, Page, SearchField, Skeleton } from "/js/ui/index.js";

const KINDS = { file: "good", environment: "fair" };

export default function Installation() {
	const [{ search = "", which = "" }, setQuery] = useQuery();
	const { body, problem, reload } = useGet("settings");
	const rows = body?.items.filter((one) => `${one.name} ${translated(one.doc)} ${one.value ?? ""}`.toLowerCase().includes(search.toLowerCase()) && (!which || one.source !== "default"));

	return html`<${Page} title=${t("page.installation")} about=${t("installation.about")} tabs=${html`<${Places} here="installation" />`}
		tools=${html`<${SearchField} label=${t("installation.search")} value=${search} found=${(text) => setQuery({ search: text })} />
			<${Choice} label=${t("installation.which")} value=${which} set=${(is) => setQuery({ which: is })} options=${[["", t("installation.all")], ["set", t("installation.set")]]} />
			${body && html`<span class="soft file">${body.file ? t("installation.file", { file: body.file }) : t("installation.no-file")}</span>`}`}>
		${problem ? html`<${Note} problem=${problem} again=${reload} />` : !rows ? html`<${Skeleton} kind="rows" rows=${10} />` :
			rows.length === 0 ? html`<${Empty} icon="settings" title=${t("installation.none")} />` : html`
				<dl class="settings">${rows.map((one) => html`<${Setting} key=${one.name} one=${one} />`)}</dl>`}
	<//>`;
}

function Setting({ one }) {
	const isOther = one.source !== "default" && !one.isSecret && one.value !== one.default;

	return html`<div>
		<dt><code>${one.name}</code> ${one.source === "default" ? html`<span class="soft">${t("installation.source.default")}</span>` :
			html`<${Badge} kind=${KINDS[one.source] ?? ""}>${t(`installation.source.${one.source}`)}<//>`}</dt>
		<dd class="value">${one.isSecret ? html`<span class="soft">${t(one.isSet ? "installation.secret-set" : "installation.secret-unset")}</span>` :
			one.value === "" ? html`<span class="soft">${t("installation.empty")}</span>` : html`<code>${one.value}</code>`}
			${isOther && html`<span class="soft">${t("installation.default", { value: one.default || t("installation.empty") })}</span>`}</dd>
		<dd class="soft">${translated(one.doc)}</dd></div>`;
}
