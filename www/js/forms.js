// SPDX-License-Identifier: ISC
//
// What script adds to a plain form: it is sent without leaving the page, errors
// stand beside their fields, and a password can be looked at.  Without script
// the same form posts itself and comes back to #error-<code>.

import { post } from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { mountThemes } from "/js/themes.js";

// options.path: of the API; options.clean(values): last changes before sending;
// options.says: by code a sentence, or what to do, where the usual one would mislead here;
// options.done(body, next): what comes after, if not to go on.
// A form that signs in asks for tokens in cookies alone, where no script can read them.
export function enhance(form, { path, clean = (values) => values, says = {}, done = (body, next) => location.assign(next) }) {
	form.noValidate = true;
	form.elements.next.value = wanted() ?? form.elements.next.value;
	for (const input of form.querySelectorAll(".password input"))
		addToggle(input);
	for (const place of document.querySelectorAll("[data-themes]:empty"))
		mountThemes(place);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		submit(form, { path, clean, says, done });
	});
	form.addEventListener("input", (event) => setWrong(event.target, ""));
	firstEmpty(form)?.focus();
}

// Where to go on, from ?next=, if it is a page of ours.
function wanted() {
	const next = new URLSearchParams(location.search).get("next");

	return next && /^\/(?![/\\])/.test(next) ? next : null;
}

async function submit(form, { path, clean, says, done }) {
	const button = form.querySelector("[type=submit]");
	const { next, ...values } = Object.fromEntries(new FormData(form));

	if (button.getAttribute("aria-busy") === "true" || !isFilled(form))
		return;
	if ("cookie" in values)
		values.cookie = true;
	button.setAttribute("aria-busy", "true");
	form.querySelector("[data-problem]").hidden = true;
	try {
		const { body } = await post(path, clean(values));
		done(body, next);
	} catch (problem) {
		if (typeof says[problem.code] === "function")
			says[problem.code]();
		else
			show(form, says[problem.code] ?? problem.message, problem.fields);
		button.removeAttribute("aria-busy");
	}
}

function isFilled(form) {
	let first = null;

	for (const input of form.querySelectorAll("[required]")) {
		const short = input.minLength > 0 && [...input.value].length < input.minLength;
		const wrong = input.value.trim() === "" ? t("field.2003") : short ? t("field.short") : "";
		setWrong(input, wrong);
		if (wrong)
			first ??= input;
	}
	first?.focus();
	return first === null;
}

function show(form, message, fields = {}) {
	const note = form.querySelector("[data-problem]");
	let first = null;

	if (location.hash)
		history.replaceState(null, "", location.pathname + location.search);
	for (const [name, wrong] of Object.entries(fields)) {
		const input = form.elements[name];
		if (!input)
			continue;
		setWrong(input, wrong);
		first ??= input;
	}
	note.textContent = message;
	note.hidden = false;
	(first ?? note).focus();
}

function setWrong(input, message) {
	const place = document.getElementById(`${input.id}-wrong`);

	if (!place)
		return;
	place.textContent = message;
	if (message)
		input.setAttribute("aria-invalid", "true");
	else
		input.removeAttribute("aria-invalid");
}

function addToggle(input) {
	const button = document.createElement("button");
	const label = () => {
		button.textContent = t(input.type === "password" ? "password.show" : "password.hide");
		button.setAttribute("aria-pressed", String(input.type === "text"));
	};

	button.type = "button";
	button.className = "toggle";
	button.setAttribute("aria-controls", input.id);
	button.addEventListener("click", () => {
		input.type = input.type === "password" ? "text" : "password";
		label();
		input.focus();
	});
	input.form.addEventListener("submit", () => {
		input.type = "password";
		label();
	});
	label();
	input.after(button);
}

function firstEmpty(form) {
	return location.hash ? null : form.querySelector("input:not([type=hidden]):placeholder-shown, input:not([type=hidden])");
}
