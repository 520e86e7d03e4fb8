/* SPDX-License-Identifier: ISC */
/*
 * Requests that were queued (Prefer: respond-async), of any responder: each is
 * told to whoever sent it, and to nobody else.
 */
#include "admin.h"

const struct route requests_routes[] = {
	{ GET, "/requests", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_OWN_REQUEST_LIST,
	  .doc = "List one's queued requests, newest first." },
	{ GET, "/requests/{id}", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .query = Q_OWN_REQUEST_GET,
	  .doc = "Read how a queued request of one's own fares: position is "
	  "how many of one's own come before it, null once it is answered; "
	  "status, headers and body are the answer, kept for a day." },
	ROUTES_END
};
