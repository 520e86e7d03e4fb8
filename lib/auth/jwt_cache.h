/* SPDX-License-Identifier: ISC */
/*
 * What this process has verified, so that the next request with the same token
 * costs a comparison and no signature.
 *
 * The place of a token follows from the end of its signature, which nobody can
 * choose; only verified tokens come in, so nobody can push others out at will.
 */
#ifndef BUREAU_JWT_CACHE_H
#define BUREAU_JWT_CACHE_H

#include <stdbool.h>

#include "text.h"

struct jwt_claims;

/* The whole token is compared, in constant time. */
bool	jwt_cache_find(struct str token, struct jwt_claims *out);
/* A token of more than 448 bytes is not kept; ours have about 390. */
void	jwt_cache_add(struct str token, const struct jwt_claims *claims);
/* Forget all: a key may be gone. */
void	jwt_cache_clear(void);

#endif
