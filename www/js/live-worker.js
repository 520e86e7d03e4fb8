// SPDX-License-Identifier: ISC
//
// The shared worker of one person, whose id is in its name: every tab is a port of it.

import { Hub } from "/js/live-hub.js";

const hub = new Hub(self.name.split(" ")[1]);

self.addEventListener("connect", ({ ports: [port] }) => {
	const tell = (message) => port.postMessage(message);

	port.onmessage = ({ data }) => hub.hear(port, tell, data);
	tell({ ready: true });
});
