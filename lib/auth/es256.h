/* SPDX-License-Identifier: ISC */
/*
 * ECDSA over P-256 with SHA-256, as JWS writes it: the signature is r and s, 32
 * bytes each.  Only keys of this curve come in, so no call has a choice of
 * algorithm.
 */
#ifndef BUREAU_ES256_H
#define BUREAU_ES256_H

#include <stdbool.h>

#include <openssl/types.h>

#include "text.h"

#define ES256_SIZE 64

/* From DER: SubjectPublicKeyInfo, PKCS #8.  NULL for anything else, also for
 * trailing bytes; freed with EVP_PKEY_free(). */
EVP_PKEY	*es256_public(struct str der);
EVP_PKEY	*es256_private(struct str der);

bool		 es256_verify(EVP_PKEY *key, struct str data,
		    const unsigned char sig[ES256_SIZE]);
void		 es256_sign(EVP_PKEY *key, struct str data,
		    unsigned char sig_out[ES256_SIZE]);

#endif
