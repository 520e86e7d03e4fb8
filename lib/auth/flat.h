/* SPDX-License-Identifier: ISC */
/*
 * The JSON that tokens carry: one object of texts and whole numbers.
 *
 * It reads what jwt.c writes and nothing more.  No white space, no escapes, no
 * nesting, no fraction, sign or exponent, no name twice: what a lenient reader
 * and this one could understand differently is refused.
 */
#ifndef BUREAU_FLAT_H
#define BUREAU_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define FLAT_MAX 16		/* members of an object */

struct flat_member {
	struct str	name;
	bool		is_number;
	struct str	text;		/* when it is no number */
	int64_t		number;		/* 0 to 2^53 - 1 */
};

struct flat {
	struct flat_member	list[FLAT_MAX];
	size_t			count;
};

/* Names and texts point into json, which must outlive out. */
bool	flat_parse(struct str json, struct flat *out);
/* The member of this name and type. */
bool	flat_text(const struct flat *flat, const char *name, struct str *out);
bool	flat_number(const struct flat *flat, const char *name, int64_t *out);

#endif
