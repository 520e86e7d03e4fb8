// SPDX-License-Identifier: ISC
//
// Pictures of every page at three widths, light and dark, from a running instance:
//
//	BASE_URL=http://127.0.0.1:8080 node shots.mjs FOLDER [PATTERN]
//
// Signs in as SHOTS_EMAIL with SHOTS_PASSWORD, or registers an account of its own, for the signed-in part, the pages of which it has from their own table, and
// fills an empty system with people of many scripts.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { base, enter, hasSettled, launch, register, someone } from "./browser.mjs";
import { addresses } from "./registry.mjs";

const folder = process.argv[2];
const only = process.argv[3]; // a pattern of names
if (!folder) {
	console.error("usage: BASE_URL=http://HOST:PORT node shots.mjs FOLDER [PATTERN]");
	process.exit(2);
}

const WIDTHS = [[320, 720], [1280, 800], [2560, 1440]];
const PUBLIC = {
	start: "/", "sign-in": "/sign-in/", "sign-in-wrong": "/sign-in/#error-1002", register: "/register/",
	reset: "/reset/#code", verify: "/verify/#sent",
	missing: "/no-such-page", docs: "/docs/", errors: "/docs/errors/#1002",
};
const NAMES = ["Amara Okafor", "Jonas Weber", "Wilhelmina Featherstonehaugh-Cholmondeley von und zu Hohenlohe-Langenburg", "ليلى الحداد",
	"Õie Kask", "Sofía Álvarez", "Rahul Mehta", "Nora Lindqvist", "Tomasz Zieliński", "Owen Hughes", "Chloé Martin", "Ивaн Петров",
	"Grace Kim", "Diego Torres", "Hanna Virtanen", "Yusuf Demir", "Priya Nair", "Elif Kaya", "Marta Rossi", "Björn Þórsson"];
const WORK = ["Sales", "Support", "Head of operations", "Bookkeeping", undefined];

await mkdir(folder, { recursive: true });
const browser = await launch();
const context = await browser.newContext({ baseURL: base });
const who = process.env.SHOTS_EMAIL ? await enter(context, { email: process.env.SHOTS_EMAIL, password: process.env.SHOTS_PASSWORD }) :
	await register(context, { ...someone(), fullName: "Ada Lindgren", email: "ada@example.test" }).catch(() => register(context));
if (!process.env.SHOTS_EMAIL && who.role === "chairperson")
	await fill(context);
const { cookies } = await context.storageState();
for (const colorScheme of ["light", "dark"])
	await pictures(colorScheme);
await browser.close();

async function fill({ request }) {
	const post = async (path, data = {}) => (await request.post(`/api/v1/${path}`, { headers: { Origin: base }, data })).json();

	for (const [i, fullName] of NAMES.entries()) {
		const { user } = await post("users", { fullName, email: `person${i}@example.test`, role: i % 5 ? "employee" : "manager", designation: WORK[i % 5] });
		if (i % 9 === 4)
			await post(`users/${user.id}/revoke`);
	}
	for (const title of ["Order paper", "Ask Jonas about the lease", "Ideas for the autumn fair"])
		await post("notes", { title, text: "To be done before the end of the month.", tags: ["office"] });
}

async function pictures(colorScheme) {
	const look = { colorScheme, baseURL: base, reducedMotion: "reduce" };
	const visitor = await browser.newContext(look);
	const member = await browser.newContext({ ...look, storageState: { cookies, origins: [] } });
	const outside = await visitor.newPage();
	const inside = await member.newPage();

	for (const [name, path] of Object.entries(PUBLIC))
		await picture(outside, `${name}-${colorScheme}`, path);
	for (const [name, path] of addresses)
		await picture(inside, `app-${name}-${colorScheme}`, path);
	await picture(inside, `app-people-one-${colorScheme}`, `/app/people/${who.id}`);
	await picture(inside, `app-palette-${colorScheme}`, "/app/", (page) => page.keyboard.press("Control+k"));
	await visitor.close();
	await member.close();
}

async function picture(page, name, path, then) {
	for (const [width, height] of WIDTHS) {
		const file = `${name}-${width}.png`;
		if (only && !new RegExp(only).test(file))
			continue;
		await page.setViewportSize({ width, height });
		await page.goto("about:blank");
		await page.goto(path);
		await hasSettled(page, { timeout: 5000 }).catch(() => {}); // the design page shows what never comes
		await then?.(page);
		if (width < 1000) // the sheet scrolls, not the window
			await page.setViewportSize({ width, height: Math.min(8000, height + await page.evaluate(() => {
				const part = document.getElementById("content");
				return part ? part.scrollHeight - part.clientHeight : 0;
			})) });
		await page.evaluate(() => document.fonts.ready);
		await page.screenshot({ path: join(folder, file), fullPage: width < 1000 });
	}
}
