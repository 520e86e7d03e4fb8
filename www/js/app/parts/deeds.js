// SPDX-License-Identifier: ISC
//
// What an audit row says, in words: what was done, to what.

import { knows, t, words } from "/js/i18n/index.js";
import table from "/js/i18n/deeds.js";

words(table);

// "users.created" → "created a person"; what has no words is said as it is.
export function done({ action }) {
	const [resource, verb] = action.split(".");
	const named = `deed.${action}`;

	if (knows(named))
		return t(named);
	return isTold({ action }) ? t(`verb.${verb}`, { what: t(`resource.${resource}`) }) : action;
}

// Is it something there are words for?  The rest is for the audit log alone.
export function isTold({ action }) {
	const [resource, verb] = action.split(".");

	return knows(`deed.${action}`) || (knows(`verb.${verb}`) && knows(`resource.${resource}`));
}

// Whatever names the record, before or after; of a change, a name that stayed is not told.
export function about({ before, after }) {
	const record = { ...before, ...after };

	return record.full_name ?? record.name ?? record.title ?? record.email ?? record.subject ?? "";
}

export const resourceName = (resource) => knows(`resource.${resource}`) ? t(`resource.${resource}`) : resource;
