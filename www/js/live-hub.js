// SPDX-License-Identifier: ISC
//
// The stream of one person in one browser and the tabs that hear it.  Lives in the shared
// worker or in the tab that leads.  It keeps the last events, so that a tab which joins
// gets what came since it read its page, before others are passed on.

import { isBehind, Stream } from "/js/live-stream.js";

const KEPT = 500; // events
const STICKY = ["getOnlineUsers"]; // not stored: whoever joins is told the last one

export class Hub {
	#user;
	#stream = null;
	#tabs = new Map(); // who → tell(message)
	#kept = [];
	#from; // the id that the first kept one follows
	#sticky = new Map(); // type → event

	constructor(user) {
		this.#user = user;
	}

	// What a tab says.
	hear(who, tell, message) {
		if (message.join)
			this.#join(who, tell, message.join.after);
		else if (message.leave)
			this.#leave(who);
		else if (message.since)
			this.#replay(tell, message.since.after, message.since.upto);
		else if (message.hurry)
			this.#stream?.hurry();
		else if (message.online !== undefined)
			this.#stream?.setOnline(message.online);
		else if (message.ping)
			tell({ pong: true });
	}

	stop() {
		this.#stream?.stop();
	}

	#join(who, tell, after) {
		this.#tabs.set(who, tell);
		if (!this.#stream || this.#stream.state === "ended")
			return this.#open(after);
		tell({ state: this.#stream.state, since: this.#stream.since });
		this.#replay(tell, after, null);
		if (this.#sticky.size > 0)
			tell({ events: [...this.#sticky.values()] });
	}

	#leave(who) {
		this.#tabs.delete(who);
		if (this.#tabs.size > 0)
			return;
		this.#stream?.stop();
		this.#stream = null;
		this.#sticky.clear();
	}

	#open(after) {
		this.#kept = [];
		this.#from = after;
		this.#stream = new Stream(this.#user, after, (message) => this.#pass(message));
		this.#stream.run();
	}

	#pass(message) {
		for (const event of message.events ?? [])
			this.#keep(event);
		for (const tell of this.#tabs.values())
			tell(message);
	}

	#keep(event) {
		if (STICKY.includes(event.type))
			this.#sticky.set(event.type, event);
		if (event.type === "reset") {
			this.#kept = [];
			this.#from = event.id;
		} else if (event.id) {
			this.#kept.push(event);
			if (this.#kept.length > KEPT)
				this.#from = this.#kept.shift().id;
		}
	}

	// What lies behind `after` (and not behind `upto`) and has been passed on already.
	#replay(tell, after, upto) {
		if (!this.#stream || !after || after === this.#stream.last)
			return;
		if (!this.#from || isBehind(this.#from, after))
			return tell({ events: [{ type: "reset", data: {} }], again: true });
		const events = this.#kept.filter(({ id }) => isBehind(id, after) && !(upto && isBehind(id, upto)));
		if (events.length > 0)
			tell({ events, again: true });
	}
}
