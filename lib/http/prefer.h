/* SPDX-License-Identifier: ISC */
/*
 * The Prefer header (RFC 7240): what a client would like, and may be ignored.
 *
 *	Prefer: respond-async, wait=10; of="no matter, what", handling=lenient
 *
 * Names are compared without case, the first of two equal ones counts, and a
 * piece that cannot be read is passed over.
 */
#ifndef BUREAU_PREFER_H
#define BUREAU_PREFER_H

#include <stdbool.h>

#include "text.h"

/* Is this preferred?  Its value, quotes taken off and escapes left in, or
 * empty where it has none. */
bool	prefer_find(struct str header, const char *name, struct str *value);

#endif
