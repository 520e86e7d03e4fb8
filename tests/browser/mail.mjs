// SPDX-License-Identifier: ISC
//
// The codes that are sent to people, read where they wait to be sent: the queue of messages is
// paused meanwhile.  Asks the database of the instance, whose administrator psql is.

import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

// Of an instance that is only named by BASE_URL nobody here knows.
export const mailIsKnown = Boolean(process.env.PGHOST);

export function sql(text) {
	return execFileSync("psql", ["-XAtqc", `SET search_path = bureau, public; ${text}`], { encoding: "utf8" }).trim();
}

export function holdMail(held) {
	if (mailIsKnown)
		sql(`UPDATE queues SET paused_at = ${held ? "now()" : "NULL"} WHERE name = 'mail'`);
}

// As if somebody had not been written to for an hour.
export function passTime(email) {
	sql(`UPDATE codes c SET created_at = c.created_at - interval '1 hour' FROM users u WHERE u.id = c.user_id AND u.email = '${email}'`);
}

// The code in the count-th message of this kind to an address, once it is there.
export async function codeTo(email, mail, count = 1) {
	for (let left = 600; left > 0; left--) {
		const codes = sql(`SELECT secret #>> '{values,code}' FROM jobs WHERE args ->> 'mail' = '${mail}' AND args ->> 'to' = '${email}' ORDER BY seq`);
		if (codes.split("\n").length >= count && codes !== "")
			return codes.split("\n")[count - 1];
		await pause(50);
	}
	throw new Error(`no ${mail} to ${email}`);
}
