// SPDX-License-Identifier: ISC
//
// What can be told without a browser: both languages say the same, every sentence and every file that is asked
// for exists, and what the first page needs is named ahead.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const www = new URL("../../www/", import.meta.url);
const scripts = new URL("js/", www);
const read = (name) => readFile(new URL(name, www), "utf8");
const tables = (await readdir(new URL("i18n/", scripts))).filter((name) => name !== "index.js");
const load = async (name) => (await import(`data:text/javascript,${encodeURIComponent(await read(`js/i18n/${name}`))}`)).default;
const rows = (await Promise.all(tables.map(load))).flatMap(Object.entries);
const forms = (cell) => typeof cell === "string" ? [cell] : Object.values(cell);

test("every sentence has both languages, and in each the same gaps", () => {
	const gaps = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

	for (const [key, row] of rows) {
		assert.equal(row.length, 2, key);
		for (const text of row.flatMap(forms))
			assert.deepEqual(gaps(text), gaps(forms(row[0]).at(-1)), key);
		for (const cell of row.filter((one) => typeof one !== "string"))
			assert.ok("other" in cell, `${key} says nothing for most numbers`);
	}
});

test("no sentence is in two tables", () => {
	const seen = rows.map(([key]) => key);

	assert.deepEqual(seen.filter((key, i) => seen.indexOf(key) !== i), []);
});

test("every sentence a page asks for exists", async () => {
	const known = new Set(rows.map(([key]) => key));
	let asked = 0;

	for (const name of await readdir(scripts, { recursive: true })) {
		if (!name.endsWith(".js"))
			continue;
		for (const [, key] of (await read(`js/${name}`)).matchAll(/\bt\("([^"]+)"/g)) {
			assert.ok(known.has(key), `${name} asks for ${key}`);
			asked++;
		}
	}
	assert.ok(asked > 50);
});

test("pages for visitors ask for common words only", async () => {
	const common = new Set(Object.keys(await load("common.js")));

	for (const name of await readdir(scripts))
		if (name.endsWith(".js") && !["data.js"].includes(name))
			for (const [, key] of (await read(`js/${name}`)).matchAll(/\bt\("([^"]+)"/g))
				assert.ok(common.has(key), `${name} asks for ${key}, which common.js has not`);
});

test("every file is in the list of what is installed", async () => {
	const list = await read("Makefile.inc");

	for (const folder of ["js/", "style/", "app/"])
		for (const name of await readdir(new URL(folder, www), { recursive: true }))
			if (/\.(js|css|html)$/.test(name))
				assert.ok(list.includes(`\twww/${folder}${name} \\\n`), `www/Makefile.inc does not name www/${folder}${name}`);
});

// The modules that one imports without being asked, and all that those do.
async function imported(path, seen = new Set()) {
	if (seen.has(path) || path.startsWith("/vendor/"))
		return seen.add(path);
	seen.add(path);
	assert.ok(existsSync(new URL(`.${path}`, www)), path);
	for (const [, one] of (await read(`.${path}`)).matchAll(/^(?:import|export)\s[^;]*?"(\/[^"]+)";/gm))
		await imported(one, seen);
	return seen;
}

test("what the shell is made of is fetched at once, not one after the other", async () => {
	const named = [...(await read("app/index.html")).matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, path]) => path);
	const needed = await imported("/js/app/main.js");

	needed.delete("/js/app/main.js");
	assert.deepEqual(named.toSorted(), [...needed].sort());
});
