// SPDX-License-Identifier: ISC
//
// The pages as people use them: every test opens a browser of its own on a
// running instance and leaves nothing behind that another would trip over.

import assert from "node:assert/strict";
import { base, register, someone } from "./browser.mjs";
import { first, isAccessible, isNarrow, isShown, page, signIn } from "./harness.mjs";
import { codeTo, mailIsKnown, passTime } from "./mail.mjs";

const WIDTHS = [320, 1280, 2560];
const PUBLIC = ["/", "/sign-in/", "/sign-in/#error-1002", "/invitation/#secret", "/register/", "/register/#error-2001", "/reset/", "/reset/#code",
	"/reset/#error-1002", "/verify/", "/verify/#error-1002", "/no-such-page"];

// --- registration, sign-in and sign-out, with and without script -----------------

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? "with script" : "without script";

	page(`registering leads into Bureau, ${how}`, { javaScriptEnabled }, async (one) => {
		const person = someone();
		await one.goto("/register/");
		await one.getByLabel("Full name").fill(person.fullName);
		await one.getByLabel("E-mail address").fill(person.email);
		await one.getByLabel("Password", { exact: true }).fill(person.password);
		await one.getByRole("button", { name: "Create the account" }).click();
		await one.waitForURL("/app/");
		await isShown(one, javaScriptEnabled ? "h1:has-text(', Ada')" : "h1:has-text('You are signed in')");
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
		await one.waitForURL("/app/");
		if (javaScriptEnabled)
			await one.getByRole("button", { name: "your menu" }).click();
		await one.getByRole(javaScriptEnabled ? "menuitem" : "button", { name: "Sign out" }).click();
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
		await one.waitForURL("/app/");
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

page("the signed-in part leads who is not signed in to the sign-in page", {}, async (one) => {
	await one.goto("/app/");
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
	await one.waitForURL("/app/");
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

// --- every page ------------------------------------------------------------------

async function everyPage(one, visit) {
	for (const path of [...PUBLIC, "/docs/", "/docs/errors/#1002"]) {
		await one.goto(path);
		await visit(path);
	}
}

for (const width of WIDTHS)
	page(`nothing overflows at ${width} pixels`, { viewport: { width, height: 800 } }, (one) => everyPage(one, (where) => isNarrow(one, where)));

for (const colorScheme of ["light", "dark"])
	page(`axe finds nothing to mend in ${colorScheme}`, { colorScheme, bypassCSP: true }, (one) =>
		everyPage(one, (where) => where === "/docs/" ? null : isAccessible(one, where))); // the reference is not ours

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
