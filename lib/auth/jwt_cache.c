/* SPDX-License-Identifier: ISC */
#include "jwt_cache.h"

#include <openssl/crypto.h>
#include <string.h>

#include "jwt.h"

#define ENTRIES_LOG2	9
#define TOKEN_MAX	448
/* The last character of a signature holds two bits only: stay before it. */
#define HASHED		(sizeof(uint64_t) + 1)

static struct entry {
	size_t			n;		/* 0: free */
	char			token[TOKEN_MAX];
	struct jwt_claims	claims;
} entries[1 << ENTRIES_LOG2];

static bool
may_hold(struct str token)
{
	return (token.n >= HASHED && token.n <= TOKEN_MAX);
}

static struct entry *
place_of(struct str token)
{
	uint64_t bits;

	memcpy(&bits, token.p + token.n - HASHED, sizeof(bits));
	/* Any odd number whose bits are well mixed spreads the characters. */
	return (&entries[bits * UINT64_C(0x9e3779b97f4a7c15) >>
	    (64 - ENTRIES_LOG2)]);
}

bool
jwt_cache_find(struct str token, struct jwt_claims *out)
{
	const struct entry *entry;

	if (!may_hold(token))
		return (false);
	entry = place_of(token);
	if (entry->n != token.n ||
	    CRYPTO_memcmp(entry->token, token.p, token.n) != 0)
		return (false);
	*out = entry->claims;
	return (true);
}

void
jwt_cache_add(struct str token, const struct jwt_claims *claims)
{
	struct entry *entry;

	if (!may_hold(token))
		return;
	entry = place_of(token);
	memcpy(entry->token, token.p, token.n);
	entry->n = token.n;
	entry->claims = *claims;
}

void
jwt_cache_clear(void)
{
	OPENSSL_cleanse(entries, sizeof(entries));
}
