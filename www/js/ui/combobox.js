// SPDX-License-Identifier: ISC
//
// One of many, found by typing.  Options are given, or asked for as one types.

import { html, useContext, useEffect, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useUid } from "/js/app/store.js";
import { FormState } from "/js/ui/field.js";
import { Icon } from "/js/ui/icon.js";

const PAUSE = 150; // ms without a key before many are asked for

// options: { value, label, about? }; find(text): the same from elsewhere; known: the option of the value at the
// beginning, where none is given.  name puts the value in a form; with start, it is the form's from then on.
export function Combobox({ label, name, options = [], find, value, start, known, set = () => {}, placeholder, hint, required }) {
	const form = useContext(FormState);
	const id = useUid("b");
	const place = useRef(null);
	const [text, setText] = useState(null); // what is typed; null: nothing is
	const [found, setFound] = useState(null);
	const [at, setAt] = useState(0);
	const [taken, setTaken] = useState(known ?? null); // an option that was found
	const [own, setOwn] = useState(value ?? form.kept[name] ?? start);
	const kept = useRef(null);
	const held = value === undefined ? own : value;
	const shown = (find ? found : options.filter((one) => has(one, text ?? ""))) ?? [];
	const chosen = options.find((one) => one.value === held) ?? (taken?.value === held ? taken : undefined);
	const isOpen = text !== null;
	const wrong = form.wrong[name];

	useEffect(() => {
		if (!find || text === null)
			return undefined;
		let isOver = false;
		const timer = setTimeout(async () => {
			const got = await find(text).catch(() => []);
			if (!isOver)
				setFound(got);
		}, PAUSE);
		return () => { isOver = true; clearTimeout(timer); };
	}, [text]);
	useEffect(() => {
		place.current.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
	}, [at, isOpen]);

	function take(option) {
		setTaken(option);
		setOwn(option?.value ?? null);
		set(option?.value ?? null, option);
		setText(null);
		if (kept.current) { // the form learns of it
			kept.current.value = option?.value ?? "";
			kept.current.dispatchEvent(new Event("input", { bubbles: true }));
		}
	}

	function keys(event) {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			if (!isOpen)
				setText("");
			else
				setAt((at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(1, shown.length));
		} else if (event.key === "Enter" && isOpen) {
			event.preventDefault();
			if (shown[at])
				take(shown[at]);
		} else if (event.key === "Escape" && isOpen) {
			event.preventDefault();
			event.stopPropagation();
			setText(null);
		}
	}

	return html`<div class="field combobox" ref=${place}>
		<label for=${id}>${label}${required && html`<span class="must" aria-hidden="true"> *</span>`}</label>
		<div class="control">
			<input class="input" id=${id} role="combobox" autocomplete="off" aria-expanded=${String(isOpen)} aria-controls=${`${id}-list`}
				aria-autocomplete="list" aria-activedescendant=${isOpen && shown[at] ? `${id}-${at}` : undefined} aria-invalid=${wrong ? "true" : undefined}
				aria-describedby=${wrong ? `${id}-wrong` : hint ? `${id}-hint` : undefined} placeholder=${placeholder}
				value=${text ?? chosen?.label ?? ""} onClick=${() => setText(text ?? "")}
				onInput=${(event) => { setText(event.target.value); setAt(0); }} onKeyDown=${keys} onBlur=${() => setText(null)} />
			${held && !isOpen ? html`<button class="clear" type="button" aria-label=${`${t("clear")}: ${label}`} onClick=${() => take(null)}><${Icon} name="close" /></button>` :
				html`<${Icon} name="down" />`}
			<ul class="options" id=${`${id}-list`} role="listbox" aria-label=${label} hidden=${!isOpen}>
				${shown.map((one, i) => html`<li key=${one.value} id=${`${id}-${i}`} role="option" aria-selected=${String(i === at)}
					onPointerDown=${(event) => { event.preventDefault(); take(one); }}><span dir="auto">${one.label}</span>
					${one.about && html`<small>${one.about}</small>`}</li>`)}
				${shown.length === 0 && html`<li class="soft" role="option" aria-disabled="true" aria-selected="false">${t(find && !found ? "loading" : "nothing")}</li>`}
			</ul>
		</div>
		${name && html`<input type="hidden" name=${name} value=${held ?? ""} data-kept ref=${kept} />`}
		${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}
		${wrong && html`<span class="wrong" id=${`${id}-wrong`}>${wrong}</span>`}
	</div>`;
}

function has(option, text) {
	return `${option.label} ${option.about ?? ""}`.toLocaleLowerCase().includes(text.toLocaleLowerCase());
}
