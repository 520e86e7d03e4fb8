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
		const own = says[problem.code];
		if (typeof own === "function")
			own();
		else
			show(form, own ?? problem.message, problem.fields, own !== undefined);
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

// A message that says it all leaves the fields marked, without a word of their own.
function show(form, message, fields = {}, saysAll = false) {
	const note = form.querySelector("[data-problem]");
	let first = null;

	conceal();
	for (const [name, wrong] of Object.entries(fields)) {
		const input = form.elements[name];
		if (!input)
			continue;
		setWrong(input, saysAll ? "" : wrong, true);
		first ??= input;
	}
	note.textContent = message;
	note.hidden = false;
	(first ?? note).focus();
}

// What the address told no longer holds.  Without its fragment the page still has its
// target, which a rule may go by, so that is only hidden.
function conceal() {
	const told = document.querySelector(".reveal:target");

	if (location.hash)
		history.replaceState(null, "", location.pathname + location.search);
	if (told)
		told.hidden = true;
}

// Say what stands in the page under this name.
export function reveal(name) {
	const told = document.getElementById(name);

	told.hidden = false;
	location.hash = name;
	return told;
}

function setWrong(input, message, isWrong = message !== "") {
	const place = document.getElementById(`${input.id}-wrong`);

	if (!place)
		return;
	place.textContent = message;
	if (isWrong)
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
