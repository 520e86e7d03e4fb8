/* SPDX-License-Identifier: ISC */
/*
 * One's own sessions and the history of signing in.
 */
#include "auth.h"

const struct route sessions_routes[] = {
	{ GET, "/auth/sessions", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_SESSION_LIST, .doc = "Where one is signed in." },
	{ DELETE, "/auth/sessions/{id}", .need = PERM_SIGNED_IN,
	  .tx = TX_WRITE, .query = Q_SESSION_REVOKE, .status = 204,
	  .doc = "End a session." },
	{ GET, "/auth/sign-ins", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_SIGN_IN_LIST, .doc = "Who tried to sign in, and how it went." },
	ROUTES_END
};
