// SPDX-License-Identifier: ISC
//
// What opens at a button and goes at a press elsewhere or Escape: the browser's own popover, put
// beside its button.

import { html, useEffect, useRef, useState } from "/js/preact.js";
import { useUid } from "/js/app/store.js";
import { Button } from "/js/ui/button.js";

const GAP = 6; // px between the button and what it opens
const EDGE = 8; // px from the edge of the window

// button: the properties of its Button; children(close) are drawn while it is open.
export function Popover({ button, words, kind = "panel", align = "start", role, label, opened, children }) {
	const [open, setOpen] = useState(false);
	const trigger = useRef(null);
	const panel = useRef(null);
	const id = useUid("m");
	const close = () => panel.current.hidePopover();

	function toggled(event) {
		setOpen(event.newState === "open");
		if (event.newState === "open")
			opened?.();
		else if (panel.current?.contains(document.activeElement) || document.activeElement === document.body)
			trigger.current?.focus({ preventScroll: true });
	}

	useEffect(() => {
		if (!open)
			return undefined;
		const put = () => beside(trigger.current, panel.current, align);
		put();
		window.addEventListener("resize", put);
		panel.current.querySelector("[autofocus], [role^=menuitem], input, button, a")?.focus({ preventScroll: true });
		const watch = new ResizeObserver(put);
		watch.observe(panel.current);
		return () => {
			window.removeEventListener("resize", put);
			watch.disconnect();
		};
	}, [open]);
	return html`<span class="popover-at" ref=${(at) => { trigger.current = at?.firstElementChild ?? null; }}>
		<${Button} aria-haspopup=${role === "menu" ? "menu" : "dialog"} aria-expanded=${open ? "true" : "false"} aria-controls=${id}
			...${button} onClick=${(event) => { event.stopPropagation(); panel.current.togglePopover(); }}>${words}<//></span>
		<div popover="auto" class=${kind} id=${id} role=${role ?? "dialog"} aria-label=${label ?? button.label} ref=${panel} onToggle=${toggled}
			onClick=${(event) => event.stopPropagation()}>${open && children(close)}</div>`;
}

function beside(trigger, panel, align) {
	const at = trigger.getBoundingClientRect();
	const { offsetWidth: width, offsetHeight: height } = panel;
	const isEnd = (align === "end") !== (getComputedStyle(trigger).direction === "rtl");
	const left = isEnd ? at.right - width : at.left;
	const below = at.bottom + GAP + height <= innerHeight - EDGE || at.top < innerHeight - at.bottom;

	panel.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
	panel.style.top = `${Math.max(EDGE, below ? Math.min(at.bottom + GAP, innerHeight - height - EDGE) : at.top - GAP - height)}px`;
}
