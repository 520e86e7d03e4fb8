/* SPDX-License-Identifier: ISC */
/*
 * OpenSSL reads and writes ECDSA signatures as DER, JWS as two numbers of a
 * fixed size; most of this file is the way between them.
 */
#include "es256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>
#include <string.h>

#include "check.h"

#define HALF	(ES256_SIZE / 2)
#define DER_MAX	80		/* of a signature: at most 72 for P-256 */

/* The key if it is one of P-256, else NULL and the key is freed. */
static EVP_PKEY *
only_p256(EVP_PKEY *key)
{
	char group[32];

	if (key != NULL && EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0)
		return (key);
	EVP_PKEY_free(key);
	return (NULL);
}

EVP_PKEY *
es256_public(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	const unsigned char *end = p + der.n;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)der.n);

	if (key != NULL && p != end) {
		EVP_PKEY_free(key);
		return (NULL);
	}
	return (only_p256(key));
}

EVP_PKEY *
es256_private(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	const unsigned char *end = p + der.n;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p,
	    (long)der.n);
	EVP_PKEY *key = NULL;

	if (info != NULL && p == end)
		key = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	return (only_p256(key));
}

/* Returns the length, 0 when it cannot be written. */
static size_t
der_from_raw(const unsigned char raw[ES256_SIZE], unsigned char der[DER_MAX])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, HALF, NULL);
	BIGNUM *s = BN_bin2bn(raw + HALF, HALF, NULL);
	unsigned char *end = der;
	int n;

	ASSERT(sig != NULL && r != NULL && s != NULL);
	ASSERT(ECDSA_SIG_set0(sig, r, s) == 1);
	n = i2d_ECDSA_SIG(sig, NULL);
	if (n > 0 && n <= DER_MAX)
		n = i2d_ECDSA_SIG(sig, &end);
	else
		n = 0;
	ECDSA_SIG_free(sig);
	return (n > 0 ? (size_t)n : 0);
}

static void
raw_from_der(const unsigned char *der, size_t n, unsigned char raw[ES256_SIZE])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);

	ASSERT(sig != NULL);
	ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, HALF) == HALF);
	ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + HALF, HALF) == HALF);
	ECDSA_SIG_free(sig);
}

bool
es256_verify(EVP_PKEY *key, struct str data,
    const unsigned char sig[ES256_SIZE])
{
	unsigned char der[DER_MAX];
	size_t n = der_from_raw(sig, der);
	EVP_MD_CTX *ctx;
	bool ok;

	if (n == 0)
		return (false);
	ctx = EVP_MD_CTX_new();
	ASSERT(ctx != NULL);
	ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, der, n, (const unsigned char *)data.p,
	    data.n) == 1;
	EVP_MD_CTX_free(ctx);
	return (ok);
}

void
es256_sign(EVP_PKEY *key, struct str data, unsigned char sig_out[ES256_SIZE])
{
	unsigned char der[DER_MAX];
	size_t n = sizeof(der);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	ASSERT(ctx != NULL);
	ASSERT(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1);
	ASSERT(EVP_DigestSign(ctx, der, &n, (const unsigned char *)data.p,
	    data.n) == 1);
	EVP_MD_CTX_free(ctx);
	raw_from_der(der, n, sig_out);
}
