/* SPDX-License-Identifier: ISC */
/*
 * UUIDs as two words, to be compared many thousand times a second.
 */
#ifndef BUREAU_ID_H
#define BUREAU_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"
#include "uuid.h"

struct id {
	uint64_t	hi, lo;
};

/* False for what is no canonical UUID. */
bool	id_parse(struct str text, struct id *out);
void	id_format(const struct id *id, char out[UUID_SIZE]);
/* As qsort() wants it. */
int	id_compare(const void *a, const void *b);

/* A hash (FNV-1a) of these bytes behind those that `before` is of; of none it is
 * ID_HASH. */
#define ID_HASH	UINT64_C(14695981039346656037)
uint64_t	id_hash(uint64_t before, const char *text, size_t n);

static inline bool
id_same(const struct id *a, const struct id *b)
{
	return (a->lo == b->lo && a->hi == b->hi);
}

/* The end of a UUID of version 7 is random. */
static inline unsigned
id_bucket(const struct id *id, unsigned buckets)
{
	return ((unsigned)(id->lo % buckets));
}

#endif
