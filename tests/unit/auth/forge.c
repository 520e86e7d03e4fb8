/* SPDX-License-Identifier: ISC */
#include "forge.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "arena.h"
#include "check.h"
#include "conf.h"
#include "es256.h"
#include "jwt.h"

static EVP_PKEY	*key, *stranger;

static void
set(enum conf_key setting, const char *value)
{
	ASSERT(conf_set(setting, value, NULL, NULL));
}

static struct str
private_der(struct arena *arena)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	struct str copy;

	ASSERT(n > 0);
	copy = (struct str){ arena_memdup(arena, der, (size_t)n), (size_t)n };
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	return (copy);
}

void
forge_keys(void)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 65536);
	struct str der;

	EVP_PKEY_free(key);
	EVP_PKEY_free(stranger);
	key = EVP_EC_gen("P-256");
	stranger = EVP_EC_gen("P-256");
	ASSERT(key != NULL && stranger != NULL);
	conf_defaults();
	der = forge_public_der(arena, key);
	set(CONF_JWT_PUBLIC_KEYS, arena_printf(arena, "%s=%s", FORGE_KID,
	    text_base64url(arena, der.p, der.n).p));
	der = private_der(arena);
	set(CONF_JWT_PRIVATE_KEY, text_base64url(arena, der.p, der.n).p);
	ASSERT(jwt_open());
	arena_free(&arena);
}

EVP_PKEY *
forge_key(void)
{
	return (key);
}

EVP_PKEY *
forge_stranger(void)
{
	return (stranger);
}

struct str
forge_public_der(struct arena *arena, EVP_PKEY *of)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(of, &der);
	struct str copy;

	ASSERT(n > 0);
	copy = (struct str){ arena_memdup(arena, der, (size_t)n), (size_t)n };
	OPENSSL_free(der);
	return (copy);
}

struct str
forge_public_pem(struct arena *arena, EVP_PKEY *of)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	struct str copy;
	long n;

	ASSERT(PEM_write_bio_PUBKEY(bio, of) == 1);
	n = BIO_get_mem_data(bio, &data);
	copy = (struct str){ arena_memdup(arena, data, (size_t)n), (size_t)n };
	BIO_free(bio);
	return (copy);
}

static const char *
signing_input(struct arena *arena, const char *header, const char *payload)
{
	struct str h = str_of(header), p = str_of(payload);

	return (arena_printf(arena, "%s.%s", text_base64url(arena, h.p, h.n).p,
	    text_base64url(arena, p.p, p.n).p));
}

struct str
forge_with(struct arena *arena, const char *header, const char *payload,
    struct str sig)
{
	return (str_of(arena_printf(arena, "%s.%s",
	    signing_input(arena, header, payload),
	    text_base64url(arena, sig.p, sig.n).p)));
}

struct str
forge_token(struct arena *arena, EVP_PKEY *by, const char *header,
    const char *payload)
{
	unsigned char sig[ES256_SIZE];

	es256_sign(by, str_of(signing_input(arena, header, payload)), sig);
	return (forge_with(arena, header, payload,
	    (struct str){ (char *)sig, sizeof(sig) }));
}

struct str
forge_hs256(struct arena *arena, struct str secret, const char *header,
    const char *payload)
{
	struct str input = str_of(signing_input(arena, header, payload));
	unsigned char mac[32];
	unsigned n = sizeof(mac);

	HMAC(EVP_sha256(), secret.p, (int)secret.n,
	    (const unsigned char *)input.p, input.n, mac, &n);
	return (forge_with(arena, header, payload,
	    (struct str){ (char *)mac, n }));
}
