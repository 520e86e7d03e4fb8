// SPDX-License-Identifier: ISC
//
// The words of scripted pages.  A file beside this one is a table of rows, each a key with
// its English and its German; who needs one hands it to words().  t(key, { name, n })
// looks a row up in the reader's language, fills in {name}, and where a cell holds
// several forms takes the one that fits n.

import common from "/js/i18n/common.js";

export const languages = { en: "English", de: "Deutsch" };
const CELL = { en: 0, de: 1 };
const rows = new Map();

// A page begins in the language it is written in.
let language = pick([document.documentElement.lang]);

words(common);

export function words(table) {
	for (const [key, row] of Object.entries(table))
		rows.set(key, row);
}

// Choose by the account's locale; an empty one leaves it to the browser.  A promise where words of the server are to
// come yet.
export function useLanguage(locale) {
	language = pick(locale ? [locale] : navigator.languages ?? []);
	document.documentElement.lang = language;
	return language === "de" && whole.size === 0 ? learnServer() : null;
}

// What the server says: the German by the English, and where something is filled in, { pattern, pieces }.
const whole = new Map();
const filled = [];

async function learnServer() {
	const { default: table } = await import("/js/server-words.js").catch(() => ({ default: {} })); // it is then English

	for (const [english, german] of Object.entries(table))
		if (english.includes("%s"))
			filled.push({ pattern: patternOf(english), pieces: german.split("%s") });
		else
			whole.set(english, german);
}

function patternOf(sentence) {
	const parts = sentence.split("%s").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));

	return new RegExp(`^${parts.join("(.+?)")}$`, "s");
}

// What the server said, in the reader's language where we have it.
export function translated(text) {
	return language !== "de" ? text : whole.get(text) ?? fill(text) ?? text;
}

function fill(text) {
	for (const { pattern, pieces } of filled) {
		const found = pattern.exec(text);
		if (found)
			return pieces.map((piece, i) => piece + (found[i + 1] ?? "")).join("");
	}
	return null;
}

export function currentLanguage() {
	return language;
}

export function knows(key) {
	return rows.has(key);
}

export function t(key, values = {}) {
	const row = rows.get(key);

	if (!row)
		throw new Error(`no sentence for ${key}`);
	const cell = row[CELL[language]];
	const text = typeof cell === "string" ? cell : cell[new Intl.PluralRules(language).select(values.n)] ?? cell.other;
	return text.replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
}

function shown(value) {
	return typeof value === "number" ? number(value) : value ?? "";
}

export function number(value, options) {
	return new Intl.NumberFormat(language, options).format(value);
}

export function percent(part) {
	return number(part, { style: "percent", maximumFractionDigits: 1 });
}

export function dateTime(iso) {
	return new Intl.DateTimeFormat(language,
		{ dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

export function date(iso) {
	return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso));
}

export function time(iso) {
	return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(new Date(iso));
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

// "a, b and c".
export function listing(items) {
	return new Intl.ListFormat(language, { type: "conjunction" }).format(items);
}

function pick(wanted) {
	for (const tag of wanted) {
		const base = tag.toLowerCase().split("-")[0];
		if (base in CELL)
			return base;
	}
	return "en";
}
