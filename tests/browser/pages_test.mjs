// SPDX-License-Identifier: ISC
//
// The pages as people use them: every test opens a browser of its own on a
// running instance and leaves nothing behind that another would trip over.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { base, launch, register, someone } from "./browser.mjs";
import { codeTo, holdMail, mailIsKnown, passTime } from "./mail.mjs";

const WIDTHS = [320, 1280, 2560];
const PUBLIC = ["/", "/sign-in/", "/sign-in/#error-1002", "/invitation/#secret", "/register/", "/register/#error-2001", "/reset/", "/reset/#code",
	"/reset/#error-1002", "/verify/", "/verify/#error-1002", "/no-such-page"];
const PLACES = ["profile", "password", "sessions", "tokens"];

let browser;
let first; // whoever registered first here: on an empty system the chairperson
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

before(async () => {
	holdMail(true);
	browser = await launch();
	const context = await browser.newContext();
	first = await register(context);
	await context.close();
});
after(() => {
	holdMail(false);
	return browser.close();
});

// A page test: fails also when the page wrote an error to the console, which a
// violated Content-Security-Policy does too.
function page(name, options, run) {
	test(name, async (t) => {
		const context = await browser.newContext({ baseURL: base, ...options });
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

const isShown = (one, selector) => one.locator(selector).filter({ visible: true }).first().waitFor();

async function signIn(one, { email, password }, path = "/sign-in/") {
	await one.goto(path);
	await one.getByLabel("E-mail address").fill(email);
	await one.getByLabel("Password", { exact: true }).fill(password);
	await one.getByRole("button", { name: "Sign in" }).click();
}

// --- registration, sign-in and sign-out, with and without script -----------------

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? "with script" : "without script";

	page(`registering leads to the account, ${how}`, { javaScriptEnabled }, async (one) => {
		const person = someone();
		await one.goto("/register/");
		await one.getByLabel("Full name").fill(person.fullName);
		await one.getByLabel("E-mail address").fill(person.email);
		await one.getByLabel("Password", { exact: true }).fill(person.password);
		await one.getByRole("button", { name: "Create the account" }).click();
		await one.waitForURL("/account/");
		await isShown(one, javaScriptEnabled ? `text=${person.email}` : "h1:has-text('You are signed in')");
	});

	page(`registering a known address is told, ${how}`, { javaScriptEnabled }, async (one) => {
		await one.goto("/register/");
		await one.getByLabel("Full name").fill("Another Person");
		await one.getByLabel("E-mail address").fill(first.email);
		await one.getByLabel("Password", { exact: true }).fill(first.password);
		await one.getByRole("button", { name: "Create the account" }).click();
		await isShown(one, "[role=alert]:has-text('There is an account with this e-mail address already')");
		assert.ok(one.url().includes("/register/"));
	});

	page(`a wrong password is told and signs nobody in, ${how}`, { javaScriptEnabled }, async (one) => {
		await signIn(one, { email: someone().email, password: "not my password" });
		await isShown(one, "[role=alert]:has-text('The e-mail address or the password is wrong')");
		await one.waitForLoadState(); // until then every sentence is there, without its style
		assert.equal(await one.locator("[role=alert]:visible").count(), 1);
		assert.ok(one.url().startsWith(`${base}/sign-in/`));
	});

	page(`signing in and out, ${how}`, { javaScriptEnabled }, async (one, { context }) => {
		const person = await register(context);
		await context.clearCookies();
		await signIn(one, person);
		await one.waitForURL("/account/");
		await one.getByRole("button", { name: "Sign out" }).click();
		await one.waitForURL("/sign-in/#signed-out");
		await isShown(one, "text=You are signed out");
		assert.equal((await context.request.get("/api/v1/auth/me")).status(), 401);
	});
}

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? "with script" : "without script";

	page(`a forgotten password is replaced by a code, ${how}`, { javaScriptEnabled }, async (one, { context, t }) => {
		if (!mailIsKnown)
			return t.skip("the mail is elsewhere");
		const person = await register(context);
		await context.clearCookies();
		passTime(person.email);
		await one.goto("/sign-in/");
		await one.getByRole("link", { name: "Forgot your password?" }).click();
		await one.getByLabel("E-mail address", { exact: true }).fill(person.email);
		await one.getByRole("button", { name: "Send the code" }).click();
		await one.waitForURL("/reset/#code");
		await isShown(one, "[role=status]:has-text('a code is on its way')");
		const code = await codeTo(person.email, "reset-password");

		if (!javaScriptEnabled)
			await one.getByLabel("Your e-mail address").fill(person.email);
		assert.equal(await one.getByLabel("Your e-mail address").inputValue(), person.email);
		await one.getByLabel("Code").fill("not this");
		await one.getByLabel("New password").fill("four loud geese swim");
		await one.getByRole("button", { name: "Change the password" }).click();
		await isShown(one, "[role=alert]:has-text('The code is wrong or no longer holds')");
		await one.waitForLoadState();
		assert.equal(await one.locator(":is(.note, .wrong):visible").count(), 1);
		await one.getByLabel("Your e-mail address").fill(person.email);
		await one.getByLabel("Code").fill(code);
		await one.getByLabel("New password").fill("four loud geese swim");
		await one.getByRole("button", { name: "Change the password" }).click();
		await one.waitForURL("/sign-in/#password-reset");
		await isShown(one, "[role=status]:has-text('Your password is changed')");
		await signIn(one, { ...person, password: "four loud geese swim" });
		await one.waitForURL("/account/");
	});

	page(`an address is verified by its code, ${how}`, { javaScriptEnabled }, async (one, { context, t }) => {
		if (!mailIsKnown)
			return t.skip("the mail is elsewhere");
		const person = await register(context);
		await context.clearCookies();
		const enter = async (code) => {
			await one.getByLabel("E-mail address").fill(person.email);
			await one.getByLabel("Code").fill(code);
			await one.getByRole("button", { name: "Verify the address" }).click();
		};
		await one.goto("/verify/");
		await enter("not this");
		await isShown(one, "[role=alert]:has-text('The code is wrong or no longer holds')");
		await enter(await codeTo(person.email, "welcome"));
		await one.waitForURL("/sign-in/#verified");
		await isShown(one, "[role=status]:has-text('Your address is verified')");
	});
}

page("the account page leads who is not signed in to the sign-in page", {}, async (one) => {
	await one.goto("/account/");
	await one.waitForURL(/\/sign-in\//);
});

page("a form left empty names its fields and sends nothing", {}, async (one) => {
	let sent = 0;
	one.on("request", (request) => { sent += request.method() === "POST"; });
	await one.goto("/register/");
	await one.getByRole("button", { name: "Create the account" }).click();
	for (const field of ["Full name", "E-mail address", "Password"])
		assert.equal(await one.getByLabel(field, { exact: true }).getAttribute("aria-invalid"), "true");
	assert.equal(await one.evaluate(() => document.activeElement.id), "fullName");
	assert.equal(sent, 0);
});

page("a refused field is marked and named beside it", {}, async (one) => {
	await one.goto("/register/");
	await one.getByLabel("Full name").fill("Ada Example");
	await one.getByLabel("E-mail address").fill("nobody-without-at");
	await one.getByLabel("Password", { exact: true }).fill("three quiet herons wade");
	await one.getByRole("button", { name: "Create the account" }).click();
	await one.locator("#email[aria-invalid=true]").waitFor();
	assert.notEqual(await one.locator("#email-wrong").textContent(), "");
	await isShown(one, "[role=alert]:text-is('Some fields need attention.')");
});

page("sign-in goes on to a page of ours and to no other", {}, async (one, { context }) => {
	const person = await register(context);
	await context.clearCookies();
	await signIn(one, person, "/sign-in/?next=/docs/");
	await one.waitForURL("/docs/");
	await context.clearCookies();
	await signIn(one, person, "/sign-in/?next=//other.test/");
	await one.waitForURL("/account/");
});

page("a password can be looked at", {}, async (one) => {
	await one.goto("/sign-in/");
	const input = one.getByLabel("Password", { exact: true });
	await input.fill("secret");
	await one.getByRole("button", { name: "Show" }).click();
	assert.equal(await input.getAttribute("type"), "text");
	await one.getByRole("button", { name: "Hide" }).click();
	assert.equal(await input.getAttribute("type"), "password");
});

// --- the account page ----------------------------------------------------------

async function account(one, context, place) {
	const person = await register(context);

	await one.goto(`/account/#${place}`);
	await isShown(one, "main h1");
	return person;
}

page("a changed name is kept", {}, async (one, { context }) => {
	await account(one, context, "profile");
	await one.getByLabel("Full name").fill("Ada Changed");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "text=Your profile is saved");
	await one.reload();
	await isShown(one, "h2:has-text('Ada Changed')");
	assert.equal(await one.getByLabel("Full name").inputValue(), "Ada Changed");
});

page("an address is verified from the account", {}, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the mail is elsewhere");
	const { email } = await account(one, context, "profile");
	const other = "button:has-text('Send another')";
	await one.getByRole("button", { name: "Verify it" }).click();
	await isShown(one, `text=Enter the code of the message we sent to ${email}`);
	assert.equal(await one.evaluate(() => document.activeElement.id), "otp");

	await one.locator(other).focus();
	await one.keyboard.press("Enter");
	await isShown(one, "[role=alert]:has-text('At most one code a minute')");
	assert.ok(await one.locator(other).evaluate((button) => button === document.activeElement));
	passTime(email);
	await one.locator(other).click();
	await isShown(one, `text=A code was sent to ${email}`);
	assert.equal(await one.locator("form [role=alert]").count(), 0);
	await one.getByLabel("Code").fill(await codeTo(email, "verify-email"));
	await one.getByRole("button", { name: "Confirm" }).click();
	await isShown(one, "text=Your address is verified.");
	assert.equal(await one.getByRole("button", { name: "Verify it" }).count(), 0);
});

page("the code of the welcome mail verifies the address from the account, too", {}, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the mail is elsewhere");
	const { email } = await account(one, context, "profile");
	passTime(email);
	await one.goto("/verify/");
	await isShown(one, "text=Your profile has another one sent.");
	assert.equal(await one.getByText("Sign in").filter({ visible: true }).count(), 0);
	await one.goto("/account/#profile");
	await one.getByRole("button", { name: "Verify it" }).click();
	await one.getByLabel("Code").fill(await codeTo(email, "welcome"));
	await one.getByRole("button", { name: "Confirm" }).click();
	await isShown(one, "text=Your address is verified.");
});

page("a code that cannot be sent yet says what one sent before is not for", {}, async (one, { context }) => {
	await account(one, context, "profile");
	await one.getByLabel("Designation").fill("Lamplighter");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "[role=alert]:has-text('still holds only for its own purpose')");
	assert.equal(await one.evaluate(() => document.activeElement.id), "otp");
});

page("a new address and designation are confirmed by a code", {}, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the mail is elsewhere");
	const { email } = await account(one, context, "profile");
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
	await isShown(one, "text=Your profile is saved");
	assert.equal(await one.getByLabel("Designation").inputValue(), "Lamplighter");

	passTime(email);
	await one.getByLabel("E-mail address").fill(changed);
	await one.getByRole("button", { name: "Save changes" }).click();
	await one.getByLabel("Code").fill(await codeTo(email, "step-up", 2));
	await one.getByRole("button", { name: "Confirm" }).click();
	await isShown(one, `p:text-is('${changed}')`);
	assert.equal((await (await context.request.get("/api/v1/auth/me")).json()).email, changed);
});

page("an edit over a newer one is refused and shows what holds", {}, async (one, { context, open }) => {
	await account(one, context, "profile");
	const other = await open();
	await other.goto("/account/#profile");
	await other.getByLabel("Full name").fill("Ada Sooner");
	await other.getByRole("button", { name: "Save changes" }).click();
	await isShown(other, "text=Your profile is saved");
	await one.getByLabel("Full name").fill("Ada Later");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, ".place [role=alert]");
	await isShown(one, "h2:has-text('Ada Sooner')");
});

page("the language is the account's", {}, async (one, { context }) => {
	await account(one, context, "profile");
	await one.getByLabel("Language").selectOption("de");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "h1:has-text('Profil')");
	await one.reload();
	await isShown(one, "button:has-text('Abmelden')");
	assert.equal(await one.locator("html").getAttribute("lang"), "de");
});

page("the theme is kept on the machine and with the account", { colorScheme: "light" }, async (one, { context }) => {
	await account(one, context, "profile");
	const ground = () => one.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await ground();
	const saved = one.waitForResponse((r) => r.request().method() === "PATCH");
	await one.getByRole("button", { name: "Dark" }).click();
	assert.equal((await saved).status(), 200);
	const dark = await ground();
	assert.notEqual(dark, light);
	await one.evaluate(() => localStorage.clear());
	await one.reload();
	await one.locator("html[data-theme=dark]").waitFor();
	assert.equal(await ground(), dark);
});

page("a token is shown once, works, and ends when revoked", {}, async (one, { context, t }) => {
	await account(one, context, "tokens");
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
	assert.equal(await ask(token), 401);
});

page("a session ended from another one is over", {}, async (one, { context, t }) => {
	const person = await account(one, context, "profile");
	const elsewhere = await browser.newContext({ baseURL: base });
	t.after(() => elsewhere.close());
	const there = await elsewhere.newPage();
	await signIn(there, person);
	await there.waitForURL("/account/");

	await one.goto("/account/#sessions");
	await isShown(one, "li:has-text('This device')");
	assert.equal(await one.locator(".rows > li").count(), 2);
	await one.getByRole("button", { name: /^End:/ }).click();
	await one.getByRole("button", { name: "End this session" }).click();
	await one.waitForFunction(() => document.querySelectorAll(".rows > li").length === 1);
	await there.reload();
	await there.waitForURL(/\/sign-in\//);
	assert.equal((await context.request.get("/api/v1/auth/me")).status(), 200);
});

page("a changed password holds and ends the other sessions", {}, async (one, { context, t }) => {
	const person = await account(one, context, "password");
	const elsewhere = await browser.newContext({ baseURL: base });
	t.after(() => elsewhere.close());
	await signIn(await elsewhere.newPage(), person);
	await elsewhere.pages()[0].waitForURL("/account/");

	await one.getByLabel("Current password").fill("something else");
	await one.getByLabel("New password").fill("four loud geese swim");
	await one.getByRole("button", { name: "Change the password" }).click();
	await isShown(one, "[role=alert]:has-text('That is not your current password')");
	await one.getByLabel("Current password").fill(person.password);
	await one.getByRole("button", { name: "Change the password" }).click();
	await isShown(one, "text=The password is changed");
	assert.equal((await elsewhere.request.get("/api/v1/auth/me")).status(), 401);
	await context.clearCookies();
	await signIn(one, person);
	await isShown(one, "[role=alert]:has-text('The e-mail address or the password is wrong')");
	await signIn(one, { ...person, password: "four loud geese swim" });
	await one.waitForURL("/account/");
});

page("access is taken away, and given back by undo", {}, async (one, { context, t }) => {
	if (first.role !== "chairperson")
		return t.skip("somebody had registered before");
	const member = await browser.newContext({ baseURL: base });
	t.after(() => member.close());
	const person = await register(member, { ...someone(), fullName: `Member ${Date.now()}` });

	await signIn(one, first);
	await one.waitForURL("/account/");
	await one.goto("/account/#people");
	await one.getByRole("button", { name: `Take access away: ${person.fullName}` }).click();
	await isShown(one, `li:has-text('${person.fullName}') >> text=No access`);
	assert.equal((await member.request.get("/api/v1/auth/me")).status(), 403);
	await one.getByRole("button", { name: "Undo" }).click();
	await one.locator("text=No access").waitFor({ state: "detached" });
	assert.equal(await one.getByText("has no access any more").count(), 0);
});

page("an invitation is shown once and makes an account", {}, async (one, { t }) => {
	if (first.role !== "chairperson")
		return t.skip("somebody had registered before");
	const person = someone();
	const guest = await browser.newContext({ baseURL: base });
	t.after(() => guest.close());

	await signIn(one, first);
	await one.waitForURL("/account/");
	await one.goto("/account/#people");
	await one.getByRole("button", { name: "Invite somebody" }).click();
	await one.getByLabel("Full name").fill("Somebody New");
	await one.getByLabel("E-mail address").fill(person.email);
	await one.getByRole("button", { name: "Make an invitation" }).click();
	const url = new URL(await one.locator("[data-secret]").textContent());

	const there = await guest.newPage();
	await there.goto(url.pathname + url.hash);
	assert.equal(await there.evaluate(() => location.hash), "");
	await there.getByLabel("Full name").fill("Somebody Else");
	await there.getByLabel("Password", { exact: true }).fill(person.password);
	await there.getByRole("button", { name: "Accept the invitation" }).click();
	await there.waitForURL("/account/");
	await isShown(there, "h2:has-text('Somebody Else')");
	await isShown(there, `text=${person.email}`);

	await there.goto("about:blank");
	await there.goto(url.pathname + url.hash);
	await there.getByLabel("Full name").fill("Somebody Else");
	await there.getByLabel("Password", { exact: true }).fill(person.password);
	await there.getByRole("button", { name: "Accept the invitation" }).click();
	await isShown(there, "[role=alert]:has-text('This invitation has been used already')");
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
	await Promise.all([one.goto("/account/"), other.goto("/account/")]);
	await Promise.all([isShown(one, "h2:has-text('Ada Example')"), isShown(other, "h2:has-text('Ada Example')")]);
	assert.equal(refreshes, 1);
});

// --- every page ------------------------------------------------------------------

async function everyPage(one, context, visit) {
	for (const path of [...PUBLIC, "/docs/", "/docs/errors/#1002"]) {
		await one.goto(path);
		await visit(path);
	}
	await context.request.post("/api/v1/auth/login", { headers: { Origin: base },
		data: { email: first.email, password: first.password, cookie: true } });
	for (const place of first.role === "chairperson" ? [...PLACES, "people"] : PLACES) {
		await one.goto("about:blank");
		await one.goto(`/account/#${place}`);
		await isShown(one, `main#${place} :is(form, .rows, .empty)`);
		await visit(place);
	}
}

for (const width of WIDTHS)
	page(`nothing overflows at ${width} pixels`, { viewport: { width, height: 800 } }, async (one, { context }) => {
		await everyPage(one, context, async (where) => {
			const wide = await one.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			assert.ok(wide <= 0, `${where} is ${wide} pixels too wide`);
		});
	});

for (const colorScheme of ["light", "dark"])
	page(`axe finds nothing to mend in ${colorScheme}`, { colorScheme, reducedMotion: "reduce", bypassCSP: true }, async (one, { context }) => {
		await everyPage(one, context, async (where) => {
			if (where === "/docs/")
				return; // the reference is not ours
			await one.evaluate(axe);
			const { violations } = await one.evaluate(() => window.axe.run({
				runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
			assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), []);
		});
	});

page("the API reference is drawn under the policy of the site", {}, async (one) => {
	const strangers = [];
	one.on("request", (request) => {
		if (!request.url().startsWith(base) && !request.url().startsWith("data:"))
			strangers.push(request.url());
	});
	await one.goto("/docs/");
	await one.locator(".opblock-summary").first().click();
	await isShown(one, ".opblock-body");
	assert.deepEqual(strangers, []);
});
