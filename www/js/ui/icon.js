// SPDX-License-Identifier: ISC
//
// Our own icons: one path each on a square of 24, drawn as a line.

import { html } from "/js/preact.js";

const PATHS = {
	add: "M12 5v14M5 12h14",
	audit: "M7 3.5h10v17l-2.5-1.6L12 20.5l-2.5-1.6L7 20.5zM10 8h4m-4 3.5h4",
	back: "M19 12H5m6-6-6 6 6 6",
	bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4",
	bookmark: "M7 4.5h10v15.5l-5-3.8-5 3.8z",
	book: "M5 4.5h5.5a2 2 0 0 1 1.5.7 2 2 0 0 1 1.5-.7H19v14h-5.5a2 2 0 0 0-1.5.7 2 2 0 0 0-1.5-.7H5zM12 5.5v13.5",
	calendar: "M4.5 6h15v13.5h-15zM4.5 10h15M8.5 3.5V7m7-3.5V7",
	chart: "M4.5 4v15.5H20M8.5 16v-4m4 4V8m4 8v-6",
	check: "m5 12.5 4.5 4.5L19 7.5",
	close: "M6 6l12 12M18 6 6 18",
	columns: "M4 5h16v14H4zM9.5 5v14M14.5 5v14",
	copy: "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
	customers: "M5 20V4.5h9V20M14 9.5h5V20M8 8.5h3M8 12h3M8 15.5h3M3.5 20h17",
	date: "M4.5 6h15v13.5h-15zM4.5 10h15M8.5 3.5V7m7-3.5V7M8.5 14h3",
	down: "m6.5 9.5 5.5 5.5 5.5-5.5",
	download: "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14",
	edit: "M4.5 19.5h4L19 9l-4-4L4.5 15.5zM13 7l4 4",
	eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 14.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4Z",
	filter: "M4 6.5h16M7 12h10m-7 5.5h4",
	fold: "M4 5h16v14H4zM9.5 5v14M15.5 9.5 13 12l2.5 2.5",
	globe: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17Z",
	home: "M4 11.5 12 4.5l8 7M6.5 9.5v10h11v-10M10.5 19.5v-5h3v5",
	inbox: "M4 13.5 6.5 5h11l2.5 8.5v5.5H4zM4 13.5h4.5a3.5 3.5 0 0 0 7 0H20",
	info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11v5.5M12 7.7v.1",
	key: "M14.5 13.5a4.5 4.5 0 1 0-4-2.5L4 17.5V20h3v-2h2v-2h1.5l2-2M16 8h.01",
	keyboard: "M3.5 6.5h17v11h-17zM7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8",
	leave: "M14 4.5H5.5v15H14M10 12h10m-3.5-3.5L20 12l-3.5 3.5",
	left: "m14.5 6.5-5.5 5.5 5.5 5.5",
	link: "M10.5 13.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1.2 1.2M13.5 10.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1.2-1.2",
	lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 15v1.5",
	mail: "M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7",
	menu: "M4 7h16M4 12h16M4 17h16",
	merge: "M6.5 4v3.5c0 4.5 5.5 4.5 5.5 9V20M17.5 4v3.5c0 4.5-5.5 4.5-5.5 9",
	moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5",
	more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
	offline: "M4 4l16 16M8 8.5A6 6 0 0 0 6.5 18H17M10.5 7a6 6 0 0 1 7 5 3.5 3.5 0 0 1 2.5 4.5",
	open: "M13.5 4.5h6v6M19.5 4.5 11 13M17 13.5v6H4.5V7h6",
	palette: "M12 20.5a8.5 8.5 0 1 1 8.5-8.5c0 2-1.5 3-3.5 3h-2.5a2 2 0 0 0-1.5 3.3c.7.9.3 2.2-1 2.2ZM7.5 12h.01M9.5 8h.01M14.5 8h.01",
	pause: "M8.5 5.5v13M15.5 5.5v13",
	people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 4.3a3.5 3.5 0 0 1 0 6.4M17.5 14a6.5 6.5 0 0 1 4 5.5",
	person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0",
	phone: "M7.5 3.5h9v17h-9zM11 17.5h2",
	play: "M7.5 5v14l11-7z",
	queue: "M12 3.5 20.5 8 12 12.5 3.5 8zM3.5 12 12 16.5 20.5 12M3.5 16 12 20.5 20.5 16",
	reload: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15",
	right: "m9.5 6.5 5.5 5.5-5.5 5.5",
	screen: "M4 5h16v11H4zM9 20h6m-3-4v4",
	search: "M10.7 17.4a6.7 6.7 0 1 0 0-13.4 6.7 6.7 0 0 0 0 13.4ZM15.7 15.7 20.5 20.5",
	settings: "M4 8h9m5 0h2M4 16h2m5 0h9M15.5 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8.5 18.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
	shield: "M12 3.5 5 6v6c0 4.5 3 7 7 8.5 4-1.5 7-4 7-8.5V6zM9 12l2.3 2.3L15.3 10",
	sun: "M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0",
	tag: "M4 4h7.5l8.5 8.5-7.5 7.5L4 11.5zM8.3 8.3h.01",
	terminal: "M4 5h16v14H4zM8 10l2.5 2L8 14m5 1h3",
	trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.7 12.5h8.6L17 7M10.5 10.5v5.5m3-5.5v5.5",
	undo: "M8.5 5 4.5 9l4 4M4.5 9H14a5.5 5.5 0 0 1 0 11H9",
	up: "m6.5 14.5 5.5-5.5 5.5 5.5",
	upload: "M12 15V4M7.5 8.5 12 4l4.5 4.5M5 19.5h14",
	warning: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1",
	webhook: "M7 20a3.5 3.5 0 1 0-1-6.8M13.5 16.5H7M8.7 6.7a3.5 3.5 0 1 0 5 3.7M12 8l3.3 5.7M17.5 13a3.5 3.5 0 1 1-2.5 6",
};

export const icons = Object.keys(PATHS);

// Says nothing by itself: whoever shows it names it.
export function Icon({ name, large }) {
	return html`<svg class=${large ? "icon large" : "icon"} viewBox="0 0 24 24" fill="none" stroke="currentColor"
		stroke-width=${name === "more" ? 2.6 : 1.6} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
