// SPDX-License-Identifier: ISC
//
// Pages on the real stream: what others do shows at once, who is put out is led away, and
// nothing is missed while push is down.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { base, launch, register, someone } from "./browser.mjs";

const MINE = process.env.BUREAU_HOME; // of the instance, where it is ours to break

let browser;
let chair; // a context

before(async () => {
	browser = await launch();
	chair = await browser.newContext({ baseURL: base });
	if (MINE) {
		const { email, password } = someone();
		execFileSync(`${process.env.build}/bin/bureau/bureau`, ["user", "add", email, "--name", "Chair Example",
			"--role", "chairperson", "--password-stdin"], { input: password });
		await signIn(chair, { email, password });
	}
});
after(() => browser.close());

async function signIn(context, { email, password }) {
	const answer = await context.request.post("/api/v1/auth/login", { headers: { Origin: base }, data: { email, password, cookie: true } });

	assert.equal(answer.status(), 200, await answer.text());
}

async function act(context, method, path, data) {
	const answer = await context.request.fetch(`/api/v1/${path}`, { method, headers: { Origin: base }, data });

	assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
	return answer.status() === 204 ? null : answer.json();
}

// Both ways: by a worker, and by the tab that leads.
function live(name, run) {
	for (const way of ["worker", "leader"])
		test(`${name}, by a ${way}`, { skip: !MINE && "the instance is elsewhere" }, async () => {
			const context = await browser.newContext({ baseURL: base });
			if (way === "leader")
				await context.addInitScript(() => { delete window.SharedWorker; });
			try {
				await run({ context, person: await register(context), open: (place) => open(context, place) });
			} finally {
				await context.close();
			}
		});
}

async function open(context, place) {
	const tab = await context.newPage();

	tab.setDefaultTimeout(30000);
	await tab.goto(`/account/#${place}`);
	await tab.locator("[data-connection=live]").waitFor();
	return tab;
}

function pushes() {
	return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
		try {
			return readFileSync(`/proc/${pid}/comm`, "ascii").trim() === "bureau-push"
				&& readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(`BUREAU_HOME=${MINE}`);
		} catch {
			return false;
		}
	}).map(Number);
}

live("a session that begins elsewhere shows at once, and so does its end", async ({ person, open: tab }) => {
	const tabs = [await tab("sessions"), await tab("sessions")];
	const elsewhere = await browser.newContext({ baseURL: base, userAgent: "Gadget/1.0" });
	await signIn(elsewhere, person);
	for (const one of tabs)
		await one.locator("li:has-text('Gadget')").waitFor();
	await act(elsewhere, "POST", "auth/logout", {});
	for (const one of tabs)
		await one.locator("li:has-text('Gadget')").waitFor({ state: "detached" });
	await elsewhere.close();
});

live("what concerns the account is told at once, and is read in all tabs", async ({ person, open: tab }) => {
	const [one, other] = [await tab("profile"), await tab("notifications")];
	const elsewhere = await browser.newContext({ baseURL: base, userAgent: "Gadget/1.0" });
	await signIn(elsewhere, person);
	await one.locator(".toast:has-text('New sign-in from')").waitFor();
	await other.locator("li:has-text('New sign-in from'):has-text('New')").waitFor();
	await act(elsewhere, "POST", "notifications/read", { all: true });
	await other.locator("li:has-text('New sign-in from') .badge").waitFor({ state: "detached" });
	await elsewhere.close();
});

live("who is revoked is led to the sign-in page within a second, which says why", async ({ person, open: tab }) => {
	const tabs = [await tab("sessions"), await tab("profile")];
	const began = Date.now();
	await act(chair, "POST", `users/${person.id}/revoke`);
	for (const one of tabs)
		await one.waitForURL(/\/sign-in\/\?why=revoked&next=/, { waitUntil: "commit" });
	const took = Date.now() - began;
	for (const one of tabs)
		await one.locator("[role=alert]:has-text('Access to this account was taken away')").filter({ visible: true }).waitFor();
	assert.ok(took < 1000, `${took} ms`);
});

live("a session ended from another device ends here", async ({ person, open: tab }) => {
	const one = await tab("profile");
	const elsewhere = await browser.newContext({ baseURL: base });
	await signIn(elsewhere, person);
	const { items } = await act(elsewhere, "GET", "auth/sessions");
	await act(elsewhere, "DELETE", `auth/sessions/${items.find(({ current }) => !current).id}`);
	await one.waitForURL(/\/sign-in\/\?why=ended/);
	await one.locator("[role=status]:has-text('Your session has ended')").filter({ visible: true }).waitFor();
	await elsewhere.close();
});

live("signing out in one tab signs the others out", async ({ open: tab }) => {
	const [one, other] = [await tab("profile"), await tab("sessions")];
	await one.getByRole("button", { name: "Sign out" }).click();
	await one.waitForURL("/sign-in/#signed-out");
	// Whether it asked before the cookies had gone decides on the words.
	await other.waitForURL(/\/sign-in\/(#signed-out|\?why=ended)/);
});

live("push is killed: pages say so, go on by themselves and have missed nothing", async ({ person, open: tab }) => {
	const tabs = [await tab("sessions"), await tab("tokens")];
	const elsewhere = await browser.newContext({ baseURL: base, userAgent: "Gadget/1.0" });
	for (const one of tabs)
		await one.evaluate(() => {
			window.states = [];
			return import("/js/live.js").then((live) => live.onConnection(({ state }) => window.states.push(state)));
		});
	for (const pid of pushes())
		process.kill(pid, "SIGKILL");
	await signIn(elsewhere, person);
	await tabs[0].locator("li:has-text('Gadget')").waitFor();
	for (const one of tabs) {
		await one.locator("[data-connection=live]").waitFor();
		assert.notEqual((await one.evaluate(() => window.states))[0], "live");
		assert.ok((await one.evaluate(() => window.states)).includes("live"));
	}
	await elsewhere.close();
});
