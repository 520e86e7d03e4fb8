/* SPDX-License-Identifier: ISC */
/*
 * Access tokens: compact JWS, signed with ES256 and nothing else.
 *
 * Every responder holds the public keys and verifies; auth alone is handed the
 * private key and signs.  A verified token says which user and session it was
 * given to.  That both are still live is for authorize() to say, at each request.
 *
 * Verifying takes 80 us, so a process remembers what it verified; its expiry is
 * looked at every time all the same.  Old keys go on verifying for as long as
 * JWT_PUBLIC_KEYS lists them.
 */
#ifndef BUREAU_JWT_H
#define BUREAU_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"
#include "uuid.h"

struct arena;

#define JWT_MAX		4096	/* a longer token is refused unread */
#define JWT_ISSUER	"bureau"
#define JWT_AUDIENCE	"bureau-api"

enum jwt_outcome {
	JWT_OK,
	JWT_EXPIRED,		/* ours, but past its time: worth a refresh */
	JWT_INVALID
};

struct jwt_claims {
	char	user[UUID_SIZE];
	char	session[UUID_SIZE];
	int64_t	issued, expires;	/* seconds since 1970 */
};

/*
 * Take the keys from JWT_PUBLIC_KEYS and JWT_PRIVATE_KEY, in place of any taken
 * before.  False, after one log line, when a setting is malformed or the private
 * key has no public half; no token is then valid.
 */
bool			jwt_open(void);
void			jwt_close(void);

/* now: seconds since 1970.  out is filled at JWT_OK only. */
enum jwt_outcome	jwt_verify(struct str token, int64_t now,
			    struct jwt_claims *out);
/* This process may sign. */
bool			jwt_can_sign(void);
/* The caller sees to jwt_can_sign(); ids are canonical UUIDs. */
struct str		jwt_sign(struct arena *arena,
			    const struct jwt_claims *claims);

#endif
