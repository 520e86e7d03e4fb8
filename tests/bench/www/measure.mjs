// SPDX-License-Identifier: ISC
//
// Lighthouse on each page, in Debian's Chromium with a profile of its own that calls nobody; then
// a first visit and a second one, counted by what went over the wire.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import lighthouse, { desktopConfig } from "lighthouse";
import { launch } from "puppeteer-core";

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-default-apps",
	"--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run", "--lang=en-GB"];
const PAGES = { "sign-in": "/sign-in/", dashboard: "/app/", customers: "/app/customers" };
const CATEGORIES = { performance: "performance", accessibility: "accessibility", practices: "best-practices" };
const TIMES = { "first paint": "first-contentful-paint", "largest paint": "largest-contentful-paint",
	"blocked": "total-blocking-time", "shift": "cumulative-layout-shift", "speed": "speed-index" };
const QUIET_FOR = 3000; // ms without a request or the end of one: the page stands
const base = process.env.BASE_URL;
const rounds = Number(process.env.ROUNDS ?? 3);
const forms = (process.env.FORMS ?? "desktop mobile").split(" ");
const speeds = []; // Lighthouse's own mark for the machine, 1500 on a desk at rest
const speed = () => speeds.length ? `${Math.min(...speeds)} to ${Math.max(...speeds)} for speed` : "no mark";
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const browser = await launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
	args: process.getuid() === 0 ? [...QUIET, "--no-sandbox"] : QUIET,
});
try {
	for (const form of forms.filter(Boolean))
		await scores(form);
	await visits();
	console.log(`medians of ${rounds}; aim 95 each; load average ${loadavg().map((n) => n.toFixed(1)).join(" ")}, on ${cpus().length} cores that Lighthouse gives ${speed()}`);
} finally {
	await browser.close();
}

// A page of its own that nobody else's storage or cache is in; who signed in, where the address asks for it.
async function fresh(path) {
	const context = await browser.createBrowserContext();
	const page = await context.newPage();

	if (path.startsWith("/app/"))
		await context.setCookie(...await signIn());
	return { context, page };
}

async function signIn() {
	const answer = await fetch(`${base}/api/v1/auth/login`, { method: "POST", headers: { "Content-Type": "application/json", Origin: base },
		body: JSON.stringify({ email: "bench@example.org", password: "a long sentence for benching 17", cookie: true }) });

	if (!answer.ok)
		throw new Error(`signing in was answered ${answer.status}: ${await answer.text()}`);
	return answer.headers.getSetCookie().map((line) => {
		const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
		return { name, value, domain: new URL(base).hostname, path: /; *path=([^;]+)/i.exec(line)?.[1] ?? "/", httpOnly: true };
	});
}

async function scores(form) {
	console.log(`${form.padEnd(12)}${Object.keys(CATEGORIES).map((name) => name.padStart(15)).join("")}    ${Object.keys(TIMES).join(", ")}`);
	for (const [name, path] of Object.entries(PAGES)) {
		const runs = [];
		for (let round = 0; round < rounds; round++)
			runs.push(await audit(form, name, path));
		const marks = Object.values(CATEGORIES).map((id) => median(runs.map((run) => Math.round(run.categories[id].score * 100))));
		const times = Object.values(TIMES).map((id) => runs.map((run) => run.audits[id]).toSorted((a, b) => a.numericValue - b.numericValue)[rounds >> 1].displayValue);
		console.log(`${name.padEnd(12)}${marks.map((mark) => String(mark).padStart(15)).join("")}    ${times.join(", ")}`);
		complain(runs.at(-1));
	}
}

async function audit(form, name, path) {
	const { context, page } = await fresh(path);

	try {
		const { lhr, report } = await lighthouse(base + path, { output: "html", onlyCategories: Object.values(CATEGORIES), logLevel: "silent" },
			form === "desktop" ? desktopConfig : undefined, page);
		if (lhr.runtimeError)
			throw new Error(lhr.runtimeError.message);
		if (new URL(lhr.finalDisplayedUrl).pathname !== path)
			throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`);
		speeds.push(Math.round(lhr.environment.benchmarkIndex));
		writeFileSync(`${name}-${form}.html`, report);
		return lhr;
	} finally {
		await context.close();
	}
}

// What keeps a page from the full mark, beside times.
function complain(run) {
	for (const category of ["accessibility", "best-practices"])
		for (const { id, weight } of run.categories[category].auditRefs)
			if (weight > 0 && run.audits[id].score !== null && run.audits[id].score < 1)
				console.log(`    ${id}: ${run.audits[id].title}`);
}

async function visits() {
	console.log(`${"visit".padEnd(12)}${"first".padStart(24)}${"second".padStart(24)}`);
	for (const [name, path] of Object.entries(PAGES)) {
		const { context, page } = await fresh(path);
		const told = [await visit(page, path), await visit(page, path)];
		console.log(name.padEnd(12) + told.map(({ bytes, requests }) => `${(bytes / 1024).toFixed(1)} KB in ${requests}`.padStart(24)).join(""));
		await context.close();
	}
}

// What is asked of the server until the page stands; what the cache answers is not.
async function visit(page, path) {
	const wire = await page.createCDPSession();
	let bytes = 0;
	let requests = 0;
	let last = performance.now();

	await wire.send("Network.enable");
	wire.on("Network.requestWillBeSent", () => { last = performance.now(); });
	wire.on("Network.loadingFinished", ({ encodedDataLength }) => {
		last = performance.now();
		bytes += encodedDataLength;
		requests += encodedDataLength > 0;
	});
	await page.goto(base + path, { waitUntil: "load" });
	while (performance.now() - last < QUIET_FOR)
		await pause(100);
	await wire.detach();
	return { bytes, requests };
}
