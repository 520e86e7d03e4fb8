// SPDX-License-Identifier: ISC

// Whether somebody holds a permission.  The server decides; this only leaves out
// of the page what would be refused.
export function may(user, need) {
	const held = user.permissions ?? [];

	return !need || held.includes("*") || held.includes(need) ||
		held.includes(`${need.split(":")[0]}:*`);
}
