// SPDX-License-Identifier: ISC
//
// What records are called, of which a change in the log holds only what changed: people, roles, queues and
// webhooks as they are called now.

import { useGet } from "/js/data.js";
import { may } from "/js/app/me.js";
import { about } from "/js/app/parts/deeds.js";

// → named(row): the name in the row, or that of the record now, or "".
export function useNames() {
	const people = useGet("users/directory?limit=200").body?.items;
	const roles = useGet(may("roles:manage") ? "roles?limit=200" : null).body?.items;
	const webhooks = useGet(may("webhooks:manage") ? "webhooks?limit=200" : null).body?.items;
	const queues = useGet(may("queues:read") ? "queues" : null).body?.items;
	const now = { users: people, passwords: people, roles, webhooks, queues };

	return (row) => {
		const record = now[row.resource]?.find((one) => one.id === row.resourceId);
		return about(row) || (record && (record.fullName ?? record.name ?? record.url)) || "";
	};
}
