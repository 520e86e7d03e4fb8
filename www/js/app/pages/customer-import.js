// SPDX-License-Identifier: ISC
//
// Customers from a file, step by step: the file, which of its columns is what, a trial without effect, and the
// import itself.  What came of a step has an address of its own; the file is in this page only.

import { html, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { number, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/customer-import.js";
import { useGet } from "/js/data.js";
import { may } from "/js/app/me.js";
import { navigate } from "/js/app/router.js";
import { store, useStore } from "/js/app/store.js";
import { FIELDS, guess, inUnicode, peek } from "/js/app/customers/csv.js";
import { Report } from "/js/app/customers/import-report.js";
import { GroupField, HOME as CUSTOMERS, labelOf, seesContact } from "/js/app/customers/parts.js";
import { Button, Card, Choice, Field, Icon, Note, Page, Progress } from "/js/ui/index.js";

words(table);

const HOME = `${CUSTOMERS}/import`;
const MOST = 50 * 1024 * 1024; // bytes of a file

// What is at work, as long as this document lives: { file, header, samples, fields, policy }.
const work = store(null);

export default function Import({ params }) {
	const one = useStore(work);

	return html`<${Page} title=${t("page.customer-import")} narrow about=${t("import.about")} actions=${html`<${Button} kind="bare" icon="back" href=${CUSTOMERS}>${t("page.customers")}<//>`}>
		<${Steps} here=${params.id ? 2 : one ? 1 : 0} />
		${params.id ? html`<${Result} key=${params.id} id=${params.id} one=${one} />` : one ? html`<${Mapping} key=${one.file.name + one.file.lastModified} one=${one} />` : html`<${Choose} />`}
	<//>`;
}

function Steps({ here }) {
	return html`<ol class="steps">${["import.step-file", "import.step-columns", "import.step-result"].map((key, i) => html`<li key=${key} aria-current=${i === here ? "step" : undefined} class=${i < here ? "past" : undefined}>
		<span aria-hidden="true">${i < here ? html`<${Icon} name="check" />` : number(i + 1)}</span>${t(key)}</li>`)}</ol>`;
}

// --- the file ----------------------------------------------------------------------------------

function Choose() {
	const [problem, setProblem] = useState(null);
	const [isOver, setOver] = useState(false);

	async function take(given) {
		setOver(false);
		if (!given)
			return;
		try {
			if (given.size > MOST)
				throw new Error(t("import.too-large"));
			const read = await inUnicode(given);
			if (!read)
				throw new Error(t("import.no-text"));
			const { file, isConverted } = read;
			const { header, samples } = await peek(file);
			if (header.length === 0 || samples.length === 0)
				throw new Error(t("import.empty"));
			work.set({ file, isConverted, header, samples, fields: guess(header), policy: { duplicates: "skip", matchBy: "phone", group: null } });
		} catch (failed) {
			setProblem(failed);
		}
	}

	return html`${problem && html`<${Note} problem=${problem} />`}
		<label class=${isOver ? "drop over" : "drop"} onDragOver=${(event) => { event.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}
			onDrop=${(event) => { event.preventDefault(); take(event.dataTransfer.files[0]); }}>
			<${Icon} name="upload" large /><span class="lead">${t("import.choose")}</span><span class="soft">${t("import.choose-about")}</span>
			<span class="button">${t("import.browse")}</span>
			<input class="unseen" type="file" accept=".csv,text/csv,text/plain" onChange=${(event) => { take(event.target.files[0]); event.target.value = ""; }} /></label>`;
}

// --- which column is what ------------------------------------------------------------------------

function Mapping({ one }) {
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const { policy, fields } = one;
	const group = useGet(policy.group ? `customers/groups/${policy.group.value}` : null);
	const custom = group.body?.customFields.map(({ name }) => name) ?? [];
	const put = (changes) => work.set({ ...one, ...changes });
	const choose = (changes) => put({ policy: { ...policy, ...changes } });

	async function send(dryRun) {
		setBusy(true);
		setProblem(null);
		try {
			await begin(one, dryRun);
		} catch (failed) {
			setProblem(failed);
			setBusy(false);
		}
	}

	if (busy)
		return html`<${Card}><${Progress} label=${t("import.uploading", { name: one.file.name })} /><//>`;
	return html`${problem && html`<${Note} problem=${{ ...problem, message: Object.values(problem.fields ?? {})[0] ?? problem.message, fields: {} }} />`}
		<${Card} title=${t("import.columns")} about=${one.file.name} actions=${html`<${Button} kind="bare" onClick=${() => work.set(null)}>${t("import.other-file")}<//>`}>
			${one.isConverted && html`<${Note}>${t("import.converted")}<//>`}
			<ul class="mapping">${one.header.map((title, i) => html`<${Column} key=${i} title=${title} samples=${one.samples.map((row) => row[i])} value=${fields[i]} taken=${fields} custom=${custom}
				set=${(field) => put({ fields: fields.with(i, field) })} />`)}</ul>
			${!fields.includes("name") && html`<${Note} kind="caution">${t("import.no-name")}<//>`}
		<//>
		<${Card} title=${t("import.policy")}>
			<${Choice} label=${t("import.duplicates")} hidden=${false} value=${policy.duplicates} set=${(duplicates) => choose({ duplicates })} options=${[...(seesContact() ? [["skip", t("import.skip")]] : []),
				...(seesContact() && may("customers:update") ? [["update", t("import.update")]] : []), ["fail", t("import.fail")]]} />
			<p class="soft small">${t(`import.${policy.duplicates}-about`)}</p>
			<${Choice} label=${t("import.match")} hidden=${false} value=${policy.matchBy} set=${(matchBy) => choose({ matchBy })} options=${[["phone", t("customers.phone")], ...(seesContact() ? [["email", t("customers.email")]] : [])]} />
			${may("customer-groups:manage-members") && html`<${GroupField} value=${policy.group?.value ?? null} known=${policy.group} hint=${t("import.group-hint")} set=${(_, option) => choose({ group: option })} />`}
		<//>
		<div class="ends"><${Button} disabled=${!fields.includes("name")} onClick=${() => send(false)}>${t("import.at-once")}<//>
			<${Button} kind="main" disabled=${!fields.includes("name")} onClick=${() => send(true)}>${t("import.try")}<//></div>`;
}

function Column({ title, samples, value, taken, custom, set }) {
	const free = (field) => field === value || !taken.includes(field);
	const options = [["", t("import.leave-out")], ...FIELDS.filter(free).map((field) => [field, labelOf(field)]),
		...custom.filter((name) => free(`customFields.${name}`)).map((name) => [`customFields.${name}`, name]),
		...(custom.includes(title) ? [] : [[`customFields.${title}`, t("import.as-own", { name: title })]])];

	return html`<li><div class="from"><strong dir="auto">${title || "–"}</strong><span class="soft" dir="auto">${samples.filter(Boolean).slice(0, 3).join(" · ")}</span></div>
		<${Icon} name="right" /><${Field} label=${t("import.becomes", { column: title })} hidden value=${value} options=${options} onChange=${(event) => set(event.target.value)} /></li>`;
}

// Sends the file and goes to what comes of it.
async function begin({ file, header, fields, policy }, dryRun) {
	const form = new FormData();

	form.append("mapping", JSON.stringify(Object.fromEntries(fields.map((field, i) => [field, header[i]]).filter(([field]) => field))));
	form.append("duplicates", policy.duplicates);
	form.append("matchBy", policy.matchBy);
	if (policy.group)
		form.append("groupId", policy.group.value);
	form.append("file", file);
	const { body } = await api.upload(`customers/import${dryRun ? "?dryRun=true" : ""}`, form);
	navigate(`${HOME}/${body.id}`);
}

// --- what comes of it ------------------------------------------------------------------------------

function Result({ id, one }) {
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const start = (n) => one && html`<${Button} kind="main" busy=${busy} disabled=${n === 0} onClick=${() => { setBusy(true); begin(one, false).catch((failed) => { setBusy(false); setProblem(failed); }); }}>${t("import.now", { n })}<//>`;
	const back = () => navigate(HOME);

	return html`${problem && html`<${Note} problem=${problem} />`}
		<${Report} id=${id} start=${start} again=${html`<${Button} kind="bare" onClick=${() => { if (!one) work.set(null); back(); }}>${t(one ? "import.change" : "import.other-file")}<//>`} />`;
}
