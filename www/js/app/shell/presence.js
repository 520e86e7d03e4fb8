// SPDX-License-Identifier: ISC
//
// Who is here right now, as far as the stream tells.

import { html, useEffect, useState } from "/js/preact.js";
import { t } from "/js/i18n/index.js";
import { useGet } from "/js/data.js";
import * as live from "/js/live.js";
import { useOffers } from "/js/app/features.js";
import { useMe } from "/js/app/me.js";
import { Avatars } from "/js/ui/avatar.js";

// The people who are online, oneself too: [{ id, fullName, profilePic }], or null where nobody can say.
export function useOnline() {
	const { user } = useMe();
	const isOffered = useOffers("GET /presence");
	const first = useGet(isOffered ? "presence" : null);
	const names = useGet(isOffered ? "users/directory?limit=200" : null, { watch: ["users"] });
	const [told, setTold] = useState(null);

	useEffect(() => live.on("getOnlineUsers", setTold), []);
	if (!isOffered)
		return null;
	const ids = new Set([...told ?? listed(first.body), user.id]);
	return (names.body?.items ?? [user]).filter((one) => ids.has(one.id));
}

function listed(body) {
	const items = Array.isArray(body) ? body : body?.items ?? body?.users ?? [];

	return items.map((one) => typeof one === "string" ? one : one.id ?? one.userId);
}

export function Presence() {
	const online = useOnline();

	return online && online.length > 1 && html`<${Avatars} people=${online} label=${t("presence", { n: online.length })} />`;
}
