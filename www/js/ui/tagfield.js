// SPDX-License-Identifier: ISC
//
// Several short words in one field: each a chip that can be taken out, the next one typed behind them.  Enter, a comma
// or a space ends a word, Backspace in the empty field takes the last one out.  In a form it is one value, with
// spaces between.

import { html, useContext, useRef, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useUid } from "/js/app/store.js";
import { FormState, useOwnValue } from "/js/ui/field.js";
import { Icon } from "/js/ui/icon.js";

// value: where it begins; options: what one may want to type.
export function TagField({ name, label, hint, value = [], options = [], required, set = () => {}, ...rest }) {
	const form = useContext(FormState);
	const id = useUid("g");
	const [own, setOwn] = useState(value);
	const [text, setText] = useState("");
	const place = useRef(null);
	const changed = useOwnValue(place, () => { setOwn(value); setText(""); });
	const wrong = form.wrong[name];

	function put(next) {
		if (next.join() === own.join())
			return;
		setOwn(next);
		set(next);
		changed();
	}

	// What is typed becomes words, all but the last of them where that is not ended.
	function take(typed, isEnded) {
		const words = typed.split(/[\s,]+/u);
		const rest = isEnded ? "" : words.pop();
		setText(rest);
		put([...new Set([...own, ...words.filter(Boolean)])]);
	}

	function keys(event) {
		if (event.key === "Enter" && text.trim()) {
			event.preventDefault();
			take(text, true);
		} else if (event.key === "Backspace" && text === "" && own.length > 0) {
			put(own.slice(0, -1));
		}
	}

	return html`<div class="field tagfield">
		<label for=${id}>${label}${required && html`<span class="must" aria-hidden="true"> *</span>`}</label>
		<div class="input">${own.map((one) => html`<span class="tag" key=${one}><span dir="auto">${one}</span><button type="button" aria-label=${`${t("clear")}: ${one}`}
				onClick=${() => put(own.filter((other) => other !== one))}><${Icon} name="close" /></button></span>`)}
			<input id=${id} value=${text} list=${`${id}-list`} autocomplete="off" autocapitalize="none" spellcheck=${false} aria-invalid=${wrong ? "true" : undefined}
				aria-describedby=${[hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined} ...${rest}
				onInput=${(event) => options.includes(event.target.value) ? take(event.target.value, true) : take(event.target.value, false)} onKeyDown=${keys} onBlur=${() => take(text, true)} /></div>
		<datalist id=${`${id}-list`}>${options.filter((one) => !own.includes(one)).map((one) => html`<option key=${one} value=${one} />`)}</datalist>
		<input type="hidden" ref=${place} name=${name} value=${[...own, text.trim()].filter(Boolean).join(" ")} />
		${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}
		${wrong && html`<span class="wrong" id=${`${id}-wrong`}>${wrong}</span>`}
	</div>`;
}
