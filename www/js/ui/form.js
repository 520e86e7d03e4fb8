// SPDX-License-Identifier: ISC
//
// A form: sends its values, marks what was refused and moves there, and with a draft name keeps
// what was typed until it is sent or put away.

import { html, useEffect, useLayoutEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { dropDraft, keepDraft, readDraft } from "/js/app/drafts.js";
import { Button } from "/js/ui/button.js";
import { FormState } from "/js/ui/field.js";
import { Note } from "/js/ui/note.js";

// send(values, data, record): values by name, data the FormData itself for names that come twice; what it
// throws is shown.  done(answer, form): after.  submit: what the button says.  cancel(): where there is a way back.
// record: { body, etag } of what is edited.  A newer one is shown at once while nothing was typed; afterwards send()
// is handed the one that was seen when typing began, so that a conflict is noticed.
export function Form({ send, done = () => {}, submit, cancel, draft, record, kind = "main", children, class: more = "", ...rest }) {
	const place = useRef(null);
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const [kept, setKept] = useState(() => (draft && readDraft(draft)) || {});
	const [turn, setTurn] = useState(0); // another draws the fields anew
	const isTouched = useRef(Object.keys(kept).length > 0);
	const seen = useRef(record);

	useLayoutEffect(() => {
		if (isTouched.current || record?.etag === seen.current?.etag)
			return;
		seen.current = record;
		place.current.reset(); // to what is drawn by now; the focus stays
	}, [record?.etag, busy]);

	useEffect(() => {
		const bad = problem && place.current.querySelector("[aria-invalid=true]");
		bad?.focus();
	}, [problem]);

	async function run(event) {
		event.preventDefault();
		if (busy || !check(place.current, setProblem))
			return;
		const data = new FormData(place.current);
		setBusy(true);
		setProblem(null);
		try {
			const answer = await send(Object.fromEntries(data), data, seen.current);
			isTouched.current = false;
			if (draft)
				dropDraft(draft);
			setKept({});
			setBusy(false);
			done(answer, place.current);
		} catch (failed) {
			if (!failed.message || failed instanceof TypeError)
				throw failed;
			setProblem(failed);
			setBusy(false);
		}
	}

	function touched() {
		isTouched.current = true;
		if (draft)
			keepDraft(draft, typed(place.current));
	}

	function discard() {
		dropDraft(draft);
		setKept({});
		isTouched.current = false;
		seen.current = record;
		setTurn((n) => n + 1);
	}

	return html`<form class=${`form ${more}`} ref=${place} novalidate onSubmit=${run} ...${rest}
		onInput=${touched}>
		${problem && html`<${Note} problem=${problem}>${homeless(problem, place.current)}<//>`}
		${Object.keys(kept).length > 0 && html`<p class="draft" role="status"><span>${t("draft.restored")}</span>
			<${Button} kind="bare" onClick=${discard}>${t("draft.discard")}<//></p>`}
		<${FormState.Provider} value=${{ wrong: problem?.fields ?? {}, kept }} key=${turn}>${children}<//>
		${submit && html`<div class="ends">
			${cancel && html`<${Button} kind="bare" onClick=${() => { if (draft) dropDraft(draft); cancel(); }}>${t("cancel")}<//>`}
			<${Button} kind=${kind} type="submit" busy=${busy}>${submit}<//>
		</div>`}
	</form>`;
}

// What was refused of fields that are not here stands with the whole.
function homeless({ fields = {} }, form) {
	return Object.entries(fields).filter(([name]) => !form?.elements[name]).map(([name, wrong]) => html`<p key=${name}><code>${name}</code>: ${wrong}</p>`);
}

// Passwords are never kept; of what is hidden, what stands for something one chose.
function typed(form) {
	const values = {};

	for (const one of form.elements)
		if (one.name && (one.dataset.kept !== undefined || !["password", "hidden", "file", "checkbox", "radio"].includes(one.type)) && one.value !== "")
			values[one.name] = one.value;
	return values;
}

// By what the browser calls it.
const FAULTS = [["valueMissing", "field.2003"], ["tooShort", "field.short"], ["tooLong", "field.long"], ["rangeUnderflow", "field.least"],
	["rangeOverflow", "field.most"], ["stepMismatch", "field.step"], ["customError", "field.form"], ["typeMismatch", "field.type"],
	["patternMismatch", "field.form"], ["badInput", "field.form"]];

function fault(field) {
	const key = FAULTS.find(([what]) => field.validity[what])[1];

	return t(key === "field.type" ? `field.${field.type}` : key, { least: field.min, most: field.max });
}

// What the browser sees is wrong, said in our words.
function check(form, setProblem) {
	const fields = {};

	for (const one of form.elements)
		if (one.willValidate && !one.validity.valid && one.name)
			fields[one.name] ??= fault(one);
	if (Object.keys(fields).length === 0)
		return true;
	setProblem({ message: t("error.fields"), fields });
	return false;
}
