// SPDX-License-Identifier: ISC
//
// The client of the stream: one for all tabs, resumed without a gap, ended with the session.
// With a stand-in for the stream where the real one would do it only in rare moments.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { base, launch, register } from "./browser.mjs";
import { Edge, problem } from "./edge.mjs";

const EPOCH = "0123abcd";
const id = (seq) => `${EPOCH}:${seq}`;

let browser;

before(async () => { browser = await launch(); });
after(() => browser.close());

async function until(what, seconds = 20) {
	for (const end = Date.now() + seconds * 1000; ;) {
		const got = await what();
		if (got)
			return got;
		assert.ok(Date.now() < end, `it did not come to be: ${what}`);
		await new Promise((resolve) => { setTimeout(resolve, 20); });
	}
}

async function signIn(context, url, { email, password }) {
	await context.clearCookies();
	const answer = await context.request.post(`${url}/api/v1/auth/login`,
		{ headers: { Origin: url }, data: { email, password, cookie: true } });

	assert.equal(answer.status(), 200);
	return (await answer.json()).user;
}

async function newcomer() {
	const context = await browser.newContext();
	const person = await register(context);

	await context.close();
	return person;
}

// A test of both ways to share a stream: by a worker, and by the tab that leads.
function both(name, run) {
	for (const way of ["worker", "leader"])
		test(`${name}, by a ${way}`, async () => {
			const edge = await new Edge().open();
			const context = await browser.newContext({ baseURL: edge.url });
			const faults = [];
			const person = await signIn(context, edge.url, await newcomer());

			if (way === "leader")
				await context.addInitScript(() => { delete window.SharedWorker; });
			try {
				await run({ edge, context, person, way, open: (cursor) => open(context, faults, { user: person.id, cursor }) });
				assert.deepEqual(faults, []);
			} finally {
				await context.close();
				edge.close();
			}
		});
}

// A tab that writes down what its page is told.
async function open(context, faults, { user, cursor = id(0) }) {
	const tab = await context.newPage();

	tab.on("pageerror", (error) => faults.push(String(error)));
	await tab.goto("/docs/errors/");
	await tab.evaluate(async (me) => {
		window.heard = [];
		window.changes = [];
		window.live = await import("/js/live.js");
		for (const name of ["refresh_data", "notification", "getOnlineUsers", "reset"])
			window.live.on(name, (data) => window.heard.push(data?.n ?? name));
		window.live.whenChanged(["things"], (list) => window.changes.push(list));
		await window.live.start(me);
	}, { user, cursor });
	await until(() => isIn(tab, "live"));
	return tab;
}

const isIn = async (tab, state) => await tab.evaluate(() => window.live.connection.state) === state;
const heard = (tab) => tab.evaluate(() => window.heard);
const thing = (n) => ({ resource: "things", id: `t${n}`, action: "updated", n });
const upTo = (last, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n);
const hears = async (tab, list) => {
	await until(async () => (await heard(tab)).length >= list.length);
	assert.deepEqual(await heard(tab), list);
};

both("tabs share one stream and hear the same, in order", async ({ edge, open: tab }) => {
	const tabs = [await tab(), await tab(), await tab()];
	for (const n of upTo(100))
		edge.say("refresh_data", thing(n), id(n));
	for (const one of tabs)
		await hears(one, upTo(100));
	assert.equal(edge.asked.length, 1);
});

both("a stream that was cut goes on behind the last event, without a gap or a repeat", async ({ edge, open: tab }) => {
	const tabs = [await tab(), await tab()];
	let n = 0;
	for (const round of upTo(5)) {
		edge.say("refresh_data", thing(++n), id(n));
		for (const one of tabs)
			await until(async () => (await heard(one)).length === n);
		edge.cut();
		edge.say("refresh_data", thing(++n), id(n));
		await until(() => edge.asked.length === round + 1 && edge.streams.size === 1);
		edge.history.forEach(([, text]) => edge.streams.forEach(({ response }) => response.write(text))); // once more
	}
	for (const one of tabs)
		await hears(one, upTo(n));
	assert.deepEqual(edge.asked, [0, 1, 3, 5, 7, 9].map(id));
});

both("when the tab goes that was first, the others hear on", async ({ edge, open: tab }) => {
	const first = await tab();
	const others = [await tab(), await tab()];
	edge.say("refresh_data", thing(1), id(1));
	for (const one of others)
		await hears(one, [1]);
	await first.close();
	edge.say("refresh_data", thing(2), id(2));
	for (const one of others)
		await hears(one, [1, 2]);
	await until(() => edge.streams.size === 1);
});

both("the stream ends with the last tab", async ({ edge, open: tab }) => {
	const [one, two] = [await tab(), await tab()];
	await one.close();
	edge.say("refresh_data", thing(1), id(1));
	await hears(two, [1]);
	await two.goto("about:blank");
	await until(() => edge.streams.size === 0);
});

both("a tab that joins gets what came since it read its page", async ({ edge, open: tab }) => {
	const one = await tab();
	for (const n of upTo(10))
		edge.say("refresh_data", thing(n), id(n));
	edge.say("getOnlineUsers", { n: "who is here" });
	await until(async () => (await heard(one)).length === 11);
	const two = await tab(id(7));
	await hears(two, [8, 9, 10, "who is here"]);
	await two.evaluate((cursor) => window.live.position(cursor), id(5)); // of something read before
	await hears(two, [8, 9, 10, "who is here", 6, 7]);
	edge.say("refresh_data", thing(11), id(11));
	await hears(two, [8, 9, 10, "who is here", 6, 7, 11]);
	assert.equal(edge.asked.length, 1);
});

both("what a tab missed and is no longer kept makes it read again", async ({ edge, open: tab }) => {
	const one = await tab(id(100));
	edge.say("refresh_data", thing(101), id(101));
	await hears(one, [101]);
	const two = await tab(id(50));
	await hears(two, ["reset"]);
	await until(() => two.evaluate(() => window.changes.length === 1));
	assert.deepEqual(await two.evaluate(() => window.changes[0]), [{ resource: "things", id: null, action: "reset" }]);
});

both("an expired token is refreshed once, and nothing is lost", async ({ edge, context, open: tab }) => {
	const tabs = [await tab(), await tab()];
	let refreshed = 0;
	edge.onPass = (ask) => { refreshed += ask.url.endsWith("/refresh-token"); };
	edge.refuse = (answer) => !refreshed && problem(answer, 401, 1003);
	edge.say("refresh_data", thing(1), id(1));
	await hears(tabs[0], [1]);
	edge.cut();
	edge.say("refresh_data", thing(2), id(2));
	for (const one of tabs)
		await hears(one, [1, 2]);
	assert.equal(refreshed, 1);
	assert.equal((await context.request.get("/api/v1/auth/me")).status(), 200);
});

both("the end of the session leads to the sign-in page, which says why", async ({ edge, open: tab }) => {
	const tabs = [await tab(), await tab()];
	edge.refuse = (answer) => problem(answer, 403, 1007);
	edge.cut();
	for (const one of tabs) {
		await one.waitForURL(/\/sign-in\/\?why=revoked&next=%2Fdocs%2Ferrors%2F/);
		await one.locator("[role=alert]:has-text('Access to this account was taken away')").filter({ visible: true }).waitFor();
	}
});

both("who signs in as somebody else hears nothing of the one before, nor the other way round", async ({ edge, context, open: tab }) => {
	const [, left] = [await tab(), await tab()];
	const other = await signIn(context, edge.url, await newcomer());
	const theirs = await open(context, [], { user: other.id, cursor: id(0) });
	assert.equal(edge.streams.size, 2);
	const [old, young] = [...edge.streams];
	assert.notEqual(old.cookie, young.cookie);
	young.response.write(`id: ${id(1)}\nevent: refresh_data\ndata: ${JSON.stringify(thing("for the other"))}\n\n`);
	await hears(theirs, ["for the other"]);
	assert.deepEqual(await heard(left), []);
	const reloaded = left.waitForEvent("load");
	old.response.destroy(); // as the end of that session does
	await reloaded;
	await until(() => edge.streams.size === 1);
	edge.say("refresh_data", thing(2), id(2));
	await hears(theirs, ["for the other", 2]);
});

both("without a network the page says so, and goes on when it is back", async ({ edge, context, open: tab }) => {
	const one = await tab();
	await context.setOffline(true);
	await until(() => isIn(one, "offline"));
	await until(() => edge.streams.size === 0);
	edge.say("refresh_data", thing(1), id(1));
	await context.setOffline(false);
	await until(() => isIn(one, "live"));
	await hears(one, [1]);
});

both("a server that is busy is asked when it said", async ({ edge, open: tab }) => {
	const one = await tab();
	edge.refuse = (answer) => problem(answer, 503, 5001, { "Retry-After": "2" });
	const began = Date.now();
	edge.cut();
	await until(() => edge.asked.length === 3);
	assert.ok(Date.now() - began > 1000, `${Date.now() - began}`);
	assert.ok(await isIn(one, "connecting"));
	edge.refuse = null;
	await until(() => isIn(one, "live"));
});

both("changes of a burst are told once a frame, the last of each record", async ({ edge, open: tab }) => {
	const one = await tab();
	for (const n of upTo(500))
		edge.say("refresh_data", { ...thing(n), id: `t${n % 7}` }, id(n));
	await until(async () => (await heard(one)).length === 500);
	const told = await until(async () => {
		const lists = await one.evaluate(() => window.changes);
		return lists.flat().some(({ n }) => n === 500) && lists;
	});
	assert.ok(told.length < 100 && told.every((list) => list.length <= 7), `${told.length}`);
});

test("in the other language too, and without script", async () => {
	const context = await browser.newContext({ baseURL: base, javaScriptEnabled: false });
	const one = await context.newPage();
	await one.goto("/sign-in/?why=revoked#revoked-de");
	await one.getByText("Diesem Konto wurde der Zugang entzogen").filter({ visible: true }).waitFor();
	await context.close();
	const german = await browser.newContext({ baseURL: base, locale: "de-DE" });
	const two = await german.newPage();
	await two.goto("/sign-in/?why=revoked");
	await two.getByText("Diesem Konto wurde der Zugang entzogen").filter({ visible: true }).waitFor();
	await german.close();
});
