/* SPDX-License-Identifier: ISC */
/*
 * SHA-256: for looking secrets up without storing them, and for signing what
 * other systems are told.
 */
#ifndef BUREAU_HASH_H
#define BUREAU_HASH_H

#include "text.h"

struct arena;

#define HASH_SIZE 32

void		 hash_sha256(struct str data, unsigned char out[HASH_SIZE]);
/* HMAC of RFC 2104. */
void		 hash_hmac_sha256(struct str key, struct str data,
		    unsigned char out[HASH_SIZE]);
/* 64 hex digits. */
const char	*hash_hex(struct arena *arena, struct str data);
/* The same as PostgreSQL reads a bytea: \x and 64 hex digits. */
const char	*hash_bytea(struct arena *arena, struct str data);

#endif
