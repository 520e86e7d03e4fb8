// SPDX-License-Identifier: ISC
//
// Who somebody likely is already.

import { html, useEffect, useState } from "/js/preact.js";
import * as api from "/js/api.js";
import { t } from "/js/i18n/index.js";
import { path } from "/js/data.js";
import { useOffers } from "/js/app/features.js";
import { HOME, seesContact } from "/js/app/customers/parts.js";
import { Badge } from "/js/ui/index.js";

const PAUSE = 300; // ms without a key

// Asked for while one types; except: the id of whom it is about.
export function useDuplicates({ name, phone, email }, except) {
	const isThere = useOffers("GET /customers/duplicates");
	const [found, setFound] = useState([]);
	const contact = seesContact();
	const asked = path("customers/duplicates", { name: name?.trim().length > 2 ? name.trim() : null,
		phone: contact && phone?.length > 5 ? phone : null, email: contact && email?.includes("@") ? email : null });

	useEffect(() => {
		let isOver = false;
		if (!isThere || !asked.includes("?")) {
			setFound([]);
			return undefined;
		}
		const timer = setTimeout(async () => {
			const { body } = await api.get(asked).catch(() => ({ body: { items: [] } }));
			if (!isOver)
				setFound(body.items.filter((one) => one.id !== except));
		}, PAUSE);
		return () => { isOver = true; clearTimeout(timer); };
	}, [asked, isThere]);
	return found;
}

// act(one): what can be done about each.
export function Twins({ found, act }) {
	return html`<ul class="twins">${found.map((one) => html`<li key=${one.id}><a href=${`${HOME}/${one.id}`} dir="auto">${one.name}</a>
		${one.company && html`<span class="soft" dir="auto">${one.company}</span>`}
		${one.reasons.map((why) => html`<${Badge} key=${why} kind=${why === "name" ? "" : "fair"}>${t(`customers.same.${why}`)}<//>`)}${act?.(one)}</li>`)}</ul>`;
}
