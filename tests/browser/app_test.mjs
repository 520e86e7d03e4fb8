// SPDX-License-Identifier: ISC
//
// The signed-in part: the shell, one's own profile, people, and every page of the registry in both themes and at
// three widths.  A new page is walked without being named here.

import assert from "node:assert/strict";
import { base, register, someone } from "./browser.mjs";
import { browser, enter, first, hasSettled, isAccessible, isNarrow, isShown, page, signIn } from "./harness.mjs";
import { codeTo, mailIsKnown, passTime } from "./mail.mjs";
import { addresses } from "./registry.mjs";

const WIDTHS = [320, 1280, 2560];
const SERVER = /\/(api\/v1|health)/;
const SCRIPT = 90 * 1024; // bytes of the first visit, compressed

// Somebody new, at an address.
async function at(one, context, path, person) {
	const who = await register(context, person);

	await one.goto(path);
	await isShown(one, "main h1");
	return who;
}

const said = (one, text) => isShown(one, `.toast:has-text("${text}")`);
const focused = (one) => one.evaluate(() => document.activeElement.name || document.activeElement.id || document.activeElement.tagName);

// --- the shell -----------------------------------------------------------------------

page("an old address of the account leads to its new place", {}, async (one, { context }) => {
	await register(context);
	await one.goto("/account/#sessions");
	await one.waitForURL("/app/profile/sessions");
	await isShown(one, "h1:text-is('Sessions')");
});

page("the palette goes to pages and does things, by keys alone", {}, async (one, { context }) => {
	await at(one, context, "/app/");
	await one.keyboard.press("Control+k");
	await one.getByRole("combobox", { name: "Search and commands" }).waitFor();
	await one.keyboard.type("pref");
	await one.keyboard.press("Enter");
	await one.waitForURL("/app/profile/preferences");
	await one.keyboard.press("Control+k");
	await one.keyboard.type("app dark");
	await one.keyboard.press("Enter");
	await one.locator("html[data-theme=dark]").waitFor();
	await one.keyboard.press("Control+k");
	await one.keyboard.type("zzz");
	await isShown(one, "text=Nothing was found");
	await one.keyboard.press("Escape");
	await one.locator("dialog").waitFor({ state: "detached" });
});

page("single keys go where they say, and can be switched off", {}, async (one, { context }) => {
	await at(one, context, "/app/");
	await one.keyboard.press("?");
	await isShown(one, "dialog h2:text-is('Keyboard shortcuts')");
	await one.getByRole("switch", { name: "Shortcuts of single keys" }).click();
	await one.keyboard.press("Escape");
	await one.locator("dialog").waitFor({ state: "detached" });
	await one.keyboard.press("?");
	assert.equal(await one.locator("dialog").count(), 0);
	await one.keyboard.press("Control+k");
	await isShown(one, "dialog [role=combobox]");
	await one.keyboard.press("Escape");
	await one.goto("/app/profile/preferences");
	await one.getByRole("switch", { name: "Shortcuts of single keys" }).click();
	await one.locator("h1").click();
	await one.keyboard.press("g");
	await one.keyboard.press("h");
	await one.waitForURL("/app/");
});

page("pages have addresses: back, forward, reload and a wrong one", {}, async (one, { context }) => {
	await at(one, context, "/app/profile");
	await one.getByRole("link", { name: "Sessions" }).click();
	await one.waitForURL("/app/profile/sessions");
	await isShown(one, "li:has-text('This device')");
	assert.equal(await one.title(), "Sessions · Bureau");
	await one.goBack();
	await isShown(one, "h1:text-is('Profile')");
	await one.goForward();
	await isShown(one, "h1:text-is('Sessions')");
	await one.reload();
	await isShown(one, "h1:text-is('Sessions')");
	await one.goto("/app/no/such/page");
	await isShown(one, "text=There is no such page");
});

page("what one may not see is neither in the navigation nor behind its address", {}, async (one, { context }) => {
	await at(one, context, "/app/");
	assert.equal(await one.locator("nav a:has-text('People')").count(), 0);
	await one.goto("/app/people");
	await isShown(one, "text=You may not see this page");
});

page("the navigation stands before the API is described, but for the example", {}, async (one, { context }) => {
	await context.route("**/api/v1/openapi.json", () => {}); // it never comes
	await at(one, context, "/app/");
	await isShown(one, "nav.side a:has-text('Customers')");
	assert.equal(await one.locator("nav.side a:has-text('Notes')").count(), 0);
});

page("on a phone the navigation comes in over the page and goes again", { viewport: { width: 320, height: 700 } }, async (one, { context }) => {
	await at(one, context, "/app/profile");
	await one.getByRole("button", { name: "Navigation", exact: true }).click();
	await one.getByRole("link", { name: "Overview" }).click();
	await one.waitForURL("/app/");
	await one.locator(".frame.out").waitFor({ state: "detached" });
	await one.getByRole("button", { name: "Navigation", exact: true }).click();
	await one.keyboard.press("Escape");
	await one.locator(".frame.out").waitFor({ state: "detached" });
});

page("an expired access token is refreshed once, whatever number of tabs notice", {}, async (one, { context, open }) => {
	await register(context);
	const other = await open();
	const seen = new Set();
	let refreshes = 0;
	let bothAsked;
	const both = new Promise((resolve) => { bothAsked = resolve; });
	await context.route("**/api/v1/auth/me", async (route, request) => {
		const tab = request.frame().page();
		if (seen.has(tab))
			return route.continue();
		seen.add(tab);
		if (seen.size === 2)
			bothAsked();
		await both; // neither is told before both have asked
		return route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"code":1003}' });
	});
	await context.route("**/api/v1/auth/refresh-token", async (route) => {
		refreshes++;
		await one.waitForFunction(async () => (await navigator.locks.query()).pending.length > 0); // the other waits
		return route.fulfill({ status: 200, contentType: "application/json", body: "{}" });
	});
	await Promise.all([one.goto("/app/"), other.goto("/app/")]);
	await Promise.all([isShown(one, "h1:has-text(', Ada')"), isShown(other, "h1:has-text(', Ada')")]);
	assert.equal(refreshes, 1);
});

page("an ended session leads to the sign-in page and back to the same place, with what was typed", {}, async (one, { context }) => {
	await signIn(one, first);
	await one.waitForURL("/app/");
	await one.goto("/app/people?sort=email");
	await one.getByRole("button", { name: "Invite somebody" }).click();
	await one.getByLabel("Full name").fill("Nearly Invited");
	await one.getByLabel("E-mail address").last().fill(someone().email);
	await context.clearCookies();
	await one.getByRole("button", { name: "Make an invitation" }).click();
	await one.waitForURL(/\/sign-in\//);
	await one.getByLabel("E-mail address").fill(first.email);
	await one.getByLabel("Password", { exact: true }).fill(first.password);
	await one.getByRole("button", { name: "Sign in" }).click();
	await one.waitForURL("/app/people?sort=email");
	await one.getByRole("button", { name: "Invite somebody" }).click();
	assert.equal(await one.getByLabel("Full name").inputValue(), "Nearly Invited");
	await one.getByRole("button", { name: "Discard it" }).click();
	assert.equal(await one.getByLabel("Full name").inputValue(), "");
});

page("without the server the page says so, holds what was sent, and sends it once it is back", {}, async (one, { context, t }) => {
	await at(one, context, "/app/notes");
	if (await one.locator("text=There is no such page").count())
		return t.skip("the example resource is not served");
	await one.getByRole("button", { name: "New note" }).click();
	await one.getByLabel("Title").fill("Written in a tunnel");
	await context.route(SERVER, (route) => route.abort());
	const keys = new Set();
	one.on("request", (request) => request.method() === "POST" && keys.add(request.headers()["idempotency-key"]));
	await one.getByRole("button", { name: "Save" }).click();
	await isShown(one, "text=1 change waits");
	await context.unroute(SERVER);
	await said(one, "The note is saved");
	await isShown(one, "[role=grid] >> text=Written in a tunnel");
	assert.equal(keys.size, 1);
	assert.equal(await one.getByText("cannot be reached").count(), 0);
});

page("a note is read, changed, deleted and brought back, by keys alone", {}, async (one, { context, t }) => {
	await at(one, context, "/app/notes");
	if (await one.locator("text=There is no such page").count())
		return t.skip("the example resource is not served");
	await context.request.post("/api/v1/notes", { headers: { Origin: base }, data: { title: "Alpha", text: "first" } });
	await context.request.post("/api/v1/notes", { headers: { Origin: base }, data: { title: "Beta" } });
	await one.goto("/app/notes?sort=title");
	const grid = one.getByRole("grid", { name: "Notes" });
	await grid.focus();
	await one.keyboard.press("ArrowDown");
	await one.keyboard.press("Enter");
	await isShown(one, ".drawer h2:text-is('Beta')");
	await one.waitForURL(/\/app\/notes\/[0-9a-f-]{36}\?sort=title/);
	assert.equal(await focused(one), await one.locator(".drawer h2").getAttribute("id"));
	await isShown(one, ".drawer [name=title]");
	for (let i = 0; i < 3; i++) // the button that closes it, what scrolls
		await one.keyboard.press("Tab");
	assert.equal(await focused(one), "title");
	await one.keyboard.type("Gamma");
	await one.keyboard.press("Enter");
	await isShown(one, ".drawer h2:text-is('Gamma')");
	await one.locator(".drawer h2").focus();
	await one.keyboard.press("Escape");
	await one.waitForURL("/app/notes?sort=title");
	assert.equal(await focused(one), "TABLE");
	await one.keyboard.press("Enter");
	await one.getByRole("button", { name: "Delete" }).press("Enter");
	await said(one, "“Gamma” is deleted");
	await one.locator("[role=row]:has-text('Gamma')").waitFor({ state: "detached" });
	await one.getByRole("button", { name: "Undo" }).press("Enter");
	await isShown(one, "[role=row]:has-text('Gamma')");
});

// --- one's own profile -------------------------------------------------------------------

page("a changed name is kept", {}, async (one, { context }) => {
	await at(one, context, "/app/profile");
	await one.getByLabel("Full name").fill("Ada Changed");
	await one.getByRole("button", { name: "Save changes" }).click();
	await said(one, "Your profile is saved");
	await one.reload();
	await isShown(one, "h2:has-text('Ada Changed')");
	assert.equal(await one.getByLabel("Full name").inputValue(), "Ada Changed");
});

page("a picture is made small and shown, and taken away", {}, async (one, { context }) => {
	await at(one, context, "/app/profile");
	const picture = await one.evaluate(() => {
		const canvas = Object.assign(document.createElement("canvas"), { width: 600, height: 400 });
		const pen = canvas.getContext("2d");
		for (let x = 0; x < 600; x += 20)
			for (let y = 0; y < 400; y += 20) {
				pen.fillStyle = `hsl(${x + y} 80% 50%)`;
				pen.fillRect(x, y, 20, 20);
			}
		return canvas.toDataURL("image/png").split(",")[1];
	});
	await one.locator("input[type=file]").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from(picture, "base64") });
	await said(one, "Your picture is saved");
	await isShown(one, ".profile-head .avatar img");
	await one.getByRole("button", { name: "Remove it" }).click();
	await one.locator(".profile-head .avatar img").waitFor({ state: "detached" });
	await one.locator("input[type=file]").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
	await said(one, "That picture cannot be used");
});

page("an address is verified from the profile", {}, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the mail is elsewhere");
	const { email } = await at(one, context, "/app/profile");
	const other = "button:has-text('Send another')";
	await one.getByRole("button", { name: "Verify it" }).click();
	await isShown(one, `text=Enter the code of the message we sent to ${email}`);
	assert.equal(await focused(one), "otp");

	await one.locator(other).focus();
	await one.keyboard.press("Enter");
	await isShown(one, "text=At most one code a minute");
	passTime(email);
	await one.locator(other).click();
	await said(one, `A code was sent to ${email}`);
	assert.equal(await one.getByText("At most one code a minute").count(), 0);
	await one.getByLabel("Code").fill(await codeTo(email, "verify-email"));
	await one.getByRole("button", { name: "Confirm" }).click();
	await said(one, "Your address is verified.");
	assert.equal(await one.getByRole("button", { name: "Verify it" }).count(), 0);
});

page("the code of the welcome mail verifies the address from the profile, too", {}, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the mail is elsewhere");
	const { email } = await at(one, context, "/app/profile");
	passTime(email);
	await one.goto("/verify/");
	await isShown(one, "text=Your profile has another one sent.");
	assert.equal(await one.getByText("Sign in").filter({ visible: true }).count(), 0);
	await one.goto("/app/profile");
	await one.getByRole("button", { name: "Verify it" }).click();
	await one.getByLabel("Code").fill(await codeTo(email, "welcome"));
	await one.getByRole("button", { name: "Confirm" }).click();
	await said(one, "Your address is verified.");
});

page("a code that cannot be sent yet says what one sent before is not for", {}, async (one, { context }) => {
	await at(one, context, "/app/profile");
	await one.getByLabel("Designation").fill("Lamplighter");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, ".note:has-text('still holds only for its own purpose')");
	assert.equal(await focused(one), "otp");
});

page("a new address and designation are confirmed by a code", {}, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the mail is elsewhere");
	const { email } = await at(one, context, "/app/profile");
	const changed = someone().email;
	passTime(email);
	await one.getByLabel("Designation").fill("Lamplighter");
	await one.getByRole("button", { name: "Save changes" }).click();
	await one.getByRole("heading", { name: "Confirm it is you" }).waitFor();
	await one.getByLabel("Code").fill("not this");
	await one.getByRole("button", { name: "Confirm" }).click();
	await isShown(one, "[role=alert]:has-text('The code is wrong')");
	await one.getByLabel("Code").fill(await codeTo(email, "step-up"));
	await one.getByRole("button", { name: "Confirm" }).click();
	await said(one, "Your profile is saved");
	assert.equal(await one.getByLabel("Designation").inputValue(), "Lamplighter");

	passTime(email);
	await one.getByLabel("E-mail address").fill(changed);
	await one.getByRole("button", { name: "Save changes" }).click();
	await one.getByLabel("Code").fill(await codeTo(email, "step-up", 2));
	const saved = one.waitForResponse((r) => r.request().method() === "PATCH" && r.ok());
	await one.getByRole("button", { name: "Confirm" }).click();
	await saved;
	assert.equal((await (await context.request.get("/api/v1/auth/me")).json()).email, changed);
});

page("an edit over a newer one shows both and lets one choose", {}, async (one, { context, open }) => {
	await at(one, context, "/app/profile");
	const other = await open();
	await other.goto("/app/profile");
	await other.getByLabel("Full name").fill("Ada Sooner");
	await other.getByRole("button", { name: "Save changes" }).click();
	await said(other, "Your profile is saved");
	await one.getByLabel("Full name").fill("Ada Later");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "dialog h2:has-text('Somebody else changed this')");
	await isShown(one, "dialog label:has-text('Ada Sooner')");
	await one.locator("dialog label:has-text('Ada Later')").click();
	await one.getByRole("button", { name: "Save the choice" }).click();
	await isShown(one, "h2:has-text('Ada Later')");
	assert.equal((await (await context.request.get("/api/v1/auth/me")).json()).fullName, "Ada Later");
});

page("the language is the account's", {}, async (one, { context }) => {
	await at(one, context, "/app/profile/preferences");
	await one.getByRole("radio", { name: "Deutsch" }).check();
	await isShown(one, "h1:has-text('Einstellungen')");
	await one.goto("/app/");
	await isShown(one, "nav >> text=Überblick");
	assert.equal(await one.locator("html").getAttribute("lang"), "de");
});

page("what the server says is said in the account's language, too", {}, async (one, { context }) => {
	await at(one, context, "/app/profile/preferences");
	await one.getByRole("radio", { name: "Deutsch" }).check();
	await isShown(one, "h1:has-text('Einstellungen')");
	await one.goto("/app/profile");
	await isShown(one, "text=Mitarbeit");
	await one.route("**/api/v1/auth/me", (route) => route.request().method() === "PATCH" ? route.fulfill({ status: 409, contentType: "application/problem+json",
		body: '{"code":3003,"detail":"It was merged into Crumb & Crust; anonymise that one."}' }) : route.continue());
	await one.getByLabel("Vollständiger Name").fill("Ada Anders");
	await one.getByRole("button", { name: "Änderungen speichern" }).click();
	await isShown(one, "[role=alert]:has-text('Der Kunde ging in Crumb & Crust auf; anonymisieren Sie diesen.')");
});

page("the theme is kept on the machine and with the account", { colorScheme: "light" }, async (one, { context }) => {
	await at(one, context, "/app/profile/preferences");
	const ground = () => one.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await ground();
	const saved = one.waitForResponse((r) => r.request().method() === "PATCH");
	await one.getByRole("radio", { name: "Dark" }).check();
	assert.equal((await saved).status(), 200);
	await one.locator("html[data-theme=dark]").waitFor();
	const dark = await ground();
	assert.notEqual(dark, light);
	await one.evaluate(() => localStorage.clear());
	await one.reload();
	await one.locator("html[data-theme=dark]").waitFor();
	assert.equal(await ground(), dark);
});

page("a token is shown once, works, and ends when revoked", {}, async (one, { context, t }) => {
	await at(one, context, "/app/profile/tokens");
	const anonymous = await browser.newContext({ baseURL: base });
	t.after(() => anonymous.close());
	const ask = async (token) => (await anonymous.request.get("/api/v1/auth/me",
		{ headers: { Authorization: `Bearer ${token}` } })).status();

	await one.getByLabel("Name").fill("nightly export");
	await one.getByRole("checkbox").first().check();
	await one.getByRole("button", { name: "Create the token" }).click();
	const token = await one.locator("[data-secret]").textContent();
	assert.match(token, /^bur_/);
	assert.equal(await ask(token), 200);
	await one.reload();
	await isShown(one, "li:has-text('nightly export')");
	assert.equal((await one.content()).includes(token), false);
	await one.getByRole("button", { name: "Revoke: nightly export" }).click();
	await one.getByRole("button", { name: "Revoke for good" }).click();
	await one.locator("li:has-text('nightly export')").waitFor({ state: "detached" });
	await said(one, "The token is revoked");
	assert.equal(await ask(token), 401);
});

page("a session ended from another one is over", {}, async (one, { context, t }) => {
	const person = await at(one, context, "/app/profile");
	const elsewhere = await browser.newContext({ baseURL: base });
	t.after(() => elsewhere.close());
	const there = await elsewhere.newPage();
	await signIn(there, person);
	await there.waitForURL("/app/");

	await one.goto("/app/profile/sessions");
	await isShown(one, "li:has-text('This device')");
	assert.equal(await one.locator(".items > li").count(), 2);
	await one.getByRole("button", { name: /^End:/ }).click();
	await one.getByRole("button", { name: "End this session" }).click();
	await said(one, "The session has ended");
	assert.equal(await one.locator(".items > li").count(), 1);
	await there.waitForURL(/\/sign-in\//);
	assert.equal((await context.request.get("/api/v1/auth/me")).status(), 200);
});

page("a changed password holds and ends the other sessions", {}, async (one, { context, t }) => {
	const person = await at(one, context, "/app/profile/password");
	const elsewhere = await browser.newContext({ baseURL: base });
	t.after(() => elsewhere.close());
	await signIn(await elsewhere.newPage(), person);
	await elsewhere.pages()[0].waitForURL("/app/");

	await one.getByLabel("Current password").fill("something else");
	await one.getByLabel("New password").fill("four loud geese swim");
	await one.getByRole("button", { name: "Change the password" }).click();
	await isShown(one, "[role=alert]:has-text('That is not your current password')");
	assert.equal(await focused(one), "currentPassword");
	await one.getByLabel("Current password").fill(person.password);
	await one.getByRole("button", { name: "Change the password" }).click();
	await said(one, "The password is changed");
	assert.equal((await elsewhere.request.get("/api/v1/auth/me")).status(), 401);
	await context.clearCookies();
	await signIn(one, person);
	await isShown(one, "[role=alert]:has-text('The e-mail address or the password is wrong')");
	await signIn(one, { ...person, password: "four loud geese swim" });
	await one.waitForURL("/app/");
});

// --- people ---------------------------------------------------------------------------------

async function asChair(one, context, t, path) {
	if (first.role !== "chairperson")
		return t.skip("somebody had registered before");
	await enter(context, first);
	await one.goto(path);
	await isShown(one, "main h1");
	return true;
}

page("access is taken away in force at once, and given back by undo", {}, async (one, { context, t }) => {
	const member = await browser.newContext({ baseURL: base });
	t.after(() => member.close());
	const person = await register(member, { ...someone(), fullName: `Member ${Date.now()}` });

	if (!await asChair(one, context, t, `/app/people?search=${encodeURIComponent(person.fullName)}`))
		return;
	await one.getByRole("link", { name: person.fullName }).click();
	await isShown(one, `.drawer h2:text-is("${person.fullName}")`);
	await one.getByRole("button", { name: "Take access away" }).click();
	await isShown(one, "[role=row] >> text=No access");
	await isShown(one, ".drawer >> text=Access is taken away");
	assert.equal((await member.request.get("/api/v1/auth/me")).status(), 403);
	await one.getByRole("button", { name: "Undo" }).click();
	await one.locator("[role=row] >> text=No access").waitFor({ state: "detached" });
	await one.getByText("Access is taken away").waitFor({ state: "detached" });
	assert.equal(await one.getByText("has no access any more").count(), 0);
});

page("a role is changed in the drawer, and what is refused is taken back with a reason", {}, async (one, { context, t }) => {
	const member = await browser.newContext({ baseURL: base });
	t.after(() => member.close());
	const person = await register(member, { ...someone(), fullName: `Riser ${Date.now()}` });

	if (!await asChair(one, context, t, `/app/people/${person.id}`))
		return;
	await one.getByLabel("Role", { exact: true }).selectOption("manager");
	await one.locator("summary:has-text('Beyond the role')").click();
	await one.getByLabel("Take access away and give it back").check();
	await one.getByRole("button", { name: "Save changes" }).click();
	await said(one, `${person.fullName} is saved`);
	await isShown(one, ".drawer .badge:text-is('Take access away and give it back')");
	const now = await (await context.request.get(`/api/v1/users/${person.id}`)).json();
	assert.equal(now.role, "manager");
	assert.deepEqual(now.ownPermissions, ["users:revoke"]);

	await context.route("**/api/v1/users/*", (route, request) => request.method() === "PATCH" ? route.fulfill({ status: 403,
		contentType: "application/problem+json", body: '{"code":1005,"requestId":"019ac1d2-0000"}' }) : route.fallback());
	await one.getByRole("textbox", { name: "Designation" }).fill("Night watch");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, ".drawer [role=alert]:has-text('You are not allowed')");
	await context.route("**/revoke", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"code":5001,"requestId":"019ac1d2-0000"}' }));
	await one.getByRole("button", { name: "Take access away" }).click();
	await isShown(one, ".toast.bad:has-text('We are busy')");
	assert.equal(await one.locator("[role=row] >> text=No access").count(), 0);
});

page("a form follows its record until somebody types, and keeps the focus", {}, async (one, { context, open, t }) => {
	const member = await browser.newContext({ baseURL: base });
	t.after(() => member.close());
	const person = await register(member, { ...someone(), fullName: `Steady ${Date.now()}` });

	if (!await asChair(one, context, t, `/app/people/${person.id}`))
		return;
	await one.getByLabel("Role", { exact: true }).selectOption("manager");
	await one.getByRole("textbox", { name: "Designation" }).last().fill("  Keeper of keys ");
	await one.keyboard.press("Enter");
	await said(one, `${person.fullName} is saved`);
	await one.waitForFunction(() => document.activeElement.value === "Keeper of keys");
	assert.equal(await one.getByLabel("Role", { exact: true }).inputValue(), "manager");

	const other = await open();
	await other.goto(`/app/people/${person.id}`);
	await one.getByRole("textbox", { name: "Designation" }).last().fill("Keeper of doors");
	await other.getByLabel("Role", { exact: true }).selectOption("employee");
	await other.getByRole("button", { name: "Save changes" }).click();
	await said(other, `${person.fullName} is saved`);
	await one.getByRole("button", { name: "Save changes" }).click();
	await said(one, "both changes are kept");
	const now = await (await context.request.get(`/api/v1/users/${person.id}`)).json();
	assert.deepEqual([now.role, now.designation], ["employee", "Keeper of doors"]);
});

page("the search is in the address, and goes with a reload", {}, async (one, { context, t }) => {
	const { fullName } = await register(context, { ...someone(), fullName: `Zebedee ${Date.now()}` });

	if (!await asChair(one, context, t, "/app/people"))
		return;
	await one.getByRole("searchbox", { name: "Search people" }).fill(fullName);
	await one.waitForURL(/search=Zebedee/);
	await one.locator("[role=grid][aria-rowcount='2']").waitFor();
	await one.reload();
	await isShown(one, `[role=row]:has-text("${fullName}")`);
	assert.equal(await one.getByRole("searchbox", { name: "Search people" }).inputValue(), fullName);
	await one.getByRole("searchbox", { name: "Search people" }).fill("nobody is called this");
	await isShown(one, "text=Nobody was found");
});

page("an invitation is shown once and makes an account", {}, async (one, { context, t }) => {
	const person = someone();
	const guest = await browser.newContext({ baseURL: base });
	t.after(() => guest.close());

	if (!await asChair(one, context, t, "/app/people"))
		return;
	await one.getByRole("button", { name: "Invite somebody" }).click();
	await one.getByRole("button", { name: "Make an invitation" }).click();
	await isShown(one, "dialog .wrong:has-text('Please fill this in')");
	assert.equal(await focused(one), "fullName");
	await one.getByLabel("Full name").fill("Somebody New");
	await one.getByLabel("E-mail address").last().fill(person.email);
	await one.getByRole("button", { name: "Make an invitation" }).click();
	const url = new URL(await one.locator("[data-secret]").textContent());

	const there = await guest.newPage();
	await there.goto(url.pathname + url.hash);
	assert.equal(await there.evaluate(() => location.hash), "");
	await there.getByLabel("Full name").fill("Somebody Else");
	await there.getByLabel("Password", { exact: true }).fill(person.password);
	await there.getByRole("button", { name: "Accept the invitation" }).click();
	await there.waitForURL("/app/");
	await isShown(there, "h1:has-text(', Somebody')");

	await there.goto("about:blank");
	await there.goto(url.pathname + url.hash);
	await there.getByLabel("Full name").fill("Somebody Else");
	await there.getByLabel("Password", { exact: true }).fill(person.password);
	await there.getByRole("button", { name: "Accept the invitation" }).click();
	await isShown(there, "[role=alert]:has-text('This invitation has been used already')");
});

// --- the design system --------------------------------------------------------------------------

page("ten thousand rows are gone through in no time, and few are drawn", {}, async (one, { context }) => {
	await at(one, context, "/app/design");
	const grid = one.getByRole("grid", { name: "Made-up rows" });
	await grid.focus();
	const took = await one.evaluate(async () => {
		const table = document.activeElement;
		const times = [];
		for (const key of ["End", "PageUp", "Home", "ArrowDown", "PageDown"]) {
			const start = performance.now();
			table.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
			await new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
			times.push(performance.now() - start);
		}
		return Math.max(...times);
	});
	assert.ok(took < 500, `${took} ms`); // far more than it takes, for a busy machine
	assert.ok(await grid.locator("tbody tr").count() < 80);
	await grid.press("End");
	await grid.press(" ");
	await isShown(one, "text=1 selected");
	await one.getByRole("columnheader", { name: "Open" }).getByRole("button").click();
	await one.locator("th[aria-sort=ascending]:has-text('Open')").waitFor();
	await one.getByRole("button", { name: "Columns" }).click();
	await one.getByRole("menuitemcheckbox", { name: "City" }).click();
	await one.getByRole("columnheader", { name: "City" }).waitFor({ state: "detached" });
	await one.reload();
	assert.equal(await one.getByRole("columnheader", { name: "City" }).count(), 0);
});

page("a draft survives a reload and a menu is worked by keys", {}, async (one, { context }) => {
	await at(one, context, "/app/design");
	await one.getByLabel("Note", { exact: true }).fill("half a thought");
	await one.reload();
	await isShown(one, "text=What you had typed is back");
	assert.equal(await one.getByLabel("Note", { exact: true }).inputValue(), "half a thought");
	await one.getByRole("button", { name: "Menu", exact: true }).focus();
	await one.keyboard.press("Enter");
	await one.getByRole("menuitem", { name: "Rename" }).waitFor();
	await one.keyboard.press("d");
	assert.equal(await one.evaluate(() => document.activeElement.textContent.trim()), "Delete");
	await one.keyboard.press("Escape");
	assert.equal(await one.evaluate(() => document.activeElement.textContent.trim()), "Menu");
	await one.getByRole("combobox", { name: "Owner" }).fill("jon");
	await one.keyboard.press("Enter");
	assert.equal(await one.getByRole("combobox", { name: "Owner" }).inputValue(), "Jonas Weber");
});

// --- every page --------------------------------------------------------------------------------------

async function everyPage(one, context, visit) {
	await enter(context, first);
	for (const [name, path] of addresses) {
		await one.goto(path);
		await isShown(one, "main h1");
		await one.locator(".skeleton").first().waitFor({ state: "detached" });
		await visit(name);
	}
}

for (const width of WIDTHS)
	page(`no page of the signed-in part overflows at ${width} pixels`, { viewport: { width, height: 800 } }, (one, { context }) =>
		everyPage(one, context, (where) => isNarrow(one, where)));

for (const colorScheme of ["light", "dark"])
	page(`axe finds nothing to mend in the signed-in part in ${colorScheme}`, { colorScheme, bypassCSP: true }, (one, { context }) =>
		everyPage(one, context, (where) => isAccessible(one, where)));

page("axe finds nothing to mend on a phone, in a drawer, in the palette", { viewport: { width: 320, height: 700 }, bypassCSP: true }, async (one, { context }) => {
	const { id } = await enter(context, first);
	await one.goto(`/app/people/${id}`);
	await isShown(one, ".drawer h2");
	await isAccessible(one, "drawer");
	await one.keyboard.press("Control+k");
	await isShown(one, "[role=option]");
	await isAccessible(one, "palette");
});

page("the first visit stays within its weight", {}, async (one, { context }) => {
	await register(context);
	const sizes = [];
	let requests = 0;
	one.on("requestfinished", (request) => {
		requests++;
		if (/\.m?js$/.test(new URL(request.url()).pathname))
			sizes.push(request.sizes());
	});
	await one.goto("/app/");
	await isShown(one, "main h1");
	await hasSettled(one);
	const bytes = (await Promise.all(sizes)).reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
	console.log(`# ${Math.round(bytes / 1024)} KB of script in ${requests} requests`);
	assert.ok(bytes > 10000 && bytes < SCRIPT, `${bytes} bytes of script`);
});
