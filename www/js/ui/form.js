// SPDX-License-Identifier: ISC
//
// A form: sends its values, marks what was refused and moves there, and with a draft name keeps
// what was typed until it is sent or put away.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { dropDraft, keepDraft, readDraft } from "/js/app/drafts.js";
import { Button } from "/js/ui/button.js";
import { FormState } from "/js/ui/field.js";
import { Note } from "/js/ui/note.js";

// send(values, data): values by name, data the FormData itself for names that come twice; what it throws
// is shown.  done(answer): after.  submit: what the button says.  cancel(): where there is a way back.
export function Form({ send, done = () => {}, submit, cancel, draft, kind = "main", children, class: more = "", ...rest }) {
	const place = useRef(null);
	const [problem, setProblem] = useState(null);
	const [busy, setBusy] = useState(false);
	const [kept, setKept] = useState(() => (draft && readDraft(draft)) || {});
	const [turn, setTurn] = useState(0); // another draws the fields anew

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
			const answer = await send(Object.fromEntries(data), data);
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

	function discard() {
		dropDraft(draft);
		setKept({});
		setTurn((n) => n + 1);
	}

	return html`<form class=${`form ${more}`} ref=${place} novalidate onSubmit=${run} ...${rest}
		onInput=${draft && (() => keepDraft(draft, typed(place.current)))}>
		${problem && html`<${Note} problem=${problem} />`}
		${Object.keys(kept).length > 0 && html`<p class="draft" role="status"><span>${t("draft.restored")}</span>
			<${Button} kind="bare" onClick=${discard}>${t("draft.discard")}<//></p>`}
		<${FormState.Provider} value=${{ wrong: problem?.fields ?? {}, kept }} key=${turn}>${children}<//>
		${submit && html`<div class="ends">
			${cancel && html`<${Button} kind="bare" onClick=${() => { if (draft) dropDraft(draft); cancel(); }}>${t("cancel")}<//>`}
			<${Button} kind=${kind} type="submit" busy=${busy}>${submit}<//>
		</div>`}
	</form>`;
}

// Passwords are never kept.
function typed(form) {
	const values = {};

	for (const one of form.elements)
		if (one.name && !["password", "hidden", "file", "checkbox", "radio"].includes(one.type) && one.value !== "")
			values[one.name] = one.value;
	return values;
}

// What the browser sees is wrong, said in our words.
function check(form, setProblem) {
	const fields = {};

	for (const one of form.elements)
		if (one.willValidate && !one.validity.valid && one.name)
			fields[one.name] ??= one.validity.valueMissing ? t("field.2003") : one.validity.tooShort ? t("field.short") : one.validationMessage;
	if (Object.keys(fields).length === 0)
		return true;
	setProblem({ message: t("error.fields"), fields });
	return false;
}
