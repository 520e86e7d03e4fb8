/* SPDX-License-Identifier: ISC */
#include "hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "arena.h"
#include "buf.h"
#include "check.h"

void
hash_sha256(struct str data, unsigned char out[HASH_SIZE])
{
	if (EVP_Digest(data.p != NULL ? data.p : "", data.n, out, NULL,
	    EVP_sha256(), NULL) != 1)
		PANIC("SHA-256 does not work");
}

void
hash_hmac_sha256(struct str key, struct str data, unsigned char out[HASH_SIZE])
{
	unsigned n = HASH_SIZE;

	ASSERT(key.p != NULL && key.n <= INT32_MAX);
	if (HMAC(EVP_sha256(), key.p, (int)key.n,
	    (const unsigned char *)(data.p != NULL ? data.p : ""), data.n, out,
	    &n) == NULL)
		PANIC("HMAC does not work");
}

static const char *
digest_text(struct arena *arena, const char *prefix, struct str data)
{
	unsigned char digest[HASH_SIZE];
	struct buf out;

	hash_sha256(data, digest);
	buf_init(&out, arena, 2 * HASH_SIZE + 2);
	buf_text(&out, prefix);
	buf_hex(&out, digest, sizeof(digest));
	return (out.data);
}

const char *
hash_hex(struct arena *arena, struct str data)
{
	return (digest_text(arena, "", data));
}

const char *
hash_bytea(struct arena *arena, struct str data)
{
	return (digest_text(arena, "\\x", data));
}
