// SPDX-License-Identifier: ISC
//
// What a receiver does with the public library of Standard Webhooks: reads
// [{secret, body, headers}, …], tells of each null or why it is refused.

import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

function judge({ secret, body, headers }) {
	try {
		new Webhook(secret).verify(body, headers);
		return null;
	} catch (error) {
		return error.message;
	}
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(judge)));
