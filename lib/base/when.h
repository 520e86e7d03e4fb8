/* SPDX-License-Identifier: ISC */
/*
 * Time: wall clock for people, monotonic clock for deadlines.
 */
#ifndef BUREAU_WHEN_H
#define BUREAU_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define WHEN_SIZE 25		/* "2026-11-20T13:40:00.123Z" and its NUL */

int64_t	when_now(void);				/* ms since 1970, wall clock */
int64_t	when_mono(void);			/* us, never goes back */
/* A time outside the years 0001-9999 is written as the nearest inside. */
void	when_format(int64_t ms, char out[WHEN_SIZE]);	/* RFC 3339, UTC */
void	when_http(int64_t ms, char out[30]);	/* IMF-fixdate of RFC 9110 */
/* RFC 3339 with any offset, or a date alone (midnight UTC); years 0001-9999,
 * no leap second; what is finer than a millisecond is cut off. */
bool	when_parse(struct str text, int64_t *ms_out);

#endif
