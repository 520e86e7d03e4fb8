// SPDX-License-Identifier: ISC
//
// Roles, the audit log, queues and jobs, webhooks, settings: the main story of each, one failure, keys alone, and
// what opens beside them by axe, in both themes and on a phone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { base, register, someone } from "./browser.mjs";
import { browser, enter, first, isAccessible, isNarrow, isShown, page } from "./harness.mjs";
import { mailIsKnown, sql } from "./mail.mjs";

const said = (one, text) => isShown(one, `.toast:has-text("${text}")`);
const roleName = () => `role-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;

// A story of the chairperson: story(one, { api, context, t }), api(method, path, data) answers the body.
function story(name, path, run, options = {}) {
	page(name, options, async (one, { context, open, t }) => {
		if (first.role !== "chairperson")
			return t.skip("somebody had registered before");
		await enter(context, first);
		const api = async (method, at, data, headers = {}) => {
			const answer = await context.request[method](`/api/v1/${at}`, { headers: { Origin: base, ...headers }, data });
			assert.ok(answer.ok(), `${method} ${at} was answered ${answer.status()}: ${await answer.text()}`);
			return answer.status() === 204 ? null : answer.json();
		};
		await one.goto(path);
		await isShown(one, "main h1");
		return run(one, { api, context, open, t });
	});
}

const refuse = (context, path, status = 503, code = 5001) => context.route(path, (route, request) => request.method() === "GET" ? route.fallback() :
	route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify({ code, requestId: "019ac1d2-0000-7000-8000-000000000000" }) }));
const offers = async (api, path) => path in (await api("get", "openapi.json")).paths;

// --- roles ---------------------------------------------------------------------------

story("a role is made, given a permission by a mark, and that is undone", "/app/roles", async (one, { api }) => {
	const name = roleName();
	await one.getByRole("button", { name: "Make a role" }).click();
	await one.getByRole("textbox", { name: "Name" }).fill(name);
	await one.getByLabel("What it is for").fill("To be tried");
	await one.getByLabel("Begin with the permissions of").selectOption("employee");
	await one.locator("dialog").getByRole("button", { name: "Make a role" }).click();
	await one.waitForURL(/\/app\/roles\/[0-9a-f-]+$/);
	await isShown(one, `.drawer h2:text-is("${name}")`);
	await isShown(one, ".drawer >> text=Nobody has this role");
	const id = one.url().split("/").at(-1);
	const cell = one.getByRole("checkbox", { name: `${name}: See everybody’s account` });
	await cell.check();
	await said(one, `${name} may now`);
	const held = async () => (await api("get", `roles/${id}`)).permissions;
	await one.waitForFunction(async (at) => (await (await fetch(at)).json()).permissions.includes("users:read"), `/api/v1/roles/${id}`);
	await one.getByRole("button", { name: "Undo" }).click();
	await said(one, `${name} may no longer`);
	await one.waitForFunction(async (at) => !(await (await fetch(at)).json()).permissions.includes("users:read"), `/api/v1/roles/${id}`);
	assert.equal(await cell.isChecked(), false);
	assert.ok((await held()).includes("notes:read"));
});

story("a mark that is refused goes again with a reason and the request's number", "/app/roles", async (one, { api, context }) => {
	const role = await api("post", "roles", { name: roleName(), permissions: [] });
	await one.reload();
	await refuse(context, `**/api/v1/roles/${role.id}`);
	const cell = one.getByRole("checkbox", { name: `${role.name}: Invite people` });
	await cell.click();
	await isShown(one, ".toast.bad:has-text('We are busy'):has-text('019ac1d2')");
	await one.waitForFunction((label) => !document.querySelector(`[aria-label^="${label}"]`).checked, `${role.name}: Invite people`);
});

story("marks of two people in one role are both kept", "/app/roles", async (one, { api }) => {
	const role = await api("post", "roles", { name: roleName(), permissions: [] });
	await one.reload();
	const cell = one.getByRole("checkbox", { name: `${role.name}: Invite people` });
	await cell.waitFor();
	await api("put", `roles/${role.id}`, { name: role.name, description: "", permissions: ["queues:read"] });
	await cell.check();
	await said(one, `${role.name} may now`);
	await one.waitForFunction(async (at) => (await (await fetch(at)).json()).permissions.length === 2, `/api/v1/roles/${role.id}`);
	assert.deepEqual((await api("get", `roles/${role.id}`)).permissions.toSorted(), ["queues:read", "users:create"]);
});

story("the matrix is walked by arrows, a wildcard covers what it stands for, the chairperson's stays", "/app/roles", async (one, { api }) => {
	const role = await api("post", "roles", { name: roleName(), permissions: ["users:*"] });
	await one.reload();
	await isShown(one, `td:has-text("${role.name} may: Invite people (users:create) (by users:*)")`);
	assert.equal(await one.getByRole("checkbox", { name: /^chairperson:/ }).count(), 0);
	await one.getByRole("searchbox", { name: "Find a permission" }).fill("queue");
	await one.waitForURL(/search=queue/);
	const top = one.getByRole("checkbox", { name: `${role.name}: Queues (queues:*)` });
	await top.focus();
	await one.keyboard.press("ArrowDown");
	await one.keyboard.press("ArrowDown");
	assert.match(await one.evaluate(() => document.activeElement.getAttribute("aria-label")), /: See queues and jobs/);
	assert.equal(await one.locator(".matrix input[tabindex='0']").count(), 1);
	await one.keyboard.press("Space");
	await said(one, `${role.name} may now: See queues and jobs`);
});

story("a role is renamed, and what two people changed is settled", "/app/roles", async (one, { api }) => {
	const role = await api("post", "roles", { name: roleName(), description: "as it was", permissions: [] });
	await one.goto(`/app/roles/${role.id}`);
	await one.getByLabel("What it is for").fill("as I want it");
	await api("put", `roles/${role.id}`, { name: role.name, description: "as they want it", permissions: [] });
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "dialog:has-text('Somebody else changed this meanwhile')");
	await one.getByRole("button", { name: "Save the choice" }).click();
	await said(one, `${role.name} is saved`);
	assert.equal((await api("get", `roles/${role.id}`)).description, "as I want it");
	await one.getByRole("textbox", { name: "Name" }).fill("manager");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, ".drawer [role=alert]");
	await one.locator(".drawer [name=name][aria-invalid=true]").waitFor();
});

story("a role is deleted and brought back by undo; one that somebody has cannot be", "/app/roles", async (one, { api, t }) => {
	const role = await api("post", "roles", { name: roleName(), permissions: [] });
	await one.goto(`/app/roles/${role.id}`);
	await one.getByRole("button", { name: "Delete" }).click();
	await said(one, `The role ${role.name} is deleted`);
	await one.locator(`.matrix a:has-text("${role.name}")`).waitFor({ state: "detached" });
	await one.getByRole("button", { name: "Undo" }).click();
	await isShown(one, `.matrix a:has-text("${role.name}")`);

	const member = await browser.newContext({ baseURL: base });
	t.after(() => member.close());
	const person = await register(member, { ...someone(), fullName: "ليلى الحداد" });
	await api("patch", `users/${person.id}`, { role: role.name });
	await one.goto(`/app/roles/${role.id}`);
	await isShown(one, ".drawer li:has-text('ليلى الحداد')");
	assert.ok(await one.getByRole("button", { name: "Delete" }).isDisabled());
});

// --- the audit log --------------------------------------------------------------------

story("the log is filtered, and one row shows the difference it made", "/app/audit", async (one, { api }) => {
	const role = await api("post", "roles", { name: roleName(), description: "before", permissions: [] });
	await api("put", `roles/${role.id}`, { name: role.name, description: "after", permissions: [] });
	await one.goto(`/app/audit?resource=roles&record=${role.id}`);
	await one.locator("[role=grid][aria-rowcount='3']").waitFor();
	await isShown(one, `button:has-text("Only one record: ${role.name}")`);
	await one.getByRole("row", { name: /changed a role/ }).click();
	await one.waitForURL(/\/app\/audit\/\d+\?/);
	await isShown(one, ".drawer del:has-text('before')");
	await isShown(one, ".drawer ins:has-text('after')");
	await one.reload(); // its address is its own
	await isShown(one, ".drawer ins:has-text('after')");
	await one.getByRole("link", { name: "All of this request" }).click();
	await one.locator("[role=grid][aria-rowcount='2']").waitFor();
	await one.getByRole("button", { name: "Clear the filters" }).click();
	await one.waitForURL(/\/app\/audit$/);

	await one.getByRole("combobox", { name: "Who" }).click();
	await one.keyboard.type(first.fullName.slice(0, 7));
	await one.getByRole("option", { name: first.fullName }).first().waitFor();
	await one.keyboard.press("Enter");
	await one.waitForURL(/actor=[0-9a-f-]+/);
	await one.getByRole("button", { name: "Filters", exact: true }).click();
	await one.getByRole("combobox", { name: "What was done" }).click();
	await one.keyboard.type("made nothing like it");
	await isShown(one, "text=Nothing was found");
	await one.getByRole("combobox", { name: "What was done" }).fill("Created a role");
	await one.keyboard.press("Enter");
	await one.waitForURL(/action=roles.created/);
	await one.getByRole("button", { name: "7 days" }).click();
	await one.waitForURL(/from=\d{4}-\d\d-\d\d/);
	await isShown(one, "[role=row]:has-text('created a role')");
	assert.equal(await one.locator("[role=row]:has-text('signed in')").count(), 0);
});

story("the log is exported as it is filtered", "/app/audit?resource=roles&action=roles.created", async (one, { api }) => {
	const role = await api("post", "roles", { name: roleName(), permissions: [] });
	const waiting = one.waitForEvent("download");
	await one.getByRole("link", { name: "Export as CSV" }).click();
	const file = await waiting;
	const text = await readFile(await file.path(), "utf8");
	assert.match(file.suggestedFilename(), /\.csv$/);
	assert.ok(text.startsWith("id,at,action"), text.slice(0, 60));
	assert.ok(text.includes(role.id));
	assert.ok(!text.includes("sign-in.succeeded"));
});

story("the log is verified, a broken row is named, and a failure can be tried again", "/app/audit", async (one, { context }) => {
	await one.getByRole("button", { name: "Verify" }).click();
	await isShown(one, "dialog >> text=The log is whole");
	await one.keyboard.press("Escape");
	await one.locator("dialog").waitFor({ state: "detached" });
	await context.route("**/audit/verify*", (route) => route.fulfill({ json: { ok: false, checked: 5, firstBroken: { id: 3, why: "changed" }, redacted: 0, unchained: 0, lastId: 5, lastHash: "ab", next: null } }));
	await one.getByRole("button", { name: "Verify" }).click();
	await isShown(one, "dialog [role=alert]:has-text('Row 3 is not what it was')");
	await one.keyboard.press("Escape");
	await context.unroute("**/audit/verify*");
	await context.route("**/audit/verify*", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"code":5001,"requestId":"019ac1d2-0000"}' }));
	await one.getByRole("button", { name: "Verify" }).click();
	await isShown(one, "dialog [role=alert]:has-text('019ac1d2-0000')");
	await context.unroute("**/audit/verify*");
	await one.locator("dialog").getByRole("button", { name: "Try again" }).click();
	await isShown(one, "dialog >> text=The log is whole");
});

story("a row that there is not says so, and a filter that fits nothing does", "/app/audit/999999999", async (one) => {
	await isShown(one, ".drawer >> text=There is no such row");
	await one.keyboard.press("Escape");
	await one.waitForURL(/\/app\/audit$/);
	await one.goto("/app/audit?from=2001-01-01&to=2001-01-02");
	await isShown(one, "text=Nothing fits these filters");
});

// --- queues and jobs --------------------------------------------------------------------

story("a queue is paused and goes on by undo; its chart can be read as a table", "/app/queues", async (one, { api }) => {
	const state = async () => (await api("get", "queues?name=requests")).items[0].pausedAt;
	await one.locator(".plot canvas").first().waitFor();
	await one.getByRole("button", { name: "Pause requests" }).click();
	await said(one, "requests is paused");
	await isShown(one, "section:has(h2:text-is('requests')) .badge:has-text('Paused')");
	assert.ok(await state());
	await one.getByRole("button", { name: "Undo" }).click();
	await said(one, "requests goes on");
	await one.getByRole("button", { name: "Pause requests" }).waitFor();
	assert.equal(await state(), null);
	await one.getByRole("button", { name: "Show as a table" }).first().click();
	await isShown(one, ".chart table th:has-text('Done')");
	await one.getByLabel("Queue", { exact: true }).selectOption("mail");
	await one.waitForURL(/queue=mail/);
});

story("a pause that is refused is taken back with a reason", "/app/queues", async (one, { context }) => {
	await refuse(context, "**/queues/requests/pause", 403, 1005);
	await one.getByRole("button", { name: "Pause requests" }).click();
	await isShown(one, ".toast.bad:has-text('You are not allowed')");
	await one.getByRole("button", { name: "Pause requests" }).waitFor();
});

// Jobs nobody runs: of a kind that only stands here.
function failedJobs(count, mark) {
	sql(`INSERT INTO jobs (queue, kind, state, args, attempts, cause, started_at, finished_at, priority)
		SELECT 'upkeep', 'upkeep.prune', 'failed', '{"mark": "${mark}"}', 3, 'The moon was in the way', now(), now(), 3 FROM generate_series(1, ${count})`);
	sql(`INSERT INTO job_attempts (job_id, attempt, worker, started_at, ended_at, outcome, cause)
		SELECT id, 3, 'worker-7', now(), now(), 'failed', 'The moon was in the way' FROM jobs WHERE args ->> 'mark' = '${mark}'`);
}

story("a job is found by what it was given, looked at, tried again and cancelled", "/app/queues/jobs", async (one, { api, t }) => {
	if (!mailIsKnown)
		return t.skip("the database is elsewhere");
	const mark = `mark${Date.now()}`;
	await api("post", "queues/upkeep/pause");
	t.after(() => sql("UPDATE queues SET paused_at = NULL WHERE name = 'upkeep'"));
	failedJobs(1, mark);
	await one.getByRole("searchbox", { name: "Search in arguments" }).fill(mark);
	await one.locator("[role=grid][aria-rowcount='2']").waitFor();
	await one.getByRole("grid").focus(); // keys alone from here
	await one.keyboard.press("Enter");
	await one.waitForURL(/\/jobs\/[0-9a-f-]+/);
	await isShown(one, ".drawer >> text=The moon was in the way");
	await isShown(one, ".drawer .tries:has-text('Try 3')");
	await isShown(one, `.drawer pre:has-text("${mark}")`);
	await one.getByRole("button", { name: "Try again" }).focus();
	await one.keyboard.press("Enter");
	await said(one, "upkeep.prune is in the queue again");
	await isShown(one, ".drawer .badge:has-text('queued')");
	await one.locator(".drawer").getByRole("button", { name: "Cancel" }).click();
	await said(one, "upkeep.prune is cancelled");
	await one.getByRole("button", { name: "Undo" }).click();
	await isShown(one, ".drawer .badge:has-text('queued')");
	return undefined;
});

story("all that failed of a queue are tried again; what fails is told above the list", "/app/queues/jobs?queue=upkeep&state=failed", async (one, { api, context, t }) => {
	if (!mailIsKnown)
		return t.skip("the database is elsewhere");
	await api("post", "queues/upkeep/pause");
	t.after(() => sql("UPDATE queues SET paused_at = NULL WHERE name = 'upkeep'"));
	failedJobs(120, `many${Date.now()}`);
	await one.reload();
	await refuse(context, "**/jobs/retry");
	await one.getByRole("button", { name: "Try all of these again" }).click();
	await isShown(one, "main [role=alert]:has-text('We are busy')");
	await context.unroute("**/jobs/retry");
	await one.locator("main [role=alert]").getByRole("button", { name: "Try again" }).click();
	await said(one, "jobs are in the queue again");
	await isShown(one, "text=No job fits these filters");
	return undefined;
});

// --- webhooks -----------------------------------------------------------------------------

story("a webhook is made with its secret shown once, tried, and its message sent again", "/app/webhooks", async (one, { t }) => {
	await one.getByRole("button", { name: "Add a webhook" }).first().click();
	await one.getByLabel("URL").fill("http://127.0.0.1:9/hook");
	await one.getByLabel("Events").fill("no-such-thing.created");
	await one.getByRole("button", { name: "Make it" }).click();
	await isShown(one, "dialog .tagfield .wrong");
	await one.getByRole("button", { name: "Clear: no-such-thing.created" }).click();
	await one.getByLabel("Events").pressSequentially("roles.created users.* ");
	await one.getByRole("button", { name: "Make it" }).click();
	await one.waitForURL(/\/app\/webhooks\/[0-9a-f-]+$/);
	assert.match(await one.locator("[data-secret]").textContent(), /^whsec_/);
	await one.getByRole("button", { name: "I have kept it" }).click();
	await one.locator("[data-secret]").waitFor({ state: "detached" });
	await one.reload();
	await isShown(one, ".drawer .tag:has-text('users.*')");
	assert.equal(await one.locator("[data-secret]").count(), 0);

	await one.getByRole("button", { name: "Send a ping" }).click();
	await said(one, "A ping is on its way");
	await one.getByRole("link", { name: "ping" }).click();
	await isShown(one, ".drawer pre:has-text('\"type\": \"ping\"')");
	if (mailIsKnown) { // as if its tries were used up
		const id = one.url().split("/").at(-1);
		sql(`WITH d AS (UPDATE webhook_deliveries SET state = 'failed' WHERE id = '${id}' RETURNING job_id)
			UPDATE jobs j SET state = 'cancelled', finished_at = now() FROM d WHERE j.id = d.job_id AND j.state IN ('queued', 'waiting')`);
		await one.locator(".drawer").getByRole("button", { name: "Send again" }).click();
		await said(one, "The message is on its way again");
	} else {
		t.diagnostic("the database is elsewhere: nothing was sent again");
	}
	await one.getByRole("link", { name: "Back to the webhook" }).click();
	await isShown(one, ".drawer h3:has-text('Deliveries')");
});

story("a webhook is changed, paused, deleted, each with a way back", "/app/webhooks", async (one, { api }) => {
	const hook = await api("post", "webhooks", { url: "http://127.0.0.1:9/other", events: ["*"], description: "سجل الزبائن" });
	await one.goto(`/app/webhooks/${hook.id}`);
	await one.getByLabel("What it is for").fill("The warehouse");
	await api("patch", `webhooks/${hook.id}`, { description: "The harbour" });
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "dialog:has-text('The harbour')");
	await one.getByRole("button", { name: "Save the choice" }).click();
	await said(one, "The webhook is saved");
	assert.equal((await api("get", `webhooks/${hook.id}`)).description, "The warehouse");

	await one.getByRole("button", { name: "Pause", exact: true }).click();
	await said(one, "Nothing is sent");
	await isShown(one, ".drawer .badge:has-text('Paused')");
	await one.getByRole("button", { name: "Undo" }).click();
	await isShown(one, ".drawer .badge:has-text('Active')");
	await one.locator("summary:has-text('verifies the signature')").click();
	await isShown(one, "pre:has-text('timingSafeEqual')");
	await one.getByRole("button", { name: "New secret" }).click();
	await one.getByRole("button", { name: "Replace the secret" }).click();
	await isShown(one, "[data-secret]");

	await one.getByRole("button", { name: "Delete" }).click();
	await said(one, "The webhook is deleted");
	await one.waitForURL(/\/app\/webhooks$/);
	await one.getByRole("button", { name: "Undo" }).click();
	await isShown(one, "[role=row]:has-text('127.0.0.1:9/other')");
});

// --- settings -------------------------------------------------------------------------------

story("the chairperson reads what is in force and where it comes from; secrets are not told", "/app/settings", async (one) => {
	await isShown(one, "a:has-text('API documentation')");
	await one.getByRole("link", { name: "Installation" }).click();
	await one.waitForURL("/app/settings/installation");
	await isShown(one, ".settings div:has-text('ENVIRONMENT'):has-text('environment'):has-text('development')");
	await isShown(one, ".settings div:has-text('REFRESH_KEY'):has-text('set, not shown')");
	await one.getByRole("searchbox", { name: "Search settings" }).fill("lockout");
	await one.waitForURL(/search=lockout/);
	await isShown(one, ".settings div:has-text('15m')");
	await one.getByRole("searchbox", { name: "Search settings" }).fill("no such setting");
	await isShown(one, "text=No setting fits");
});

page("who may not read the installation's settings sees their own", {}, async (one, { context }) => {
	await register(context);
	await one.goto("/app/settings");
	await one.locator("label:has-text('Deutsch')").click();
	await isShown(one, "h1:text-is('Einstellungen')");
	assert.equal(await one.getByRole("link", { name: "Installation" }).count(), 0);
	for (const path of ["settings/installation", "roles", "audit", "queues", "webhooks"]) {
		await one.goto(`/app/${path}`);
		await isShown(one, "h1:text-is('Nicht für Sie')");
	}
});

story("settings that cannot be read say why, and are read at another try", "/app/settings/installation", async (one, { context }) => {
	await context.route("**/api/v1/settings", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"code":5001,"requestId":"019ac1d2-0000"}' }));
	await one.reload();
	await isShown(one, "main [role=alert]:has-text('We are busy')");
	await context.unroute("**/api/v1/settings");
	await one.getByRole("button", { name: "Try again" }).click();
	await isShown(one, ".settings div:has-text('LOCKOUT')");
});

// --- what is live ------------------------------------------------------------------------------

story("a change by somebody else shows without a word", "/app/roles", async (one, { api, t }) => {
	if (!await offers(api, "/api/v1/events"))
		return t.skip("nothing is pushed here");
	const role = await api("post", "roles", { name: roleName(), permissions: [] });
	await isShown(one, `.matrix a:has-text("${role.name}")`);
	await one.goto("/app/webhooks");
	const hook = await api("post", "webhooks", { url: `http://127.0.0.1:9/${role.name}`, events: ["*"] });
	await isShown(one, `[role=row]:has-text("${role.name}")`);
	await api("delete", `webhooks/${hook.id}`);
	await one.locator(`[role=row]:has-text("${role.name}")`).waitFor({ state: "detached" });
	return undefined;
});

// --- what opens beside and above, to axe and on a phone -----------------------------------------

async function eachOpen(one, api, visit) {
	const role = await api("post", "roles", { name: roleName(), description: "Wilhelmina Featherstonehaugh-Cholmondeley von und zu Hohenlohe", permissions: ["users:*", "queues:read"] });
	const hook = await api("post", "webhooks", { url: `http://127.0.0.1:9/a/path/that/goes/on/and/on/${role.name}`, events: ["users.created", "users.updated", "roles.*"] });
	const told = await api("post", `webhooks/${hook.id}/test`, {});
	const row = (await api("get", `audit?resourceId=${role.id}`)).items[0];
	const job = (await api("get", "jobs?limit=1")).items[0];

	for (const path of [`roles/${role.id}`, `audit/${row.id}`, `queues/jobs/${job.id}`, `webhooks/${hook.id}`, `webhooks/${hook.id}/${told.id}`]) {
		await one.goto(`/app/${path}`);
		await isShown(one, ".drawer h2");
		await one.locator(".drawer .skeleton").first().waitFor({ state: "detached" });
		for (const more of await one.locator(".drawer summary").all())
			await more.click();
		await visit(path);
	}
	for (const [path, button] of [["roles", "Make a role"], ["webhooks", "Add a webhook"], ["audit", "Filters"], ["audit", "Verify"]]) {
		await one.goto(`/app/${path}`);
		await one.getByRole("button", { name: button }).first().click();
		await isShown(one, "dialog[open], [popover]:popover-open");
		await visit(`${path}: ${button}`);
	}
	await api("delete", `webhooks/${hook.id}`);
}

for (const colorScheme of ["light", "dark"])
	story(`axe finds nothing to mend in what opens, in ${colorScheme}`, "/app/", (one, { api }) => eachOpen(one, api, (where) => isAccessible(one, where)),
		{ colorScheme, bypassCSP: true });

for (const width of [320, 2560])
	story(`what opens does not overflow at ${width} pixels`, "/app/", (one, { api }) => eachOpen(one, api, (where) => isNarrow(one, where)), { viewport: { width, height: 800 } });

story("axe finds nothing to mend on a phone", "/app/", async (one) => {
	for (const path of ["roles?role=manager", "audit", "queues", "queues/jobs", "webhooks", "settings/installation"]) {
		await one.goto(`/app/${path}`);
		await isShown(one, "main h1");
		await one.locator(".skeleton").first().waitFor({ state: "detached" });
		await isAccessible(one, path);
	}
}, { viewport: { width: 320, height: 700 }, bypassCSP: true });
