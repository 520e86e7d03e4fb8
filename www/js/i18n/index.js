// SPDX-License-Identifier: ISC
//
// The words of scripted pages.  t(key, { name }) looks a sentence up in the
// reader's language and fills in {name}; English stands in for what is missing.

import en from "/js/i18n/en.js";
import de from "/js/i18n/de.js";

export const languages = { en: "English", de: "Deutsch" };
const catalogues = { en, de };

// A page begins in the language it is written in.
let language = pick([document.documentElement.lang]);

// Choose by the account's locale; an empty one leaves it to the browser.
export function useLanguage(locale) {
	language = pick(locale ? [locale] : navigator.languages ?? []);
	document.documentElement.lang = language;
}

export function currentLanguage() {
	return language;
}

export function knows(key) {
	return key in en;
}

export function t(key, values = {}) {
	const text = catalogues[language][key] ?? en[key];

	if (text === undefined)
		throw new Error(`no sentence for ${key}`);
	return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function dateTime(iso) {
	return new Intl.DateTimeFormat(language,
		{ dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

export function date(iso) {
	return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso));
}

// "3 minutes ago", "in 2 days".
export function relative(iso, now = Date.now()) {
	const seconds = (new Date(iso) - now) / 1000;
	const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
	const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

	for (const [unit, length] of steps)
		if (Math.abs(seconds) >= length)
			return format.format(Math.trunc(seconds / length), unit);
	return format.format(0, "second");
}

function pick(wanted) {
	for (const tag of wanted) {
		const base = tag.toLowerCase().split("-")[0];
		if (base in catalogues)
			return base;
	}
	return "en";
}
