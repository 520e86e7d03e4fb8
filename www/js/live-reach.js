// SPDX-License-Identifier: ISC
//
// How a tab reaches the hub of its person: in a shared worker; where there is none, in
// the tab that leads; where tabs cannot even agree on one, in itself.  Each way yields
// { send(message), check() }: check() makes sure that somebody is there, and else sees to
// another.

import { Hub } from "/js/live-hub.js";

const PATIENCE = 5000; // ms for an answer

// tell(message) hears what the hub says, { ready: true } first, and again from each new hub.
export function reach(user, tell) {
	const name = `bureau.live ${user}`;
	const others = () => navigator.locks && self.BroadcastChannel ? byLeader(name, user, tell) : alone(user, tell);
	let way = byWorker(name, tell, () => { way = others(); }) ?? others();

	return { send: (message) => way.send(message), check: () => way.check() };
}

// What hears answers and, where none comes, calls lost(), once.
function listener(tell, lost) {
	let timer = null;

	return {
		hear(message) {
			clearTimeout(timer);
			if (!message.pong)
				tell(message);
		},
		await() {
			clearTimeout(timer);
			timer = setTimeout(lost, PATIENCE);
		},
	};
}

function byWorker(name, tell, lost) {
	let port = null;
	const ear = listener(tell, () => fail());
	const fail = () => {
		if (port) {
			port.close();
			lost();
		}
		port = null;
	};

	try {
		const worker = new SharedWorker("/js/live-worker.js", { type: "module", name });
		worker.onerror = fail;
		port = worker.port;
	} catch {
		return null; // none here, or not for this page
	}
	port.onmessage = ({ data }) => ear.hear(data);
	ear.await();
	return {
		send: (message) => port?.postMessage(message),
		check() {
			port?.postMessage({ hurry: true });
			port?.postMessage({ ping: true });
			ear.await();
		},
	};
}

// Whoever has the lock leads.  When it is gone, or found asleep, the next one takes over
// behind the last event of its own, and all others join it.
function byLeader(name, user, tell) {
	const me = crypto.randomUUID();
	const channel = new BroadcastChannel(name);
	let hub = null;
	const ear = listener(tell, () => lead({ steal: true }));
	const answer = (to) => (message) => to === me ? ear.hear(message) : channel.postMessage({ to, message });

	function lead(options) {
		navigator.locks.request(name, options, () => {
			hub = new Hub(user);
			channel.postMessage({ leads: me });
			ear.hear({ ready: true });
			return new Promise(() => {}); // until the tab is gone
		}).catch(() => { // taken by another, who thought this one asleep
			hub?.stop();
			hub = null;
			lead({});
		});
	}

	channel.onmessage = ({ data }) => {
		if (data.to === me)
			ear.hear(data.message);
		else if (data.leads)
			ear.hear({ ready: true });
		else if (data.asks && hub)
			channel.postMessage({ to: data.asks, message: { ready: true } });
		else if (data.from && hub)
			hub.hear(data.from, answer(data.from), data.message);
	};
	lead({});
	channel.postMessage({ asks: me });
	return {
		send(message) {
			if (hub)
				hub.hear(me, answer(me), message);
			else
				channel.postMessage({ from: me, message });
		},
		check() {
			this.send({ hurry: true });
			this.send({ ping: true });
			ear.await();
		},
	};
}

function alone(user, tell) {
	const hub = new Hub(user);
	const send = (message) => hub.hear("me", tell, message);

	queueMicrotask(() => tell({ ready: true }));
	return { send, check: () => send({ hurry: true }) };
}
