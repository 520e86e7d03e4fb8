// SPDX-License-Identifier: ISC
//
// State that several parts of the page look at: a value, a way to change it, and a hook
// that draws again when it did.

import { useEffect, useRef, useState } from "/js/preact.js";

export function store(value) {
	const watchers = new Set();

	return {
		get: () => value,
		set(next) {
			const fresh = typeof next === "function" ? next(value) : next;
			if (fresh === value)
				return;
			value = fresh;
			for (const watcher of [...watchers])
				watcher(value);
		},
		watch(watcher) {
			watchers.add(watcher);
			return () => watchers.delete(watcher);
		},
	};
}

export function useStore(one) {
	const [value, setValue] = useState(one.get());

	useEffect(() => {
		setValue(one.get()); // it may have changed since the first drawing
		return one.watch(setValue);
	}, [one]);
	return value;
}

let count = 0;

// An id that no other component has.
export function useUid(kind = "u") {
	const id = useRef(null);

	id.current ??= `${kind}${++count}`;
	return id.current;
}
