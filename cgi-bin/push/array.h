/* SPDX-License-Identifier: ISC */
/*
 * Arrays of plain words as PostgreSQL writes them: {perm:users:read,user:…}.  Names
 * of audiences and permissions need no quotes there; where some stand, they are taken
 * off, and an element with an escape in it is none that we know.
 */
#ifndef BUREAU_ARRAY_H
#define BUREAU_ARRAY_H

#include <stdbool.h>

#include "text.h"

/* The next element, off the front; false at the end. */
bool	array_next(struct str *array, struct str *element);

#endif
