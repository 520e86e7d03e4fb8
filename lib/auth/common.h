/* SPDX-License-Identifier: ISC */
/*
 * How soon would somebody guess this password?
 *
 * The password is cut, in the cheapest way there is, into pieces that a guesser
 * tries as one: words, the person's own name and address, years, rows of the
 * keyboard, sequences, repetitions; what is left counts by the character.  Each
 * piece costs as many bits as there are choices of its kind.  Whatever comes to
 * less than COMMON_BITS is common: a word with a number, a name with a year, two
 * everyday words.  The lists of passwords that everybody tries lie well below.
 */
#ifndef BUREAU_COMMON_H
#define BUREAU_COMMON_H

#include <stdbool.h>

#include "text.h"

#define COMMON_BITS	20
#define COMMON_LOOKED_AT 64	/* bytes from the front; the rest adds nothing */

/* text: UTF-8.  email, name: whose password it would be, or { NULL, 0 }. */
bool	common_is(struct str text, struct str email, struct str name);

#endif
