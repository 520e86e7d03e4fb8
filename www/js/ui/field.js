// SPDX-License-Identifier: ISC
//
// What one types into or chooses from: a label, the control, a hint, and what is wrong with it.
// Inside a Form it learns by its name what the server refused.

import { createContext, html, useContext, useEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useUid } from "/js/app/store.js";
import { Icon } from "/js/ui/icon.js";

export const FormState = createContext({ wrong: {}, kept: {} });

// Of a field that keeps its value itself: place holds its hidden input.  back() is called when the form takes a newer
// record; what is returned tells the form that somebody changed it.
export function useOwnValue(place, back) {
	const newest = useRef(back);

	newest.current = back;
	useEffect(() => {
		const { form } = place.current;
		const reset = () => newest.current();
		form?.addEventListener("reset", reset);
		return () => form?.removeEventListener("reset", reset);
	}, []);
	return () => place.current.dispatchEvent(new Event("input", { bubbles: true }));
}

// Everything not named here goes to the control.  options: [[value, label], …] make it a choice.
export function Field({ name, label, hint, wrong, as = "input", options, hidden, children, id, value, defaultValue, ...rest }) {
	const form = useContext(FormState);
	const own = useUid("f");
	const at = id ?? own;
	const fault = wrong ?? form.wrong[name];
	const start = form.kept[name] ?? defaultValue;
	const told = [hint && `${at}-hint`, fault && `${at}-wrong`].filter(Boolean).join(" ") || undefined;
	const Control = options ? "select" : as;
	const values = value !== undefined ? { value } : start !== undefined && !options ? { defaultValue: start } : {};

	return html`<div class="field">
		<label for=${at} class=${hidden ? "unseen" : undefined}>${label}${rest.required && html`<span class="must" aria-hidden="true"> *</span>`}</label>
		<${Control} class="input" id=${at} name=${name} aria-invalid=${fault ? "true" : undefined} aria-describedby=${told}
			...${rest} ...${values}>${options ? options.map(([one, text]) => html`<option key=${one} value=${one}
			...${value === undefined ? { defaultSelected: String(start ?? "") === String(one) } : { selected: String(value) === String(one) }}>${text}</option>`) : children}<//>
		${hint && html`<span class="hint" id=${`${at}-hint`}>${hint}</span>`}
		${fault && html`<span class="wrong" id=${`${at}-wrong`}>${fault}</span>`}
	</div>`;
}

// A password that can be looked at.
export function PasswordField({ children, ...rest }) {
	const [seen, setSeen] = useState(false);
	const id = useUid("p");

	return html`<div class="password-field">
		<${Field} id=${id} type=${seen ? "text" : "password"} maxlength="1024" ...${rest} />
		<button class="toggle" type="button" aria-controls=${id} aria-pressed=${seen ? "true" : "false"}
			onClick=${() => setSeen(!seen)}>${t(seen ? "password.hide" : "password.show")}</button>
		${children}
	</div>`;
}

export function Check({ label, hint, children, kind = "checkbox", ...rest }) {
	const id = useUid("c");

	return html`<div class="check">
		<input type=${kind} id=${id} aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} />
		<label for=${id}>${label}${children}${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}</label>
	</div>`;
}

// On or off, and in force at once.
export function Switch({ label, hint, on, set, disabled }) {
	const id = useUid("s");

	return html`<div class="switch">
		<button type="button" role="switch" id=${id} aria-checked=${on ? "true" : "false"} aria-describedby=${hint ? `${id}-hint` : undefined}
			aria-labelledby=${`${id}-label`} disabled=${disabled} onClick=${() => set(!on)}><i /></button>
		<span><label id=${`${id}-label`} for=${id}>${label}</label>
			${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}</span>
	</div>`;
}

// One of a few, side by side.  options: [[value, label, icon?], …].
export function Choice({ label, options, value, set, hidden = true }) {
	const name = useUid("r");

	return html`<fieldset class="choice">
		<legend class=${hidden ? "unseen" : undefined}>${label}</legend>
		<div>${options.map(([one, text, icon]) => html`<label key=${one}>
			<input type="radio" name=${name} value=${one} checked=${one === value} onChange=${() => set(one)} />
			<span>${icon && html`<${Icon} name=${icon} />`}${text}</span></label>`)}</div>
	</fieldset>`;
}

// What is looked for; found(text) after a short rest.  value: what it is elsewhere, as in the address; while
// one types, what is typed holds.
export function SearchField({ label, value = "", found, placeholder, ...rest }) {
	const place = useRef(null);
	const timer = useRef(null);

	useEffect(() => {
		if (place.current !== document.activeElement)
			place.current.value = value;
	}, [value]);
	function typed(event) {
		clearTimeout(timer.current);
		timer.current = setTimeout(found, PAUSE, event.target.value.trim());
	}

	return html`<div class="search">
		<${Icon} name="search" />
		<input class="input" type="search" aria-label=${label} placeholder=${placeholder ?? label} defaultValue=${value} ref=${place} onInput=${typed} ...${rest} />
	</div>`;
}

const PAUSE = 200; // ms without a key
