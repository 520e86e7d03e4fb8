// SPDX-License-Identifier: ISC
//
// Debian's Chromium with a profile of its own that calls nobody: shared by the
// tests and by shots.mjs.

import { chromium } from "playwright-core";

const QUIET = ["--disable-background-networking", "--disable-component-update",
	"--disable-default-apps", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run"];

export const base = process.env.BASE_URL;
if (!base) {
	console.error("BASE_URL is not set: the address of a running instance, as in http://127.0.0.1:8080");
	process.exit(2);
}

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
		args: process.getuid() === 0 ? [...QUIET, "--no-sandbox"] : QUIET,
	});
}

let count = 0;

// Somebody nobody has registered yet.
export function someone() {
	return {
		fullName: "Ada Example",
		email: `ada.${process.pid}.${Date.now()}.${count++}@example.test`,
		password: "three quiet herons wade",
	};
}

// Register by the API; the context then holds the cookies.
export async function register(context, person = someone()) {
	const response = await context.request.post(`${base}/api/v1/auth/register`,
		{ headers: { Origin: base }, data: person });

	if (!response.ok())
		throw new Error(`registration was answered ${response.status()}: ${await response.text()}`);
	const body = await response.json();
	return { ...person, ...(body.user ?? body) };
}

// Sign in by the API; the context then holds the cookies.
export async function enter(context, person) {
	const response = await context.request.post(`${base}/api/v1/auth/login`, { headers: { Origin: base },
		data: { email: person.email, password: person.password, cookie: true } });

	if (!response.ok())
		throw new Error(`signing in was answered ${response.status()}`);
	const body = await response.json();
	return { ...person, ...(body.user ?? body) };
}

// The stream of events never ends, so the network is never idle: a page is there when nothing of
// it is on its way.
export function hasSettled(page, options) {
	return page.waitForFunction(() => document.querySelector("h1, main") && !document.querySelector(".skeleton, [aria-busy=true]"), null, options);
}
