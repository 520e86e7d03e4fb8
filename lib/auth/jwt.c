/* SPDX-License-Identifier: ISC */
/*
 * The order of the checks is the point of this file: the form of the token, then
 * the header against the one we write, then the key, then the signature, and
 * only then a look at the claims.  Nothing in a token chooses how it is verified.
 */
#include "jwt.h"

#include <openssl/evp.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "conf.h"
#include "es256.h"
#include "flat.h"
#include "jwt_cache.h"
#include "log.h"

#define KEYS_MAX	8
#define KID_MAX		32
#define TYPE		"at+jwt"
#define LEEWAY		5		/* s another host's clock may be ahead */
#define LONGEST		86400		/* s, the most JWT_EXPIRES_IN allows */

struct key {
	char		 kid[KID_MAX + 1];
	EVP_PKEY	*pkey;
};

/* What a process was handed at its start. */
static struct {
	struct key	 keys[KEYS_MAX];
	size_t		 count;
	EVP_PKEY	*signer;	/* NULL: this process may only verify */
	const char	*signer_kid;
	struct arena	*scratch;	/* of one verification */
} self;

static const char	*take_public_keys(struct str list);
static const char	*take_private_key(struct str text);
static bool		 header_key(struct str header, EVP_PKEY **out);
static bool		 claims_read(struct str json, struct jwt_claims *out);

bool
jwt_open(void)
{
	const char *wrong;

	jwt_close();
	self.scratch = arena_new(ARENA_WIPING, 8 * JWT_MAX);
	wrong = take_public_keys(str_of(conf_text(CONF_JWT_PUBLIC_KEYS)));
	if (wrong == NULL)
		wrong = take_private_key(
		    str_of(conf_text(CONF_JWT_PRIVATE_KEY)));
	if (wrong == NULL)
		return (true);
	log_event(LOG_ERROR, "jwt.keys.wrong", "why", wrong, NULL);
	jwt_close();
	return (false);
}

void
jwt_close(void)
{
	for (size_t i = 0; i < self.count; i++)
		EVP_PKEY_free(self.keys[i].pkey);
	EVP_PKEY_free(self.signer);
	if (self.scratch != NULL)
		arena_free(&self.scratch);
	memset(&self, 0, sizeof(self));
	jwt_cache_clear();
}

/* --- keys ------------------------------------------------------------------ */

static bool
kid_is_plain(struct str kid)
{
	if (kid.n == 0 || kid.n > KID_MAX)
		return (false);
	for (size_t i = 0; i < kid.n; i++)
		if (strchr("0123456789abcdef", kid.p[i]) == NULL)
			return (false);
	return (true);
}

static const struct key *
key_find(struct str kid)
{
	for (size_t i = 0; i < self.count; i++)
		if (str_is(kid, self.keys[i].kid))
			return (&self.keys[i]);
	return (NULL);
}

/* One kid=base64url(DER); what is wrong with it, or NULL. */
static const char *
take_public_key(struct str entry)
{
	struct str kid, der;
	struct key *key;

	if (!str_split(&entry, '=', &kid) || entry.p == NULL ||
	    !kid_is_plain(kid) ||
	    !text_base64url_decode(self.scratch, entry, &der))
		return ("JWT_PUBLIC_KEYS must be kid=base64url, separated by "
		    "spaces");
	if (self.count == KEYS_MAX)
		return ("JWT_PUBLIC_KEYS holds more than eight keys");
	if (key_find(kid) != NULL)
		return ("JWT_PUBLIC_KEYS names a kid twice");
	key = &self.keys[self.count];
	key->pkey = es256_public(der);
	if (key->pkey == NULL)
		return ("JWT_PUBLIC_KEYS holds a key that is not P-256");
	memcpy(key->kid, kid.p, kid.n);
	key->kid[kid.n] = '\0';
	self.count++;
	return (NULL);
}

static const char *
take_public_keys(struct str list)
{
	const char *wrong = NULL;
	struct str entry;

	while (wrong == NULL && str_split(&list, ' ', &entry))
		if (entry.n > 0)
			wrong = take_public_key(entry);
	return (wrong);
}

static const char *
take_private_key(struct str text)
{
	struct str der;

	if (text.n == 0)
		return (NULL);
	if (!text_base64url_decode(self.scratch, text, &der))
		return ("JWT_PRIVATE_KEY is not base64url");
	self.signer = es256_private(der);
	arena_reset(self.scratch);
	if (self.signer == NULL)
		return ("JWT_PRIVATE_KEY is not a P-256 key in PKCS #8");
	for (size_t i = 0; i < self.count; i++)
		if (EVP_PKEY_eq(self.signer, self.keys[i].pkey) == 1)
			self.signer_kid = self.keys[i].kid;
	return (self.signer_kid != NULL ? NULL :
	    "the public half of JWT_PRIVATE_KEY is not in JWT_PUBLIC_KEYS");
}

/* --- verifying --------------------------------------------------------------- */

/* The token's three parts; false when there are not exactly three. */
static bool
split(struct str token, struct str part[3])
{
	for (int i = 0; i < 3; i++)
		if (!str_split(&token, '.', &part[i]) || part[i].n == 0)
			return (false);
	return (token.p == NULL);
}

/* Form, key, signature and claims, in this order; all but the expiry. */
static bool
is_ours(struct str token, int64_t now, struct jwt_claims *out)
{
	struct str part[3], header, payload, sig, input;
	EVP_PKEY *key;

	if (!split(token, part) ||
	    !text_base64url_decode(self.scratch, part[0], &header) ||
	    !text_base64url_decode(self.scratch, part[1], &payload) ||
	    !text_base64url_decode(self.scratch, part[2], &sig) ||
	    sig.n != ES256_SIZE || !header_key(header, &key))
		return (false);
	input = (struct str){ token.p, part[0].n + 1 + part[1].n };
	return (es256_verify(key, input, (const unsigned char *)sig.p) &&
	    claims_read(payload, out) && out->issued <= now + LEEWAY);
}

enum jwt_outcome
jwt_verify(struct str token, int64_t now, struct jwt_claims *out)
{
	struct jwt_claims claims;
	bool ours;

	if (token.n == 0 || token.n > JWT_MAX || self.count == 0)
		return (JWT_INVALID);
	if (!jwt_cache_find(token, &claims)) {
		ours = is_ours(token, now, &claims);
		arena_reset(self.scratch);
		if (!ours)
			return (JWT_INVALID);
		jwt_cache_add(token, &claims);
	}
	if (now >= claims.expires)
		return (JWT_EXPIRED);
	*out = claims;
	return (JWT_OK);
}

/* The key that the header names, if the header is one that we write: the three
 * members below and none else, so no crit, b64, jku, jwk, x5u or x5c. */
static bool
header_key(struct str header, EVP_PKEY **out)
{
	const struct key *key;
	struct flat flat;
	struct str value;

	if (!flat_parse(header, &flat) || flat.count != 3 ||
	    !flat_text(&flat, "alg", &value) || !str_is(value, "ES256") ||
	    !flat_text(&flat, "typ", &value) || !str_is(value, TYPE) ||
	    !flat_text(&flat, "kid", &value))
		return (false);
	key = key_find(value);
	if (key == NULL)
		return (false);
	*out = key->pkey;
	return (true);
}

static bool
is_text(const struct flat *flat, const char *name, const char *expected)
{
	struct str value;

	return (flat_text(flat, name, &value) && str_is(value, expected));
}

static bool
copy_id(const struct flat *flat, const char *name, char out[UUID_SIZE])
{
	struct str value;

	if (!flat_text(flat, name, &value) || !text_is_uuid(value))
		return (false);
	memcpy(out, value.p, value.n);
	out[value.n] = '\0';
	return (true);
}

/* Claims that a later version may add are let be. */
static bool
claims_read(struct str json, struct jwt_claims *out)
{
	struct flat flat;
	int64_t not_before;

	memset(out, 0, sizeof(*out));
	return (flat_parse(json, &flat) &&
	    is_text(&flat, "iss", JWT_ISSUER) &&
	    is_text(&flat, "aud", JWT_AUDIENCE) &&
	    copy_id(&flat, "sub", out->user) &&
	    copy_id(&flat, "sid", out->session) &&
	    flat_number(&flat, "iat", &out->issued) &&
	    flat_number(&flat, "nbf", &not_before) &&
	    flat_number(&flat, "exp", &out->expires) &&
	    not_before == out->issued && out->expires > out->issued &&
	    out->expires - out->issued <= LONGEST);
}

/* --- signing ----------------------------------------------------------------- */

bool
jwt_can_sign(void)
{
	return (self.signer != NULL);
}

static void
add_part(struct arena *arena, struct buf *token, const void *data, size_t n)
{
	struct str part = text_base64url(arena, data, n);

	buf_add(token, part.p, part.n);
}

struct str
jwt_sign(struct arena *arena, const struct jwt_claims *claims)
{
	unsigned char sig[ES256_SIZE];
	struct buf token, json;

	ASSERT(jwt_can_sign());
	buf_init(&token, arena, JWT_MAX);
	buf_init(&json, arena, JWT_MAX);
	buf_printf(&json, "{\"alg\":\"ES256\",\"typ\":\"%s\",\"kid\":\"%s\"}",
	    TYPE, self.signer_kid);
	add_part(arena, &token, json.data, json.len);
	buf_char(&token, '.');
	buf_clear(&json);
	buf_printf(&json, "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"%s\","
	    "\"sid\":\"%s\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld}",
	    JWT_ISSUER, JWT_AUDIENCE, claims->user, claims->session,
	    (long long)claims->issued, (long long)claims->issued,
	    (long long)claims->expires);
	add_part(arena, &token, json.data, json.len);
	es256_sign(self.signer, (struct str){ token.data, token.len }, sig);
	buf_char(&token, '.');
	add_part(arena, &token, sig, sizeof(sig));
	ASSERT(!token.failed && !json.failed);
	return ((struct str){ token.data, token.len });
}
