// SPDX-License-Identifier: ISC
//
// What a page test needs: a browser of its own kind, somebody who may everything, and an eye on the console.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { base, enter, launch, register } from "./browser.mjs";
import { holdMail } from "./mail.mjs";

export { enter, hasSettled } from "./browser.mjs";

const CHAIR = { fullName: "Charlie Chair", email: "chair@example.test", password: "three quiet herons wade" };
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export let browser;
export let first; // whoever registered first here: on an empty system the chairperson

before(async () => {
	holdMail(true);
	browser = await launch();
	const context = await browser.newContext({ baseURL: base });
	first = await enter(context, CHAIR).catch(() => register(context, CHAIR));
	await context.close();
});
after(() => {
	holdMail(false);
	return browser.close();
});

// A page test: fails also when the page wrote an error to the console, which a
// violated Content-Security-Policy does too.
export function page(name, options, run) {
	test(name, async (t) => {
		const context = await browser.newContext({ baseURL: base, reducedMotion: "reduce", ...options });
		const faults = [];
		const open = async () => {
			const one = await context.newPage();
			one.setDefaultTimeout(30000);
			one.on("pageerror", (error) => faults.push(String(error)));
			one.on("console", (message) => {
				if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
					faults.push(message.text());
			});
			return one;
		};
		try {
			await run(await open(), { context, open, t });
			assert.deepEqual(faults, []);
		} finally {
			await context.close();
		}
	});
}

export const isShown = (one, selector) => one.locator(selector).filter({ visible: true }).first().waitFor();

export async function signIn(one, { email, password }, path = "/sign-in/") {
	await one.goto(path);
	await one.getByLabel("E-mail address").fill(email);
	await one.getByLabel("Password", { exact: true }).fill(password);
	await one.getByRole("button", { name: "Sign in" }).click();
}

// Nothing to mend by axe; the page is drawn without its policy, so that axe may run.  In the dark only
// colours are others.
export async function isAccessible(one, where) {
	await one.evaluate(axe);
	const { violations } = await one.evaluate((rules) => window.axe.run({
		runOnly: matchMedia("(prefers-color-scheme: dark)").matches ? { type: "rule", values: ["color-contrast"] } : rules }), RULES);

	assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), []);
}

export async function isNarrow(one, where) {
	const wide = await one.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

	assert.ok(wide <= 0, `${where} is ${wide} pixels too wide`);
}
