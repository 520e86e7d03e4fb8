// SPDX-License-Identifier: ISC
//
// One stream of events from the server, kept open.  It resumes behind the last event it
// has, refreshes the access token when that has expired, waits longer after each failure, and
// passes nothing on before it is sure whose stream it is: the cookie may have become another
// person's.  Read by fetch, which tells why there is no stream; an EventSource does not.

import { refresh } from "/js/refresh.js";

const BASE = "/api/v1/";
const SILENCE = 50000;	// ms; the server beats every 20 s, so nobody is there any more
const PAUSE = 300;	// ms before the first try again, until the server names another
const LONGEST = 30000;	// ms between tries
const LASTED = 5000;	// ms that a connection lives to have been a good one
const HASTE = 600;	// ms to find out why a stream was ended

// What codes of the API say about the session.
const ENDS = { 1001: "signed-out", 1004: "ended", 1007: "revoked" };

// Does `id` (epoch:seq) come behind `last`?  Another epoch is another history.
export function isBehind(id, last) {
	const [epoch, seq] = (last ?? "").split(":");
	const [itsEpoch, itsSeq] = id.split(":");

	return epoch !== itsEpoch || Number(itsSeq) > Number(seq);
}

// Who is signed in: { user, cursor }, or { code } where nobody is.  Throws when nobody answers.
export async function whoIsIt(signal, again = true) {
	const response = await fetch(`${BASE}auth/me`, { headers: { Accept: "application/json" },
		credentials: "same-origin", cache: "no-store", signal });
	const body = await response.json().catch(() => ({}));

	if (response.ok)
		return { user: (body.user ?? body).id, cursor: response.headers.get("Event-Cursor") };
	if (body.code === 1003 && again)
		return await refresh() ? whoIsIt(signal, false) : { code: 1004 };
	if (body.code in ENDS)
		return { code: body.code };
	throw new Error(`who it is was answered ${response.status}`);
}

export class Stream {
	state = "connecting";
	since = Date.now();
	last; // the id of the last event passed on
	#user;
	#tell;
	#failures = 0;
	#pause = PAUSE;
	#isOnline = true;
	#abort = null;
	#wake = () => {};

	// tell() is called with { events: [{ id, type, data }] }, { state, since } and { end: why }.
	constructor(user, after, tell) {
		this.#user = user;
		this.last = after;
		this.#tell = tell;
	}

	async run() {
		while (this.state !== "ended") {
			if (!this.#isOnline)
				await this.#sleep(LONGEST);
			else
				await this.#sleep(await this.#once());
		}
	}

	stop() {
		this.#set("ended");
		this.#abort?.abort();
		this.#wake();
	}

	// Try at once, where it waits.
	hurry() {
		this.#failures = 0;
		this.#wake();
	}

	setOnline(isOnline) {
		if (isOnline === this.#isOnline || this.state === "ended")
			return;
		this.#isOnline = isOnline;
		if (isOnline)
			this.hurry();
		else {
			this.#set("offline");
			this.#abort?.abort();
		}
	}

	// One connection, to its end; yields how long to wait before the next.
	async #once() {
		const abort = this.#abort = new AbortController();
		const watch = this.#watch(abort);
		const began = Date.now();
		let was = "offline";

		try {
			const response = await fetch(this.#address(), { headers: { Accept: "text/event-stream" },
				credentials: "same-origin", cache: "no-store", signal: abort.signal });
			if (!response.ok)
				return await this.#refused(response);
			const { user, code } = await whoIsIt(abort.signal);
			if (user !== this.#user)
				return this.#end(ENDS[code] ?? "other");
			was = "connecting";
			await this.#read(response.body, watch);
		} catch { /* cut off, or nobody there */ } finally {
			watch.stop();
			abort.abort();
		}
		if (was === "connecting" && Date.now() - began > LASTED)
			this.#failures = 0;
		this.#set(this.#isOnline ? was : "offline");
		return this.#delay();
	}

	#address() {
		return `${BASE}events${this.last ? `?after=${encodeURIComponent(this.last)}` : ""}`;
	}

	// Gives a connection up on which nothing comes any more.
	#watch(abort) {
		let timer;
		const beat = () => {
			clearTimeout(timer);
			timer = setTimeout(() => abort.abort(), SILENCE);
		};

		beat();
		return { beat, stop: () => clearTimeout(timer) };
	}

	// Random, so that not all come back at once.
	#delay(least = this.#pause) {
		const most = Math.min(least * 2 ** this.#failures++, LONGEST);

		return most / 2 + Math.random() * most / 2;
	}

	#sleep(ms) {
		if (this.state === "ended")
			return undefined;
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	async #refused(response) {
		const { code } = await response.json().catch(() => ({}));
		const wait = Number(response.headers.get("Retry-After")) * 1000;

		if (code === 1003)
			return await refresh() ? this.#failures++ * PAUSE : this.#end("ended");
		if (code in ENDS)
			return this.#end(ENDS[code]);
		if (response.status === 400 || response.status === 422) {
			// A position that the server cannot read is none.
			this.last = null;
			this.#tell({ events: [{ type: "reset", data: {} }] });
		}
		this.#set("connecting");
		return this.#delay(wait || this.#pause);
	}

	#end(why) {
		this.#set("ended");
		this.#tell({ end: why });
		return 0;
	}

	#set(state) {
		if (state === this.state || this.state === "ended")
			return;
		this.state = state;
		this.since = Date.now();
		this.#tell({ state, since: this.since });
	}

	// --- the lines of the stream ---------------------------------------------------

	async #read(body, watch) {
		const reader = body.pipeThrough(new TextDecoderStream()).getReader();
		let rest = "";
		let fields = {};

		this.#set("live");
		for (;;) {
			const { value, done } = await reader.read();
			if (done)
				return;
			watch.beat();
			const lines = (rest + value).split("\n");
			const events = [];
			rest = lines.pop();
			for (const line of lines) {
				if (line === "") {
					this.#take(fields, events);
					fields = {};
				} else
					this.#field(line, fields);
			}
			if (events.length > 0)
				this.#tell({ events });
			if (events.some(({ type }) => type === "revoked"))
				return void await this.#revoked();
		}
	}

	#field(line, fields) {
		const at = line.indexOf(":");
		const name = line.slice(0, at);
		const value = line.slice(at + 1).replace(/^ /, "");

		if (name === "data")
			fields.data = fields.data === undefined ? value : `${fields.data}\n${value}`;
		else if (name === "retry" && /^\d+$/.test(value))
			this.#pause = Math.min(Number(value), LONGEST);
		else if (name === "id" || name === "event")
			fields[name] = value;
	}

	// What was here before a resume is not passed on again.
	#take({ id, event = "message", data }, events) {
		const isOld = id && event !== "reset" && this.last && !isBehind(id, this.last);

		if (id && !isOld)
			this.last = id;
		if (data !== undefined && !isOld)
			events.push({ id, type: event, data: JSON.parse(data) });
	}

	// Whether the person is out, or only this session: the API knows.
	async #revoked() {
		const { code } = await whoIsIt(AbortSignal.timeout(HASTE)).catch(() => ({}));

		this.#end(ENDS[code] ?? "ended");
	}
}
