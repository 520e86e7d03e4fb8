/* SPDX-License-Identifier: ISC */
/*
 * CSV (RFC 4180), read as it arrives.
 *
 * Bytes are fed in pieces of any size and records come out one by one, each
 * gone when the next begins: memory is bounded by one record.  What spreadsheets
 * write is taken (a byte order mark, CRLF or LF, commas, semicolons or tabs, which
 * the first line tells); what is ambiguous is refused with the line it stands in.
 */
#ifndef BUREAU_CSV_H
#define BUREAU_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct arena;
struct csv;

struct csv_limits {
	size_t		 record_bytes;
	unsigned	 cells;		/* of one record */
	unsigned	 records;
};

/* Cells are UTF-8 without NUL, unquoted; they may hold line breaks. */
struct csv_record {
	unsigned		 line;	/* where it begins; the first is 1 */
	const struct str	*cells;
	unsigned		 count;	/* at least one */
};

/* Takes one record; false ends the reading. */
typedef bool csv_take(void *cls, const struct csv_record *record);

struct csv	*csv_new(struct arena *arena, const struct csv_limits *limits,
		    csv_take *take, void *cls);
/* Once false, always false. */
bool		 csv_feed(struct csv *csv, const void *data, size_t n);
/* All is fed. */
bool		 csv_end(struct csv *csv);
/* What is wrong, in which line; NULL when nothing is, or take() said false. */
const char	*csv_failed(const struct csv *csv, unsigned *line_out);

#endif
