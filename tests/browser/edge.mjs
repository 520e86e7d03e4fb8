// SPDX-License-Identifier: ISC
//
// A stand-in between the browser and the instance: it passes everything on but the stream,
// which it makes up.  For what the real one does only in rare moments.

import { createServer, request } from "node:http";
import { base } from "./browser.mjs";

export class Edge {
	streams = new Set(); // { response, after }
	asked = []; // after what streams were asked for, refused ones too
	history = []; // [seq, text] of what was said with an id
	refuse = null; // (response) => true: it was answered so
	onPass = () => {}; // (request) of what is passed on

	async open() {
		this.server = createServer((ask, answer) => {
			if (ask.url.startsWith("/api/v1/events"))
				this.#stream(ask, answer);
			else
				this.#pass(ask, answer);
		});
		await new Promise((resolve) => { this.server.listen(0, "127.0.0.1", resolve); });
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		return this;
	}

	close() {
		this.server.closeAllConnections();
		this.server.close();
	}

	#stream(ask, answer) {
		const stream = { response: answer, after: new URL(ask.url, this.url).searchParams.get("after"), cookie: ask.headers.cookie };

		this.asked.push(stream.after);
		if (this.refuse?.(answer, stream))
			return;
		this.streams.add(stream);
		answer.on("close", () => this.streams.delete(stream));
		answer.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
		answer.write(": here\n\n");
		for (const [seq, text] of this.history)
			if (stream.after && seq > Number(stream.after.split(":")[1]))
				answer.write(text);
	}

	#pass(ask, answer) {
		const { hostname, port } = new URL(base);

		this.onPass(ask);
		const further = request({ hostname, port, method: ask.method, path: ask.url, headers: ask.headers }, (got) => {
			answer.writeHead(got.statusCode, got.rawHeaders);
			got.pipe(answer);
		});

		further.on("error", () => answer.destroy());
		ask.pipe(further);
	}

	// To every stream, and to whoever resumes; without an id it is one that is not stored.
	say(type, data, id) {
		const text = `${id ? `id: ${id}\n` : ""}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

		if (id)
			this.history.push([Number(id.split(":")[1]), text]);
		for (const { response } of this.streams)
			response.write(text);
	}

	cut() {
		for (const { response } of this.streams)
			response.destroy();
	}
}

export function problem(answer, status, code, headers = {}) {
	answer.writeHead(status, { "Content-Type": "application/problem+json", ...headers });
	answer.end(JSON.stringify({ code, status }));
	return true;
}
