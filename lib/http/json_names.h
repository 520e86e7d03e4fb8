/* SPDX-License-Identifier: ISC */
/*
 * The names of the objects a JSON text is inside of, to find equal ones.
 *
 * Names are compared as they read after decoding, so "a" equals "\u0061".
 * They are kept as slices of the text; time is linear whatever the names are,
 * for the hash has a secret of its own.
 */
#ifndef BUREAU_JSON_NAMES_H
#define BUREAU_JSON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define JSON_MAX_NAMES	100000		/* in the open objects together */

struct json_name;

struct json_names {
	struct json_name *names;	/* of open objects, outermost first */
	size_t		 count;
	uint32_t	*slots;		/* hash table of index + 1; 0 is free */
	unsigned	 bits;		/* 1 << bits slots */
};

enum json_names_added {
	JSON_NAME_NEW,
	JSON_NAME_AGAIN,
	JSON_NAME_TOO_MANY
};

void	json_names_init(struct json_names *names);
void	json_names_release(struct json_names *names);
/* raw: a valid string without its quotes, escapes and all.  first: how many
 * names there were when the object that raw belongs to began. */
enum json_names_added json_names_add(struct json_names *names, size_t first,
	    struct str raw);
/* The object ended: forget all but the first names. */
void	json_names_cut(struct json_names *names, size_t first);

/* Takes one escape, backslash first, off the text; false, with rest at the
 * mistake, when there is no such escape or a surrogate stands alone. */
bool	json_unescape(struct str *rest, uint32_t *code);

#endif
