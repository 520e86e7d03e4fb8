/* SPDX-License-Identifier: ISC */
/*
 * scrypt and the text that keeps its result, `$s1$NNrrpp$salt$hash`: two hex
 * digits each for log2 N, r and p, then 16 and 64 bytes in base64.
 *
 * libscrypt does the work.  Its own functions for this text are not used: they
 * take the password to its first NUL and write into the hash they check.
 */
#ifndef BUREAU_SCRYPT_H
#define BUREAU_SCRYPT_H

#include <stdbool.h>
#include <stddef.h>

#include "password.h"

#define SCRYPT_SALT	16
#define SCRYPT_HASH	64

struct scrypt {
	struct cost	cost;
	unsigned char	salt[SCRYPT_SALT];
	unsigned char	hash[SCRYPT_HASH];
};

/* N a power of two from 2^10 to 2^20, r to 32, p to 16, at most 1 GB. */
bool	scrypt_cost_is_sane(const struct cost *cost);
/* Fill hash from password, salt and cost, which must be sane; false when there
 * is not enough memory. */
bool	scrypt_run(struct scrypt *scrypt, struct str password);

void	scrypt_format(const struct scrypt *scrypt,
	    char out[PASSWORD_HASH_SIZE]);
/* False for anything scrypt_format() would not write, or an insane cost. */
bool	scrypt_parse(const char *text, struct scrypt *out);

#endif
