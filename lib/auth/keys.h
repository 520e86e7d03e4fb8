/* SPDX-License-Identifier: ISC */
/*
 * The signing key: made, read and named.  Only the supervisor and its commands
 * call this; responders are handed DER in their settings (jwt.h).
 */
#ifndef BUREAU_KEYS_H
#define BUREAU_KEYS_H

#include <stdbool.h>

#include "text.h"

struct arena;

#define KEY_ID_SIZE 17		/* 16 hex digits and a NUL */

struct signing_key {
	char		 kid[KEY_ID_SIZE];	/* from SHA-256 of the public half */
	const char	*public_half;	/* SubjectPublicKeyInfo, base64url of DER */
	const char	*private_half;	/* PKCS #8, base64url of DER */
};

/* A new P-256 key as PEM, in the arena (a wiping one, please). */
struct str	keys_generate(struct arena *arena);
/* False when it is not the PEM of a P-256 private key without passphrase. */
bool		keys_read(struct arena *arena, struct str pem,
		    struct signing_key *out);

#endif
