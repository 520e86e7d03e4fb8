/* SPDX-License-Identifier: ISC */
#include "personal.h"

#include <openssl/crypto.h>
#include <string.h>

#include "arena.h"
#include "uuid.h"

#define RANDOM_SIZE	32
#define PREFIX_SIZE	(sizeof(PERSONAL_PREFIX) - 1)

struct str
personal_new(struct arena *arena)
{
	unsigned char secret[RANDOM_SIZE];
	struct str text;

	random_bytes(secret, sizeof(secret));
	text = text_base64url(arena, secret, sizeof(secret));
	OPENSSL_cleanse(secret, sizeof(secret));
	return (str_of(arena_printf(arena, PERSONAL_PREFIX "%s", text.p)));
}

bool
personal_is(struct arena *arena, struct str token)
{
	struct str secret;

	if (!str_starts(token, PERSONAL_PREFIX))
		return (false);
	token.p += PREFIX_SIZE;
	token.n -= PREFIX_SIZE;
	return (text_base64url_decode(arena, token, &secret) &&
	    secret.n == RANDOM_SIZE);
}
