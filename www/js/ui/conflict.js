// SPDX-License-Identifier: ISC
//
// Two people changed one record.  What only one of them touched is kept without a question; of what both
// did, this asks field by field which of the two shall hold.

import { html, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { store, useStore } from "/js/app/store.js";
import { Button } from "/js/ui/button.js";
import { Dialog } from "/js/ui/dialog.js";
import { shownValue } from "/js/ui/diff.js";
import { toast } from "/js/ui/toast.js";

const asked = store(null); // { fields, mine, theirs, labels, shown, answer }
const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

// Resolves to what of ours is to be sent over theirs, or to null where the person gives up.
export function settle({ base, mine, theirs, labels = {}, shown }) {
	const left = Object.fromEntries(Object.entries(mine).filter(([name, value]) => !same(theirs[name], value)));
	const fields = Object.keys(left).filter((name) => !same(base[name], theirs[name]));

	if (fields.length === 0) {
		toast(t("conflict.merged"));
		return Promise.resolve(left);
	}
	return new Promise((resolve) => {
		asked.set({ fields, mine: left, theirs, labels, shown, answer(value) { asked.set(null); resolve(value); } });
	});
}

export function Conflicts() {
	const one = useStore(asked);

	return one && html`<${Question} ...${one} />`;
}

function Question({ fields, mine, theirs, labels, shown = () => {}, answer }) {
	const [taken, setTaken] = useState({}); // by field: is theirs to hold?

	function send() {
		answer(Object.fromEntries(Object.entries(mine).filter(([name]) => !taken[name])));
	}

	return html`<${Dialog} title=${t("conflict.title")} wide close=${() => answer(null)} actions=${html`
			<${Button} kind="bare" onClick=${() => answer(null)}>${t("cancel")}<//>
			<${Button} kind="main" onClick=${send}>${t("conflict.save")}<//>`}>
		<p class="soft">${t("conflict.about")}</p>
		${fields.map((name) => html`<fieldset class="versions" key=${name}>
			<legend>${labels[name] ?? name}</legend>
			${[[false, "conflict.mine", mine[name]], [true, "conflict.theirs", theirs[name]]].map(([is, key, value]) => html`<label key=${key}>
				<input type="radio" name=${name} checked=${Boolean(taken[name]) === is} onChange=${() => setTaken({ ...taken, [name]: is })} />
				<span><small>${t(key)}</small><span dir="auto">${shown(name, value) ?? shownValue(value)}</span></span></label>`)}
		</fieldset>`)}
	<//>`;
}
