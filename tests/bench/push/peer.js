// SPDX-License-Identifier: ISC
//
// Socket.IO as its documentation has it: every client is sent what POST /emit?events=N asks for.

import { createServer } from "node:http";
import { Server } from "socket.io";

let sent = 0;

const server = createServer((request, response) => {
	const { pathname, searchParams } = new URL(request.url, "http://localhost");

	if (pathname === "/emit")
		for (let left = Number(searchParams.get("events")); left > 0; left--)
			io.emit("refresh_data", { resource: "bench~", id: `00000000-0000-7000-8000-${String(++sent).padStart(12, "0")}`, action: "updated" });
	response.end();
});
// Nobody answers a ping here.
const io = new Server(server, { serveClient: false, pingInterval: 3600000 });

server.listen(Number(process.env.PORT), "127.0.0.1", 1024);
