// SPDX-License-Identifier: ISC
//
// The last half hour as this tab has seen it: each answer of GET queues leaves a sample, for charts that go on
// where they were after a look at another page or a reload.

import { useEffect, useMemo, useState } from "/js/preact.js";

const KEY = "bureau.queues";
const LASTS = 1800; // seconds
const LEAST = 300; // seconds that a chart shows
const MOST = 400; // samples
const GAP = 90; // seconds without a sample that a line does not cross

let samples = read(); // { at, queues: { name: { done, failed, waiting, running } } }

function read() {
	try {
		return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
	} catch {
		return [];
	}
}

function add(items) {
	const at = Math.round(Date.now() / 1000);

	if (samples.at(-1)?.at === at)
		return;
	samples = [...samples.filter((one) => one.at > at - LASTS), { at, queues: Object.fromEntries(items.map((one) => [one.name,
		{ done: one.doneLastMinute, failed: one.failedLastMinute, waiting: one.ready + one.waiting, running: one.running }])) }].slice(-MOST);
	try {
		sessionStorage.setItem(KEY, JSON.stringify(samples));
	} catch { /* then a reload begins anew */ }
}

// items: of the answer at hand; which: a queue's name, "" for all.  → { times, of(what) → values }
export function useSamples(items, which) {
	const [held, setHeld] = useState(samples);

	useEffect(() => {
		if (items) {
			add(items);
			setHeld(samples);
		}
	}, [items]);
	return useMemo(() => {
		const last = held.at(-1)?.at;
		const padded = last && held[0].at > last - LEAST ? [{ at: last - LEAST }, ...held] : held; // a line that grows from the right
		const filled = padded.flatMap((one, i) => i > 0 && one.queues && padded[i - 1].queues && one.at - padded[i - 1].at > GAP ? [{ at: one.at - 1 }, one] : [one]);
		const value = (one, what) => !one.queues ? null : Object.entries(one.queues).reduce((sum, [name, queue]) => sum + (!which || name === which ? queue[what] : 0), 0);
		return { times: filled.map((one) => one.at), of: (what) => filled.map((one) => value(one, what)) };
	}, [held, which]);
}
