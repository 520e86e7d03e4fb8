/* SPDX-License-Identifier: ISC */
/*
 * The signing key, by OpenSSL's EVP.  What OpenSSL allocates is handed to the
 * arena, which frees it (and wipes what is secret) at its reset.
 */
#include "keys.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"

static void
free_key(void *key)
{
	EVP_PKEY_free(key);
}

static void
free_bio(void *bio)
{
	BIO_free(bio);
}

/* A memory BIO that ends with the arena; OpenSSL's wipes itself. */
static BIO *
scratch(struct arena *arena)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	ASSERT(bio != NULL);
	arena_defer(arena, free_bio, bio);
	return (bio);
}

static struct str
contents(struct arena *arena, BIO *bio)
{
	char *data;
	long n = BIO_get_mem_data(bio, &data);

	ASSERT(n > 0);
	return ((struct str){ arena_memdup(arena, data, (size_t)n),
	    (size_t)n });
}

struct str
keys_generate(struct arena *arena)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *bio = scratch(arena);

	ASSERT(key != NULL);
	arena_defer(arena, free_key, key);
	ASSERT(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
	    NULL) == 1);
	return (contents(arena, bio));
}

static bool
is_p256(const EVP_PKEY *key)
{
	char group[32];

	return (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, "prime256v1") == 0);
}

/* OpenSSL would ask the terminal for a passphrase. */
static int
no_passphrase(char *buf, int size, int writing, void *cls)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)cls;
	return (-1);
}

static EVP_PKEY *
parse(struct arena *arena, struct str pem)
{
	BIO *bio;
	EVP_PKEY *key;

	if (pem.n > INT_MAX)
		return (NULL);
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	ASSERT(bio != NULL);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	if (key != NULL)
		arena_defer(arena, free_key, key);
	return (key);
}

bool
keys_read(struct arena *arena, struct str pem, struct signing_key *out)
{
	EVP_PKEY *key = parse(arena, pem);
	BIO *public_bio = scratch(arena), *private_bio = scratch(arena);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct str der;

	if (key == NULL || !is_p256(key) ||
	    i2d_PUBKEY_bio(public_bio, key) != 1 ||
	    i2d_PKCS8PrivateKeyInfo_bio(private_bio, key) != 1)
		return (false);
	der = contents(arena, public_bio);
	SHA256((const unsigned char *)der.p, der.n, digest);
	for (unsigned i = 0; i < (KEY_ID_SIZE - 1) / 2; i++)
		snprintf(out->kid + 2 * i, 3, "%02x", digest[i]);
	out->public_half = text_base64url(arena, der.p, der.n).p;
	der = contents(arena, private_bio);
	out->private_half = text_base64url(arena, der.p, der.n).p;
	return (true);
}
