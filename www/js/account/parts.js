// SPDX-License-Identifier: ISC
//
// The small pieces that the places of the account page are made of.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";

const ICONS = {
	person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0",
	lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 15v1.5",
	screen: "M4 5h16v11H4zM9 20h6m-3-4v4",
	phone: "M7.5 3.5h9v17h-9zM11 17.5h2",
	key: "M14.5 13.5a4.5 4.5 0 1 0-4-2.5L4 17.5V20h3v-2h2v-2h1.5l2-2M16 8h.01",
	people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 4.3a3.5 3.5 0 0 1 0 6.4M17.5 14a6.5 6.5 0 0 1 4 5.5",
	terminal: "M4 5h16v14H4zM8 10l2.5 2L8 14m5 1h3",
};

export function Icon({ name }) {
	return html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7"
		stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

export function Face({ name, large }) {
	const words = name.trim().split(/\s+/u);
	const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((w) => [...w][0] ?? "");

	return html`<span class=${large ? "face large" : "face"} aria-hidden="true">${letters.join("").toLocaleUpperCase()}</span>`;
}

export function Skeleton({ label }) {
	return html`<div class="skeleton" role="status"><span class="unseen">${label ?? t("loading")}</span><i /><i /><i /></div>`;
}

export function Note({ problem, kind = "danger", children }) {
	const place = useRef(null);

	useEffect(() => {
		if (problem)
			place.current.focus();
	}, [problem]);
	return html`<div class=${`note ${kind}`} role="alert" tabindex="-1" ref=${place}>${problem ? problem.message : children}</div>`;
}

// A labelled input.  Everything not named here goes to the input itself.
export function Field({ id, label, hint, wrong, as = "input", children, ...rest }) {
	const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");

	return html`<div class="field">
		<label for=${id}>${label}</label>
		<${as} class="input" id=${id} name=${id} aria-invalid=${wrong ? "true" : undefined}
			aria-describedby=${described || undefined} ...${rest}>${children}<//>
		${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}
		${wrong && html`<span class="wrong" id=${`${id}-wrong`}>${wrong}</span>`}
	</div>`;
}

export function Busy({ busy, children, kind = "", ...rest }) {
	return html`<button class=${`button ${kind}`} aria-busy=${busy ? "true" : undefined} ...${rest}>${children}</button>`;
}

// A button for what cannot be undone: it asks once more in its own place.
export function Sure({ label, question, act, name }) {
	const [asked, setAsked] = useState(false);
	const yes = useRef(null);

	useEffect(() => {
		if (asked)
			yes.current.focus();
	}, [asked]);
	if (!asked)
		return html`<button class="button bare danger compact" type="button" aria-label=${`${label}: ${name}`}
			onClick=${() => setAsked(true)}>${label}</button>`;
	return html`<button class="button danger compact" type="button" ref=${yes} onClick=${act}>${question}</button>
		<button class="button bare compact" type="button" onClick=${() => setAsked(false)}>${t("cancel")}</button>`;
}

// A secret that is shown once: to copy, and then to put away.
export function Once({ secret, title, about, close }) {
	async function copy() {
		try {
			await navigator.clipboard.writeText(secret);
			toast(t("once.copied"));
		} catch {
			toast(t("once.by-hand"));
		}
	}

	return html`<section class="note stack" role="status" aria-label=${title}>
		<p><strong>${title}</strong> ${about}</p>
		<div class="secret">
			<code data-secret>${secret}</code>
			<button class="button compact" type="button" onClick=${copy}>${t("copy")}</button>
			<button class="button quiet compact" type="button" onClick=${close}>${t("once.kept")}</button>
		</div>
	</section>`;
}

// The rows of a list in the API, page after page: { rows, problem, more, reload }.
export function useList(path) {
	const [state, setState] = useState({ rows: null, next: null, problem: null });

	async function load(after) {
		try {
			const mark = path.includes("?") ? "&" : "?";
			const { body } = await api.get(after ? `${path}${mark}after=${encodeURIComponent(after)}` : path);
			setState((was) => ({
				rows: after ? [...was.rows, ...body.items] : body.items,
				next: body.next ?? null,
				problem: null,
			}));
		} catch (problem) {
			setState((was) => ({ ...was, problem }));
		}
	}

	useEffect(() => { load(); }, [path]);
	return { ...state, more: state.next && (() => load(state.next)), reload: () => load() };
}

export function List({ list, empty, row }) {
	if (list.problem)
		return html`<${Note} problem=${list.problem} />`;
	if (!list.rows)
		return html`<div class="card"><${Skeleton} /></div>`;
	if (list.rows.length === 0)
		return html`<div class="card empty">${empty}</div>`;
	return html`<ul class="card rows">${list.rows.map(row)}</ul>
		${list.more && html`<div><button class="button quiet" type="button" onClick=${list.more}>${t("more")}</button></div>`}`;
}

// --- short messages at the foot of the page ------------------------------------

const LASTS = 7000; // ms
let tell = () => {};

// Say something; action is { label, act } for an undo.  What is said later about
// the same thing takes the place of what was said before.
export function toast(message, action, about) {
	tell({ message, action, about, id: crypto.randomUUID() });
}

export function Toasts() {
	const [shown, setShown] = useState([]);
	const drop = (id) => setShown((was) => was.filter((one) => one.id !== id));

	useEffect(() => {
		tell = (one) => {
			setShown((was) => [...was.filter((old) => !one.about || old.about !== one.about).slice(-2), one]);
			setTimeout(drop, LASTS, one.id);
		};
	}, []);
	return html`<div class="toasts" role="status">${shown.map((one) => html`<div class="toast" key=${one.id}>
		<span>${one.message}</span>
		${one.action && html`<button class="button bare compact" type="button"
			onClick=${() => { drop(one.id); one.action.act(); }}>${one.action.label}</button>`}
	</div>`)}</div>`;
}
