/* SPDX-License-Identifier: ISC */
#include "scrypt.h"

#include <libscrypt.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

#define HEAD		"$s1$"
#define SALT_TEXT	24	/* base64 with its padding */
#define HASH_TEXT	88
/* HEAD NNrrpp $ salt $ hash */
#define SALT_AT		(sizeof(HEAD) - 1 + 6 + 1)
#define HASH_AT		(SALT_AT + SALT_TEXT + 1)
#define TEXT_LEN	(HASH_AT + HASH_TEXT)

bool
scrypt_cost_is_sane(const struct cost *cost)
{
	return (cost->n >= 1 << 10 && cost->n <= 1 << 20 &&
	    (cost->n & (cost->n - 1)) == 0 &&
	    cost->r >= 1 && cost->r <= 32 && cost->p >= 1 && cost->p <= 16 &&
	    128 * cost->n * cost->r <= UINT64_C(1) << 30);
}

bool
scrypt_run(struct scrypt *scrypt, struct str password)
{
	ASSERT(scrypt_cost_is_sane(&scrypt->cost));
	return (libscrypt_scrypt((const uint8_t *)password.p, password.n,
	    scrypt->salt, sizeof(scrypt->salt), scrypt->cost.n,
	    scrypt->cost.r, scrypt->cost.p, scrypt->hash,
	    sizeof(scrypt->hash)) == 0);
}

void
scrypt_format(const struct scrypt *scrypt, char out[PASSWORD_HASH_SIZE])
{
	unsigned log2 = 0;

	_Static_assert(TEXT_LEN < PASSWORD_HASH_SIZE, "the text must fit");
	while (UINT64_C(1) << log2 < scrypt->cost.n)
		log2++;
	snprintf(out, PASSWORD_HASH_SIZE, HEAD "%02x%02x%02x$", log2,
	    scrypt->cost.r, scrypt->cost.p);
	EVP_EncodeBlock((unsigned char *)out + SALT_AT, scrypt->salt,
	    SCRYPT_SALT);
	out[HASH_AT - 1] = '$';
	EVP_EncodeBlock((unsigned char *)out + HASH_AT, scrypt->hash,
	    SCRYPT_HASH);
}

/* Two lowercase hex digits. */
static bool
parse_byte(const char *text, uint32_t *out)
{
	static const char digits[] = "0123456789abcdef";
	const char *high = strchr(digits, text[0]);
	const char *low = strchr(digits, text[1]);

	if (high == NULL || low == NULL)
		return (false);
	*out = (uint32_t)((high - digits) << 4 | (low - digits));
	return (true);
}

static bool
parse_base64(const char *text, size_t text_len, unsigned char *out, size_t n)
{
	unsigned char bytes[SCRYPT_HASH + 2];	/* padding decodes to zeros */

	if (EVP_DecodeBlock(bytes, (const unsigned char *)text,
	    (int)text_len) != (int)(text_len / 4 * 3))
		return (false);
	memcpy(out, bytes, n);
	return (true);
}

bool
scrypt_parse(const char *text, struct scrypt *out)
{
	char again[PASSWORD_HASH_SIZE];
	uint32_t log2;

	if (strlen(text) != TEXT_LEN || strncmp(text, HEAD, 4) != 0 ||
	    !parse_byte(text + 4, &log2) || log2 > 20 ||
	    !parse_byte(text + 6, &out->cost.r) ||
	    !parse_byte(text + 8, &out->cost.p) ||
	    !parse_base64(text + SALT_AT, SALT_TEXT, out->salt, SCRYPT_SALT) ||
	    !parse_base64(text + HASH_AT, HASH_TEXT, out->hash, SCRYPT_HASH))
		return (false);
	out->cost.n = UINT64_C(1) << log2;
	if (!scrypt_cost_is_sane(&out->cost))
		return (false);
	/* What the decoder is lenient about does not come back the same. */
	scrypt_format(out, again);
	return (strcmp(text, again) == 0);
}
