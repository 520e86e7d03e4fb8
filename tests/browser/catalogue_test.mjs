// SPDX-License-Identifier: ISC
//
// The words of scripted pages: both languages say the same things, and every
// sentence a page asks for exists.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const scripts = new URL("../../www/js/", import.meta.url);
const load = async (language) => (await import(`data:text/javascript,${encodeURIComponent(
	await readFile(new URL(`i18n/${language}.js`, scripts), "utf8"))}`)).default;
const en = await load("en");
const de = await load("de");

test("both languages have the same sentences", () => {
	assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
});

test("a sentence has the same gaps in both languages", () => {
	const gaps = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

	for (const key of Object.keys(en))
		assert.deepEqual(gaps(de[key]), gaps(en[key]), key);
});

test("every sentence a page asks for exists", async () => {
	let asked = 0;

	for (const name of await readdir(scripts, { recursive: true })) {
		if (!name.endsWith(".js"))
			continue;
		const source = await readFile(new URL(name, scripts), "utf8");
		for (const [, key] of source.matchAll(/\bt\("([^"]+)"/g)) {
			assert.ok(key in en, `${name} asks for ${key}`);
			asked++;
		}
	}
	assert.ok(asked > 50);
});
