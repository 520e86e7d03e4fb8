/* SPDX-License-Identifier: ISC */
/*
 * Forms (application/x-www-form-urlencoded) and query strings.
 *
 * Decoding is strict: a malformed escape, bytes that are not UTF-8 and NUL are
 * refused, as are more fields than the caller expects.  Order and duplicates
 * are kept; the caller judges the latter.
 */
#ifndef BUREAU_FORM_H
#define BUREAU_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define FORM_MAX_FIELDS	200

struct arena;

struct field {
	struct str	name, value;	/* decoded, in the arena */
};

struct form {
	struct field	*fields;	/* in the order sent */
	size_t		 count;
	const char	*mistake;	/* why it was refused; a sentence */
};

/* At most max_fields, and never more than FORM_MAX_FIELDS.  `a` means `a=`,
 * and nothing between two & means nothing. */
bool	form_parse(struct arena *arena, struct str text, size_t max_fields,
	    struct form *out);

#endif
