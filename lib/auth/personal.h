/* SPDX-License-Identifier: ISC */
/*
 * Personal API tokens: `bur_` and 32 random bytes.  The database knows their
 * SHA-256 only (hash.h); with so many random bits it needs no salt or cost.
 */
#ifndef BUREAU_PERSONAL_H
#define BUREAU_PERSONAL_H

#include <stdbool.h>

#include "text.h"

struct arena;

#define PERSONAL_PREFIX "bur_"

struct str	personal_new(struct arena *arena);
/* It has the form of one; whether it is one, the database knows. */
bool		personal_is(struct arena *arena, struct str token);

#endif
