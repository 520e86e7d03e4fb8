/* SPDX-License-Identifier: ISC */
/*
 * Refresh tokens: `<session>.<generation>.<HMAC-SHA256 of both>`.
 *
 * Nothing of a token is stored.  The row of the session keeps its generation
 * alone, so a dump of the database yields no token, and the successor of a token
 * can be told again to a client that lost the answer.  Only who holds
 * REFRESH_KEY can make one: the auth responder.
 */
#ifndef BUREAU_REFRESH_H
#define BUREAU_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"
#include "uuid.h"

struct arena;

#define REFRESH_KEY_MIN	32	/* bytes */

struct refresh {
	char	session[UUID_SIZE];
	int64_t	generation;		/* 0 to 2^31 - 1 */
};

/* key: bytes, at least REFRESH_KEY_MIN. */
struct str	refresh_make(struct arena *arena, struct str key,
		    const struct refresh *refresh);
/* True when this key made it; out is filled only then. */
bool		refresh_check(struct arena *arena, struct str key,
		    struct str token, struct refresh *out);

#endif
