// SPDX-License-Identifier: ISC
//
// Every call to the API goes through call().  It refreshes the access token once
// when that has expired, whichever tab notices first; gives every POST that may
// be repeated a key, so that a second try cannot act twice; sends back the ETag
// it was given when a record is changed; and turns each failure into a Problem.

import { t, knows, translated } from "/js/i18n/index.js";
import { refresh } from "/js/refresh.js";

const BASE = "/api/v1/";
const TRIES = 2;

// What went wrong, fit to be shown: message is a sentence in the reader's language.
export class Problem extends Error {
	constructor(status, body, area = "") {
		const code = body.code ?? (status === 0 ? "offline" : "unknown");
		super(sentence(knows(`error.${code}.${body.errors?.[0]?.field}`) ? `${code}.${body.errors[0].field}` : code, names(body) ? t("error.fields") : body.detail, area));
		this.status = status;
		this.code = code;
		this.current = body.current;
		this.requestId = body.requestId;
		this.fields = Object.fromEntries((body.errors ?? []).map((one) => [one.field, fault(one, area)]));
	}
}

// What is wrong with a field, as a form says it.
export function fault({ field, code, message }, area) {
	return sentence(code, message, `${area}.${field}`, "field");
}

// Does the detail begin with a field as the API calls it?  No reader knows that name.
function names({ detail, errors = [] }) {
	return errors.some(({ field }) => detail?.startsWith(`${field}: `));
}

// Ours where we have one, that of this part of the API or field before the general one; else
// what the server said.
function sentence(code, text, area, kind = "error") {
	const key = [`${kind}.${area}.${code}`, `${kind}.${code}`].find(knows);

	return key ? t(key) : text ? translated(text) : t("error.unknown");
}

export const get = (path, { fresh = false } = {}) => read(path, fresh);
// patient: without a connection it waits for one, and goes on with the same key.
export const post = (path, body = {}, { patient = false } = {}) =>
	call("POST", path, { body, keyed: !path.startsWith("auth/"), patient });
// For what is answered with a secret: the server keeps no such answer for a replay.
export const postForSecret = (path, body) => call("POST", path, { body });
// lenient: of many changes, do as many as can be done.
export const patch = (path, body, etag, { lenient } = {}) => call("PATCH", path, { body, etag, lenient });
// A file with what goes with it; form: a FormData.
export const upload = (path, form) => call("POST", path, { form });
export const put = (path, body, etag) => call("PUT", path, { body, etag });
export const remove = (path, body) => call("DELETE", path, { body });

// Codes that say the session is over, for a page that is nothing without one.
const SIGNED_OUT = [1001, 1003, 1004, 1007];
let signedOut = null;

// leave(problem) takes the reader elsewhere; calls that meet the end of the session
// then never come back.
export function onSignedOut(leave) {
	signedOut = leave;
}

// What becomes of a call when the network is down: lost() is told, whenBack() resolves later.
let network = { lost() {}, whenBack: null };

export function onNetwork(handlers) {
	network = handlers;
}

// --- answers worth keeping: what has not changed is not sent again ----------------

const KEPT = 200; // answers
const kept = new Map(); // path → { body, etag }, the one used last at the end

// The very same body as before where the server says that nothing changed.
async function read(path, fresh) {
	const old = fresh ? undefined : kept.get(path);
	const answer = await call("GET", path, { known: old?.etag });

	if (answer.status === 304)
		return old;
	kept.delete(path);
	if (answer.etag)
		kept.set(path, answer);
	if (kept.size > KEPT)
		kept.delete(kept.keys().next().value);
	return answer;
}

// What was read before, to show until the answer comes.
export function remembered(path) {
	return kept.get(path);
}

// Resolves to the parsed answer (null when it has none) with its ETag; throws
// a Problem.
async function call(method, path, { body, form, etag, known, keyed, lenient, patient } = {}) {
	const options = { method, headers: { Accept: "application/json" }, credentials: "same-origin" };

	if (body !== undefined) {
		options.headers["Content-Type"] = "application/json";
		options.body = JSON.stringify(body);
	} else if (form)
		options.body = form;
	if (lenient)
		options.headers.Prefer = "handling=lenient";
	if (etag)
		options.headers["If-Match"] = etag;
	if (known)
		options.headers["If-None-Match"] = known;
	if (keyed)
		options.headers["Idempotency-Key"] = crypto.randomUUID();

	let response = await send(path, options, patient);

	if (await hasExpired(response, path) && await renew())
		response = await send(path, options, patient);
	return parse(response, path.split(/[/?]/)[0]).catch((problem) => {
		if (!signedOut || !SIGNED_OUT.includes(problem.code))
			throw problem;
		signedOut(problem);
		return new Promise(() => {});
	});
}

// A request that is safe to repeat is tried again when the network fails.
async function send(path, options, patient) {
	const safe = options.method === "GET" || "Idempotency-Key" in options.headers;

	for (let left = safe ? TRIES : 1; ; left--) {
		try {
			return await fetch(BASE + path, options);
		} catch {
			if (left > 1)
				continue;
			network.lost();
			if (!patient || !safe || !network.whenBack)
				throw new Problem(0, {});
			await network.whenBack();
			left = TRIES + 1;
		}
	}
}

// Nobody there to refresh it is no end of the session.
function renew() {
	return refresh().catch(() => { throw new Problem(0, {}); });
}

async function hasExpired(response, path) {
	if (response.status !== 401 || path === "auth/refresh-token")
		return false;
	return (await response.clone().json().catch(() => ({}))).code === 1003;
}

async function parse(response, area) {
	const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
	const body = isJson ? await response.json().catch(() => null) : null;

	if (!response.ok && response.status !== 304)
		throw new Problem(response.status, body ?? {}, area);
	return { status: response.status, body, etag: response.headers.get("ETag"), cursor: response.headers.get("Event-Cursor") };
}
