// SPDX-License-Identifier: ISC
//
// What the page at hand can do, for the command palette.

import { useEffect, useRef } from "/js/preact.js";
import { store } from "/js/app/store.js";

export const actions = store([]);

// A page that can do something says so while it is shown; is: whether it may right now.
export function useAction(label, icon, act, is = true) {
	const newest = useRef(act);

	newest.current = act;
	useEffect(() => {
		if (!is)
			return undefined;
		const one = { kind: "actions", label, icon, act: () => newest.current() };
		actions.set((was) => [...was, one]);
		return () => actions.set((was) => was.filter((other) => other !== one));
	}, [label, icon, is]);
}
