// SPDX-License-Identifier: ISC
//
// Where a cell of a table is edited: a small panel over it, which goes at Escape or a press elsewhere.

import { html, useEffect, useLayoutEffect, useRef } from "/js/preact.js";

const EDGE = 8; // px from the edge of the window

// at: the id of the cell.
export function CellEditor({ at, label, close, children }) {
	const panel = useRef(null);
	const put = () => over(document.getElementById(at), panel.current);

	useLayoutEffect(() => {
		panel.current.showPopover();
		put();
		const control = panel.current.querySelector("input:not([type=hidden]), select, textarea, button");
		control?.focus({ preventScroll: true });
		control?.select?.();
	}, []);
	useEffect(() => {
		const watch = new ResizeObserver(put);
		watch.observe(panel.current);
		window.addEventListener("resize", put);
		return () => {
			watch.disconnect();
			window.removeEventListener("resize", put);
		};
	}, []);
	return html`<div popover="auto" class="panel cell-editor" role="dialog" aria-label=${label} ref=${panel}
		onToggle=${(event) => event.newState === "closed" && close()} onKeyDown=${(event) => event.stopPropagation()}>${children}</div>`;
}

// Stays where it was when the row has been scrolled away.
function over(cell, panel) {
	const at = cell?.getBoundingClientRect();

	if (!at)
		return;
	panel.style.minInlineSize = `${Math.max(240, Math.min(at.width, innerWidth - 2 * EDGE))}px`;
	panel.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - panel.offsetWidth - EDGE))}px`;
	panel.style.top = `${Math.max(EDGE, Math.min(at.top, innerHeight - panel.offsetHeight - EDGE))}px`;
}
