// SPDX-License-Identifier: ISC
//
// The pages of customers: the list with all that is done in it, one customer, groups, statistics, a file that comes
// in, and what is shown of them elsewhere.  Names are made up anew by each test, so that none meets another's rows.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { base, register } from "./browser.mjs";
import { browser, enter, first, isAccessible, isNarrow, isShown, page } from "./harness.mjs";
import { mailIsKnown } from "./mail.mjs";

const HOME = "/app/customers";
let count = 0;
const unique = (kind) => `${kind} ${process.pid.toString(36)}${(count++).toString(36)}`;
const phone = () => `+4930${process.pid % 1000}${1000 + count++}`;
const said = (one, text) => isShown(one, `.toast:has-text("${text}")`);
const grid = (one, name = "Customers") => one.getByRole("grid", { name });
const row = (one, name) => one.locator("[role=row]").filter({ hasText: name });
const focused = (one) => one.evaluate(() => document.activeElement.name || document.activeElement.tagName);

async function call(context, method, path, data) {
	const response = await context.request.fetch(`${base}/api/v1/${path}`, { method, headers: { Origin: base }, data });

	assert.ok(response.ok(), `${method} ${path} was answered ${response.status()}: ${await response.text()}`);
	return response.status() === 204 ? null : response.json();
}

const customer = (context, data = {}) => call(context, "POST", "customers", { name: unique("Kay"), ...data });
const group = (context, customFields = []) => call(context, "POST", "customers/groups", { name: unique("Group"), customFields });

// The chairperson, at an address.
async function at(one, context, path = HOME) {
	await enter(context, first);
	await one.goto(path);
	await isShown(one, "main h1");
}

const search = (name) => `${HOME}?search=${encodeURIComponent(name)}`;

// --- one after the other -------------------------------------------------------------------

page("a customer is added, and the list and its drawer show it", {}, async (one, { context }) => {
	const name = unique("Mira");
	await at(one, context);
	await one.keyboard.press("n");
	await one.waitForURL(`${HOME}/new`);
	await one.getByLabel("Name").fill(name);
	await one.getByLabel("Company").fill("Kask & Co");
	await one.getByRole("combobox", { name: "Country" }).fill("germ");
	await one.keyboard.press("Enter");
	await one.getByLabel("Tags").fill("vip, north");
	await one.getByRole("button", { name: "Add the customer" }).click();
	await said(one, `${name} is added`);
	await one.waitForURL(/customers\/[0-9a-f-]{36}$/);
	await isShown(one, `.drawer h2:has-text("${name}")`);
	await isShown(one, ".drawer dd:has-text('Germany')");
	await isShown(one, ".drawer >> text=added this customer");
	await row(one, name).filter({ hasText: "north" }).waitFor();
});

page("a number that somebody has is told at its field, with a link to them; a likely twin while one types", {}, async (one, { context }) => {
	await enter(context, first);
	const other = await customer(context, { phone: phone(), countryCode: "DE" });
	await at(one, context, `${HOME}/new`);
	await one.getByLabel("Name").fill(other.name);
	await isShown(one, `.note:has-text("Perhaps the same") a:text-is("${other.name}")`);
	await one.getByLabel("Phone").fill(other.phone);
	await isShown(one, ".note .badge:has-text('same phone')");
	await one.getByRole("combobox", { name: "Country" }).fill("germ");
	await one.keyboard.press("Enter");
	await one.getByRole("button", { name: "Add the customer" }).click();
	await isShown(one, `.wrong:has-text("This number belongs to") a:text-is("${other.name}")`);
	assert.equal(await focused(one), "phone");
	await one.getByLabel("Phone").fill("12");
	await one.getByRole("button", { name: "Add the customer" }).click();
	await isShown(one, ".wrong:has-text('in international form')");
});

page("what was typed of a new customer is back after a reload", {}, async (one, { context }) => {
	await at(one, context, `${HOME}/new`);
	await one.getByLabel("Company").fill("Half a company");
	await one.getByRole("combobox", { name: "Country" }).fill("norw");
	await one.keyboard.press("Enter");
	await one.reload();
	await isShown(one, "text=What you had typed is back");
	assert.equal(await one.getByLabel("Company").inputValue(), "Half a company");
	assert.equal(await one.getByRole("combobox", { name: "Country" }).inputValue(), "Norway");
	await one.getByRole("button", { name: "Discard it" }).click();
	assert.equal(await one.getByLabel("Company").inputValue(), "");
});

// --- the list -------------------------------------------------------------------------------

page("filters stand in the address, come off again, and go back with the browser", {}, async (one, { context }) => {
	await enter(context, first);
	const tag = unique("tag");
	const [a, b] = [await customer(context, { tags: [tag] }), await customer(context, { tags: [tag], status: "blocked" })];
	await at(one, context);
	await one.getByRole("button", { name: "Filter" }).click();
	await one.getByLabel("Tag", { exact: true }).fill(tag);
	await one.getByRole("button", { name: "Show these" }).click();
	await row(one, b.name).waitFor();
	await one.getByRole("button", { name: "Filter" }).click();
	await one.getByLabel("Status").first().selectOption("blocked");
	await one.getByRole("group", { name: "Status: is / is not" }).getByRole("radio", { name: "is not" }).check();
	await one.getByRole("button", { name: "Show these" }).click();
	await row(one, b.name).waitFor({ state: "detached" });
	await row(one, a.name).waitFor();
	assert.equal(new URL(one.url()).searchParams.get("status[ne]"), "blocked");
	await one.reload();
	await isShown(one, ".chip:has-text('Status: not Blocked')");
	await row(one, a.name).waitFor();
	assert.equal(await row(one, b.name).count(), 0);
	await one.goBack();
	await row(one, b.name).waitFor();
	await one.getByRole("button", { name: `Take off: Tags: ${tag}` }).click();
	await one.locator(".chip").waitFor({ state: "detached" });
	await one.goto(search(unique("nobody")));
	await isShown(one, "text=Nobody fits");
});

page("what is searched for is shown, and the order that is asked for", {}, async (one, { context }) => {
	await enter(context, first);
	const word = unique("Zephyr").replace(" ", "");
	await customer(context, { name: `Beta ${word}` });
	await customer(context, { name: `Alpha ${word}` });
	await at(one, context);
	await one.getByRole("searchbox", { name: "Search customers" }).fill(word);
	await one.waitForURL(/search=/);
	await isShown(one, "text=2 rows");
	await one.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
	await one.waitForURL(/sort=name/);
	await one.waitForFunction(() => document.querySelector("tbody tr:not(.space)").textContent.includes("Alpha"));
	await one.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
	await one.waitForFunction(() => document.querySelector("tbody tr:not(.space)").textContent.includes("Beta"));
	assert.equal(await one.getByRole("searchbox", { name: "Search customers" }).inputValue(), word);
});

page("a view is saved under a name, taken, and deleted with a way back", {}, async (one, { context }) => {
	const name = unique("View");
	await at(one, context, `${HOME}?status=blocked&sort=name`);
	const views = () => one.getByRole("button", { name: /Views|View \w|All customers/ }).first();
	await views().click();
	await one.getByRole("button", { name: "Save this view" }).click();
	await one.getByLabel("Name of the view").fill(name);
	await one.getByRole("button", { name: "Save the view" }).click();
	await said(one, `The view ${name} is saved`);
	await one.goto(HOME);
	await views().click();
	await one.locator(".choose").filter({ hasText: name }).click();
	await one.waitForURL(/sort=name&status=blocked/);
	await isShown(one, ".chip:has-text('Status: Blocked')");
	await views().click();
	await one.getByRole("button", { name: "Save this view" }).click();
	await one.getByLabel("Name of the view").fill(name);
	await one.getByRole("button", { name: "Save the view" }).click();
	await isShown(one, ".wrong:has-text('You have a view of this name already')");
	await one.keyboard.press("Escape");
	await views().click();
	await one.getByRole("button", { name: `Delete the view ${name}` }).click();
	await said(one, `The view ${name} is deleted`);
	await one.getByRole("button", { name: "Undo" }).click();
	await one.reload();
	await views().click();
	await one.locator(".choose").filter({ hasText: name }).waitFor();
});

page("columns are chosen, and stay chosen", {}, async (one, { context }) => {
	await at(one, context);
	await one.getByRole("button", { name: "Columns" }).click();
	await one.getByRole("menuitemcheckbox", { name: "Phone" }).click();
	await one.getByRole("columnheader", { name: "Phone" }).waitFor();
	await one.reload();
	await one.getByRole("columnheader", { name: "Phone" }).waitFor();
});

page("a cell is edited in its place, by pointer: at once, with a way back", {}, async (one, { context }) => {
	await enter(context, first);
	const { name } = await customer(context);
	await at(one, context, search(name));
	const line = row(one, name);
	await line.locator("td", { hasText: "Active" }).hover();
	await line.locator("td", { hasText: "Active" }).locator(".pencil").click();
	await one.getByRole("combobox", { name: "Status" }).selectOption("pending");
	await line.getByText("Pending").waitFor();
	await said(one, `${name} is saved`);
	await one.getByRole("button", { name: "Undo" }).click();
	await line.getByText("Active").waitFor();
	await said(one, "is as before");
});

page("a cell is edited by keys alone, and a refusal stays beside what was typed", {}, async (one, { context }) => {
	await enter(context, first);
	const { name } = await customer(context);
	const renamed = `${name} renamed`; // what is searched for still finds it
	await at(one, context, search(name));
	await row(one, name).waitFor();
	await grid(one).focus();
	await one.keyboard.press("F2");
	await one.getByRole("textbox", { name: "Name" }).waitFor();
	await one.keyboard.press("Control+a");
	await one.keyboard.press("Delete");
	await one.keyboard.press("Enter");
	await isShown(one, ".wrong:has-text('Please fill this in')");
	await one.keyboard.type(renamed);
	await one.keyboard.press("Enter");
	await said(one, `${renamed} is saved`);
	await row(one, renamed).waitFor();
	assert.equal(await focused(one), "TABLE");
	for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Enter"])
		await one.keyboard.press(key);
	await one.getByRole("combobox", { name: "Owner" }).waitFor();
	await one.keyboard.type(first.fullName.slice(0, 5));
	await one.getByRole("option", { name: first.fullName }).waitFor();
	await one.keyboard.press("Enter");
	await row(one, renamed).getByText(first.fullName).waitFor();
});

page("a change the server refuses is taken back, with the reason", {}, async (one, { context }) => {
	await enter(context, first);
	const { name } = await customer(context);
	await at(one, context, search(name));
	await context.route("**/api/v1/customers/*", (route) => route.request().method() === "PATCH" ?
		route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"code":5001,"requestId":"019ac1d2-0000-7000-8000-000000000000"}' }) : route.continue());
	await row(one, name).locator("td", { hasText: "Active" }).hover();
	await row(one, name).locator("td", { hasText: "Active" }).locator(".pencil").click();
	await one.getByRole("combobox", { name: "Status" }).selectOption("blocked");
	await isShown(one, ".toast.bad:has-text('We are busy')");
	await row(one, name).getByText("Active").waitFor();
});

page("many are changed at once: status, owner, tags and group, each with a way back", {}, async (one, { context }) => {
	await enter(context, first);
	const word = unique("Many").replace(" ", "");
	for (const n of [1, 2, 3])
		await customer(context, { name: `${word} ${n}` });
	const { name, id } = await group(context);
	await at(one, context, `${search(word)}&sort=name`);
	await isShown(one, "text=3 rows");
	await grid(one).focus();
	await one.keyboard.press("Space");
	await one.keyboard.press("Shift+ArrowDown");
	const bar = one.getByRole("region", { name: "What to do with the selection" });
	await bar.getByText("2 selected").waitFor();
	await bar.getByRole("button", { name: "Status" }).click();
	await one.getByRole("menuitem", { name: "Blocked" }).click();
	await said(one, "2 customers are now: Blocked");
	assert.equal(await one.locator("[role=row] >> text=Blocked").count(), 2);
	await one.getByRole("button", { name: "Undo" }).click();
	await said(one, "2 customers are as before");
	await bar.getByRole("button", { name: "Tags" }).click();
	await one.getByLabel("Tags").last().fill("spring, vip");
	await one.getByRole("button", { name: "Do it" }).click();
	await said(one, "Tags of 2 customers are changed");
	await one.locator("[role=row] .badge:has-text('spring')").nth(1).waitFor();
	await bar.getByRole("button", { name: "Owner" }).click();
	await one.getByRole("combobox", { name: "Owner" }).fill(first.fullName.slice(0, 6));
	await one.getByRole("option", { name: first.fullName }).click();
	await one.getByRole("button", { name: "Do it" }).click();
	await said(one, `looked after by ${first.fullName}`);
	await bar.getByRole("button", { name: "Group" }).click();
	await one.getByRole("combobox", { name: "Group" }).fill(name);
	await one.getByRole("option", { name }).click();
	await one.getByRole("button", { name: "Do it" }).click();
	await said(one, `2 customers came into ${name}`);
	assert.equal((await call(context, "GET", `customers/groups/${id}`)).customersCount, 2);
	await bar.getByRole("button", { name: "Delete" }).click();
	await said(one, "2 customers are deleted");
	await isShown(one, "text=1 row");
	await one.locator(".toast:has-text('2 customers are deleted')").getByRole("button", { name: "Undo" }).click();
	await isShown(one, "text=3 rows");
});

// --- one of them -----------------------------------------------------------------------------

page("a customer is edited, by keys alone, and the history says what changed", {}, async (one, { context }) => {
	await enter(context, first);
	const { id, name } = await customer(context, { company: "Before & Co" });
	await at(one, context, search(name));
	await row(one, name).waitFor();
	await grid(one).focus();
	await one.keyboard.press("Enter");
	await one.waitForURL(new RegExp(`${id}\\?search=`));
	await isShown(one, ".drawer footer button:has-text('Edit')");
	await one.keyboard.press("e");
	await one.getByLabel("Company").focus();
	await one.keyboard.press("Control+a");
	await one.keyboard.type("After & Co");
	await one.keyboard.press("Enter");
	await said(one, `${name} is saved`);
	await row(one, "After & Co").waitFor();
	await isShown(one, ".timeline del:has-text('Before & Co')");
	await isShown(one, ".timeline ins:has-text('After & Co')");
	await one.locator(".drawer h2").focus();
	await one.keyboard.press("Escape");
	await one.waitForURL(/customers\?search=/);
	assert.equal(await focused(one), "TABLE");
});

page("two people edit one customer: both versions are shown, and one is chosen by field", {}, async (one, { context, t }) => {
	await enter(context, first);
	const { id, name } = await customer(context, { company: "At first" });
	await at(one, context, `${HOME}/${id}`);
	await one.getByRole("button", { name: "Edit", exact: true }).click();
	await one.getByLabel("Company").fill("Mine");
	await one.getByLabel("Tags").fill("mine");
	const elsewhere = await browser.newContext({ baseURL: base });
	t.after(() => elsewhere.close());
	await enter(elsewhere, first);
	const other = await elsewhere.newPage();
	await other.goto(`${HOME}/${id}`);
	await other.getByRole("button", { name: "Edit", exact: true }).click();
	await other.getByLabel("Company").fill("Theirs");
	await other.getByLabel("Status").selectOption("pending");
	await other.getByRole("button", { name: "Save changes" }).click();
	await said(other, `${name} is saved`);
	assert.equal(await one.getByLabel("Company").inputValue(), "Mine");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, "dialog legend:has-text('Company')");
	await one.locator("dialog label:has-text('Mine')").click();
	await one.getByRole("button", { name: "Save the choice" }).click();
	await said(one, `${name} is saved`);
	const now = await call(context, "GET", `customers/${id}`);
	assert.deepEqual([now.company, now.status, now.tags], ["Mine", "pending", ["mine"]]);
});

page("a note's draft outlives a reload, and the note is read by all", {}, async (one, { context }) => {
	await enter(context, first);
	const { id } = await customer(context);
	await at(one, context, `${HOME}/${id}`);
	await one.getByRole("textbox", { name: "Note" }).fill("Called about pallets.");
	await one.reload();
	await isShown(one, "text=What you had typed is back");
	assert.equal(await one.getByRole("textbox", { name: "Note" }).inputValue(), "Called about pallets.");
	await one.getByRole("button", { name: "Add the note" }).click();
	await isShown(one, ".timeline .said:has-text('Called about pallets.')");
	assert.equal(await one.getByRole("textbox", { name: "Note" }).inputValue(), "");
	await one.locator(".history").getByRole("radio", { name: "Changes" }).check();
	await one.locator(".timeline .said").waitFor({ state: "detached" });
});

page("a deleted customer comes back by undo, and by its address", {}, async (one, { context }) => {
	await enter(context, first);
	const { id, name } = await customer(context);
	await at(one, context, `${HOME}/${id}?search=${encodeURIComponent(name)}`);
	await one.getByRole("button", { name: "What else can be done" }).click();
	await one.getByRole("menuitem", { name: "Delete" }).click();
	await said(one, `${name} is deleted`);
	await isShown(one, "text=Nobody fits");
	await one.goto(`${HOME}/${id}`);
	await isShown(one, "h2:has-text('This customer was deleted')");
	await one.getByRole("button", { name: "Bring back" }).click();
	await isShown(one, `.drawer h2:has-text("${name}")`);
	await one.goto(`${HOME}/${first.id}`);
	await isShown(one, "h2:has-text('There is no such customer')");
});

page("who may not read contact data is shown a part, and told why", {}, async (one, { context }) => {
	await enter(context, first);
	const { id } = await customer(context, { phone: phone(), email: "mira.okafor@example.test" });
	await context.clearCookies();
	await register(context);
	await one.goto(`${HOME}/${id}`);
	await isShown(one, ".drawer .masked:has-text('m***@***.test')");
	await isShown(one, "text=takes the permission to read contact data");
	assert.equal(await one.getByRole("button", { name: "Edit", exact: true }).count(), 0);
	assert.equal(await one.getByRole("button", { name: "New customer" }).count(), 0);
	assert.equal(await one.getByRole("link", { name: "Statistics" }).count(), 0);
});

page("two that are one are merged, and parted again", {}, async (one, { context }) => {
	await enter(context, first);
	const name = unique("Twin");
	const a = await customer(context, { name, company: "Left & Co", phone: phone() });
	const b = await customer(context, { name, company: "Right & Co", email: "right@example.test" });
	await at(one, context, `${HOME}/${a.id}?search=${encodeURIComponent(name)}`);
	await isShown(one, ".drawer h3:has-text('Perhaps the same')");
	await one.getByRole("button", { name: `Merge with ${name}` }).click();
	await one.locator("dialog .versions label:has-text('Right & Co')").first().click();
	await one.getByRole("button", { name: "Merge them" }).click();
	await said(one, "2 customers are now");
	await isShown(one, "text=1 row");
	const now = await call(context, "GET", `customers/${a.id}`);
	assert.deepEqual([now.company, now.email], ["Right & Co", "right@example.test"]);
	await one.getByRole("button", { name: "Undo" }).click();
	await said(one, "They are apart again");
	await isShown(one, "text=2 rows");
	assert.equal((await call(context, "GET", `customers/${b.id}`)).company, "Right & Co");
});

page("all that is kept of somebody is given out, and they are forgotten once their name is typed", {}, async (one, { context }) => {
	await enter(context, first);
	const { id, name } = await customer(context, { email: "forget@example.test" });
	await at(one, context, `${HOME}/${id}`);
	const more = () => one.getByRole("button", { name: "What else can be done" }).click();
	await more();
	await one.getByRole("menuitem", { name: "Give out all data" }).click();
	const [file] = await Promise.all([one.waitForEvent("download"), one.getByRole("button", { name: "Make the file" }).click()]);
	assert.equal(JSON.parse(await readFile(await file.path(), "utf8")).customer.email, "forget@example.test");
	await more();
	await one.getByRole("menuitem", { name: "Anonymise" }).click();
	await one.getByLabel("Name of the customer").fill("Somebody else");
	await one.getByRole("button", { name: "Anonymise for good" }).click();
	await isShown(one, ".wrong:has-text('This is not the name')");
	await one.getByLabel("Name of the customer").fill(name);
	await one.getByRole("button", { name: "Anonymise for good" }).click();
	await said(one, "The customer is anonymised");
	await isShown(one, ".drawer h2:has-text('Anonymised')");
	assert.equal(await one.locator(".drawer").getByText("forget@example.test").count(), 0);
});

// --- groups and statistics ----------------------------------------------------------------------

page("a group gets fields of its own, members, and stays while it has some", {}, async (one, { context }) => {
	await enter(context, first);
	const { name: member } = await customer(context);
	const name = unique("Wholesale");
	await at(one, context, `${HOME}/groups`);
	await one.getByRole("button", { name: "New group" }).first().click();
	await one.getByLabel("Name", { exact: false }).first().fill(name);
	await one.getByRole("button", { name: "Add a field" }).click();
	await one.getByLabel("Name of the field").fill("Region");
	await one.getByLabel("Holds").selectOption("list");
	await one.getByRole("button", { name: "Make the group" }).click();
	await isShown(one, ".wrong");
	await one.getByLabel("What may be chosen").fill("North\nSouth");
	await one.getByRole("button", { name: "Make the group" }).click();
	await said(one, `The group ${name} is there`);
	await isShown(one, ".drawer dd:has-text('Choice, North · South')");
	await one.getByRole("combobox", { name: "Put a customer in" }).fill(member);
	await one.getByRole("option", { name: member }).click();
	await said(one, `${member} is in it`);
	await isShown(one, "h3:has-text('1 customer in it')");
	await one.getByRole("button", { name: "What else can be done" }).click();
	await one.getByRole("menuitem", { name: "Delete" }).click();
	await said(one, "1 customer is in this group; take them out first");
	await one.locator(".members").getByRole("link", { name: member }).click();
	await one.getByRole("button", { name: "Edit", exact: true }).click();
	await one.getByLabel("Region").selectOption("South");
	await one.getByRole("button", { name: "Save changes" }).click();
	await isShown(one, ".drawer dd:has-text('South')");
	await one.getByRole("link", { name, exact: true }).click();
	await one.getByRole("button", { name: `Take out: ${member}` }).click();
	await said(one, `${member} is taken out`);
	await isShown(one, "h3:has-text('0 customers in it')");
	await one.getByRole("button", { name: "Undo" }).last().click();
	await isShown(one, "h3:has-text('1 customer in it')");
});

page("numbers of customers are drawn, read as a table, and lead to the customers", {}, async (one, { context }) => {
	await enter(context, first);
	await customer(context, { status: "blocked" });
	await at(one, context, `${HOME}/statistics`);
	await isShown(one, ".chart canvas");
	await one.getByRole("button", { name: "Show as a table" }).click();
	await isShown(one, "[role=region] th:has-text('Time')");
	await one.getByRole("radio", { name: "Month" }).check();
	await one.waitForURL(/bucket=month/);
	await one.getByLabel("From").fill("2020-01-01");
	await one.waitForURL(/from=2020-01-01/);
	await one.locator(".bars").getByRole("link", { name: "Blocked" }).click();
	await one.waitForURL(/createdAt%5Bgte%5D=2020-01-01&status=blocked|status=blocked/);
	await isShown(one, ".chip:has-text('Status: Blocked')");
	await one.goto("/app/");
	await isShown(one, "h2:text-is('New customers')");
	await isShown(one, "h2:text-is('By owner')");
});

// --- files --------------------------------------------------------------------------------------

const csv = (lines) => ({ name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });

page("a file is tried, mended and imported, with its errors as a file", {}, async (one, { context }) => {
	await enter(context, first);
	const word = unique("Import").replace(" ", "");
	const there = await customer(context, { phone: phone() });
	await at(one, context);
	await one.getByRole("button", { name: "Import and export" }).click();
	await one.getByRole("menuitem", { name: "Import from a file" }).click();
	await one.locator("input[type=file]").setInputFiles(csv(["empty"]));
	await isShown(one, ".note:has-text('no line behind its first one')");
	await one.locator("input[type=file]").setInputFiles(csv(["Kunde;E-Mail;Telefon;Colour", `${word} One;one@example.test;;red`, `"${word}; Two";nonsense;;`, `${word} Three;;${there.phone};`]));
	await isShown(one, ".mapping li:has-text('Kunde')");
	assert.equal(await one.getByLabel("The column Kunde becomes").inputValue(), "name");
	assert.equal(await one.getByLabel("The column E-Mail becomes").inputValue(), "email");
	await one.getByLabel("The column Colour becomes").selectOption("customFields.Colour");
	await one.getByRole("button", { name: "Try it without importing" }).click();
	await one.waitForURL(/\/import\/[0-9a-f-]{36}/);
	await isShown(one, "h2:has-text('This would happen')");
	await isShown(one, "td:has-text('E-mail address')");
	assert.deepEqual(await one.locator(".figure dd").allTextContents(), ["3", "1", "0", "1", "1"]);
	const [file] = await Promise.all([one.waitForEvent("download"), one.getByRole("button", { name: "File of errors" }).click()]);
	assert.match(await readFile(await file.path(), "utf8"), /_errors.*\n.*Two/s);
	assert.equal((await call(context, "GET", `customers?search=${word}`)).items.length, 0);
	await one.getByRole("button", { name: "Import 1 customer" }).click();
	await isShown(one, "h2:text-is('Imported')");
	const [made] = (await call(context, "GET", `customers?search=${word}`)).items;
	assert.deepEqual([made.name, made.email, made.customFields], [`${word} One`, "one@example.test", { Colour: "red" }]);
	await one.reload();
	await isShown(one, "h2:text-is('Imported')");
});

page("what the filters leave goes out as a file", {}, async (one, { context }) => {
	await enter(context, first);
	const tag = unique("out");
	const { name } = await customer(context, { tags: [tag] });
	const { name: left } = await customer(context);
	await at(one, context, `${HOME}?tags=${encodeURIComponent(tag)}`);
	await row(one, name).waitFor();
	await one.getByRole("button", { name: "Import and export" }).click();
	const [file] = await Promise.all([one.waitForEvent("download"), one.getByRole("menuitem", { name: "Export what is shown" }).click()]);
	const text = await readFile(await file.path(), "utf8");
	assert.ok(text.includes(name) && !text.includes(left));
});

// --- elsewhere, at once, and in number -------------------------------------------------------------

page("the palette finds customers and people", {}, async (one, { context }) => {
	await enter(context, first);
	const { id, name } = await customer(context);
	await at(one, context, "/app/");
	const palette = one.getByRole("combobox", { name: "Search and commands" });
	await one.keyboard.press("Control+k");
	await palette.fill(name);
	await one.getByRole("option", { name }).waitFor();
	await one.keyboard.press("Enter");
	await one.waitForURL(`${HOME}/${id}`);
	await one.keyboard.press("Control+k");
	await palette.fill(first.fullName);
	await one.getByRole("option", { name: first.fullName }).waitFor();
});

// A stream of events that a test speaks for: window.changed(resource) is what push would tell.
const STREAM = `
	const watchers = new Set();
	export const connection = { state: "live", since: Date.now() };
	export async function start() {}
	export function stop() {}
	export const on = () => () => {};
	export const onConnection = () => () => {};
	export function position() {}
	export function whenChanged(resources, fn) {
		const one = { resources: [resources].flat(), fn };
		watchers.add(one);
		return () => watchers.delete(one);
	}
	window.changed = (resource) => [...watchers].filter((one) => one.resources.includes(resource)).forEach((one) => one.fn([{ resource, id: null, action: "updated" }]));`;

page("what another person changes comes without taking focus, place or what is typed", { viewport: { width: 1280, height: 600 } }, async (one, { context }) => {
	await enter(context, first);
	const word = unique("Fresh").replace(" ", "");
	const made = [];
	for (let n = 10; n < 40; n++)
		made.push(await customer(context, { name: `${word} ${n}` }));
	await context.route("**/js/live.js", (route) => route.fulfill({ contentType: "text/javascript", body: STREAM }));
	await at(one, context, `${HOME}/${made[2].id}?search=${word}&sort=name`);
	await row(one, `${word} 12`).waitFor();
	await one.getByRole("textbox", { name: "Note" }).fill("Half a sentence");
	await one.evaluate(() => { document.querySelector(".table").scrollTop = 420; });
	const top = () => one.evaluate(() => {
		const from = document.querySelector("thead th").getBoundingClientRect().bottom; // it is that which stays in sight
		return [...document.querySelectorAll("tbody tr:not(.space)")].find((line) => line.getBoundingClientRect().top >= from - 1).querySelector("a").textContent;
	});
	const before = await top();
	await customer(context, { name: `${word} 01` });
	await call(context, "PATCH", `customers/${made[2].id}`, { status: "blocked" });
	await one.evaluate(() => window.changed("customers"));
	await one.locator(".drawer header .badge:has-text('Blocked')").waitFor();
	await isShown(one, "text=31 rows");
	assert.equal(await top(), before);
	assert.equal(await one.getByRole("textbox", { name: "Note" }).inputValue(), "Half a sentence");
	assert.equal(await focused(one), "text");
	assert.equal(await one.locator(".skeleton").count(), 0);
});

page("what one person adds and changes, another sees within seconds", {}, async (one, { context, t }) => {
	await enter(context, first);
	const paths = Object.keys((await call(context, "GET", "openapi.json")).paths);
	if (!paths.some((path) => path.endsWith("/events")))
		return t.skip("there is no stream of events here");
	const word = unique("Live").replace(" ", "");
	const { id, name } = await customer(context, { name: `${word} one` });
	await at(one, context, search(word));
	await row(one, name).waitFor();
	await call(context, "PATCH", `customers/${id}`, { status: "blocked" });
	await row(one, name).getByText("Blocked").waitFor({ timeout: 5000 });
	await customer(context, { name: `${word} two` });
	await row(one, `${word} two`).waitFor({ timeout: 5000 });
});

// Behind the backs of the API, which would take minutes.
function thousands(tag, n) {
	execFileSync("psql", ["-XAtqc", `SET search_path = bureau, public; SELECT set_config('bureau.user', '${first.id}', false);
		INSERT INTO customers (name, company, tags) SELECT 'Row ' || lpad(i::text, 5, '0'), 'Company ' || i % 97, ARRAY['${tag}'] FROM generate_series(1, ${n}) i`]);
}

page("ten thousand rows are quick to go through, and only what is seen is drawn", { viewport: { width: 1280, height: 800 } }, async (one, { context, t }) => {
	if (!mailIsKnown)
		return t.skip("the database is elsewhere");
	const tag = unique("thousands");
	thousands(tag, 10000);
	await at(one, context, `${HOME}?tags=${encodeURIComponent(tag)}&sort=name`);
	await row(one, "Row 00001").waitFor();
	await isShown(one, "text=of 10,000 rows");
	await grid(one).focus();
	const told = () => one.locator(".table-foot [role=status]").textContent();
	for (let text = await told(); text.includes(" of "); text = await told()) {
		await one.keyboard.press("End");
		await one.waitForFunction((was) => document.querySelector(".table-foot [role=status]").textContent !== was, text);
	}
	await one.keyboard.press("End");
	await row(one, "Row 10000").waitFor();
	assert.ok(await one.locator("tbody tr").count() < 120);
	const took = await one.evaluate(async () => {
		const table = document.querySelector("[role=grid]");
		const took = [];
		for (const key of ["ArrowUp", "PageUp", " ", "Home", "PageDown", "ArrowDown", "End"]) {
			const begin = performance.now();
			table.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
			await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
			took.push(performance.now() - begin);
		}
		return took.sort((a, b) => a - b);
	});
	t.diagnostic(`seven keys among 10,000 rows took ${took.map((one) => one.toFixed(0)).join(", ")} ms`);
	assert.ok(took[3] < 250, `half of the keys took more than ${took[3]} ms`); // where much else runs beside
});

// --- every state of them ------------------------------------------------------------------------------

const LONG = "Wilhelmina Featherstonehaugh-Cholmondeley von und zu Hohenlohe-Langenburg";

// Each of [what, how one gets there].
const states = (id, groupId, word) => [
	["list", async (one) => { await one.goto(search(word)); await row(one, LONG).waitFor(); }],
	["selection", async (one) => { await one.getByRole("checkbox", { name: "Select the row" }).first().click(); await isShown(one, ".picked-bar"); }],
	["filter", async (one) => { await one.goto(HOME); await one.getByRole("button", { name: "Filter" }).click(); await isShown(one, ".filters form"); }],
	["drawer", async (one) => { await one.goto(`${HOME}/${id}`); await isShown(one, ".timeline li"); }],
	["edit", async (one) => { await one.getByRole("button", { name: "Edit", exact: true }).click(); await isShown(one, ".drawer input[name=name]"); }],
	["new", async (one) => { await one.goto(`${HOME}/new`); await isShown(one, ".drawer input[name=name]"); }],
	["group", async (one) => { await one.goto(`${HOME}/groups/${groupId}`); await isShown(one, ".members"); }],
	["group-edit", async (one) => { await one.getByRole("button", { name: "Edit", exact: true }).click(); await isShown(one, ".definition"); }],
	["statistics", async (one) => { await one.goto(`${HOME}/statistics`); await isShown(one, ".chart canvas"); }],
	["mapping", async (one) => { await one.goto(`${HOME}/import`); await one.locator("input[type=file]").setInputFiles(csv(["name,phone", "A,12", "B,"])); await isShown(one, ".mapping"); }],
	["report", async (one) => { await one.getByRole("button", { name: "Try it without importing" }).click(); await isShown(one, ".wrong-lines"); }],
];

async function everyState(one, context, visit) {
	await enter(context, first);
	const { paths } = await call(context, "GET", "openapi.json");
	const hasImport = Object.keys(paths).some((path) => path.endsWith("/customers/import"));
	const word = unique("State").replace(" ", "");
	await customer(context, { name: `شركة الحداد للتجارة ${word}`, company: "مؤسسة النور", tags: ["مهم"] });
	const { id } = await customer(context, { name: `${LONG} ${word}`, company: LONG, tags: ["a rather long label that somebody typed", "second"], email: `${"long.".repeat(12)}address@example.test`, phone: phone(), ownerId: first.id });
	const { id: groupId } = await group(context, [{ name: "Discount", type: "number", min: 0, max: 40 }, { name: "Region", type: "list", options: ["North", "South"] }]);
	await call(context, "POST", `customers/groups/${groupId}/customers`, { customerIds: [id] });
	await call(context, "PATCH", `customers/${id}`, { customFields: { Region: "North" }, status: "pending" });
	for (const [what, go] of states(id, groupId, word).filter(([what]) => hasImport || !["mapping", "report"].includes(what))) {
		await go(one);
		await visit(what);
	}
}

for (const colorScheme of ["light", "dark"])
	page(`axe finds nothing to mend in customers in ${colorScheme}`, { colorScheme, bypassCSP: true }, async (one, { context }) => {
		await everyState(one, context, (what) => isAccessible(one, what));
	});

page("nothing of customers overflows at 320 pixels", { viewport: { width: 320, height: 720 } }, async (one, { context }) => {
	await everyState(one, context, (what) => isNarrow(one, what));
});

page("a file from Windows is read as it was meant, and what is no text is refused", {}, async (one, { context }) => {
	const word = unique("Umlaut").replace(" ", "");

	await at(one, context, `${HOME}/import`);
	await one.locator("input[type=file]").setInputFiles({ name: "picture.csv", mimeType: "text/csv", buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 10]) });
	await isShown(one, ".note:has-text('This is no text file')");
	await one.locator("input[type=file]").setInputFiles({ name: "excel.csv", mimeType: "text/csv", buffer: Buffer.from(`Name;Firma\r\nM\xfcller ${word};S\xf6hne \x80\r\n`, "latin1") });
	await isShown(one, ".note:has-text('written as on Windows')");
	await isShown(one, `.mapping li:has-text('Müller ${word}')`);
	await one.getByRole("button", { name: "Import at once" }).click();
	await isShown(one, "h2:has-text('Imported')");
	const { items } = await call(context, "GET", `customers?search=${word}`);
	assert.deepEqual(items.map(({ name, company }) => [name, company]), [[`Müller ${word}`, "Söhne €"]]);
});

page("who is anonymised can be given nothing more", {}, async (one, { context }) => {
	await enter(context, first);
	const known = await customer(context, { phone: phone() });
	await call(context, "POST", `customers/${known.id}/anonymise`, { confirm: known.name });
	await at(one, context, `${HOME}/${known.id}`);
	await isShown(one, ".drawer .note:has-text('is forgotten')");
	assert.equal(await one.locator(".drawer").getByRole("button", { name: "Edit", exact: true }).count(), 0);
	assert.equal(await one.locator(".drawer").getByPlaceholder("Write a note").count() + await one.locator(".drawer textarea").count(), 0);
});

page("customers are told in German, too", { viewport: { width: 1280, height: 800 } }, async (one, { context }) => {
	await register(context);
	await call(context, "PATCH", "auth/me", { locale: "de" });
	await one.goto(HOME);
	await isShown(one, "h1:text-is('Kunden')");
	await one.getByRole("button", { name: "Filter" }).click();
	await isShown(one, "button:has-text('Diese zeigen')");
});
