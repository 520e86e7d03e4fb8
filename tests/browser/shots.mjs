// SPDX-License-Identifier: ISC
//
// Pictures of every page at three widths, light and dark, from a running instance:
//
//	BASE_URL=http://127.0.0.1:8080 node shots.mjs FOLDER
//
// Registers an account of its own for the signed-in pages.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { base, launch, register } from "./browser.mjs";

const folder = process.argv[2];
const only = process.argv[3]; // part of a picture's name
if (!folder) {
	console.error("usage: BASE_URL=http://HOST:PORT node shots.mjs FOLDER [PART-OF-NAME]");
	process.exit(2);
}

const WIDTHS = [[320, 720], [1280, 800], [2560, 1440]];
const PAGES = {
	start: "/", "sign-in": "/sign-in/", "sign-in-wrong": "/sign-in/#error-1002", register: "/register/",
	reset: "/reset/#code", verify: "/verify/#sent",
	missing: "/no-such-page", docs: "/docs/", errors: "/docs/errors/#1002",
};
const PLACES = ["profile", "password", "sessions", "tokens", "people"];

await mkdir(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of ["light", "dark"])
	await pictures(colorScheme);
await browser.close();

async function pictures(colorScheme) {
	const context = await browser.newContext({ colorScheme, baseURL: base, reducedMotion: "reduce" });
	const page = await context.newPage();

	for (const [name, path] of Object.entries(PAGES))
		await picture(page, `${name}-${colorScheme}`, path);
	await register(context);
	for (const place of PLACES)
		await picture(page, `account-${place}-${colorScheme}`, `/account/#${place}`);
	await context.close();
}

async function picture(page, name, path) {
	for (const [width, height] of WIDTHS) {
		const file = `${name}-${width}.png`;
		if (only && !file.includes(only))
			continue;
		await page.setViewportSize({ width, height });
		await page.goto("about:blank");
		await page.goto(path, { waitUntil: "networkidle" });
		await page.evaluate(() => document.fonts.ready);
		await page.screenshot({ path: join(folder, file), fullPage: width < 1000 });
	}
}
