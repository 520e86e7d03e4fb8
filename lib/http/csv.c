/* SPDX-License-Identifier: ISC */
/*
 * A machine over bytes.  What stands between two bytes that matter to the state
 * is copied at once.  The first line is kept back until it is whole, for it tells
 * the delimiter: the one of the three that it has most of outside quotes.
 */
#include "csv.h"

#include <string.h>

#include "arena.h"
#include "buf.h"

#define MARK	"\xef\xbb\xbf"		/* U+FEFF, as some programs begin */

enum state {
	AT_CELL,			/* a cell may begin with a quote */
	IN_PLAIN,
	IN_QUOTES,
	BEHIND_QUOTE,			/* its end, or the first of two */
	BEHIND_CR
};

struct csv {
	struct csv_limits	 limits;
	csv_take		*take;
	void			*cls;
	struct buf		 first;		/* the first line, kept back */
	bool			 head_quoted;	/* inside quotes in it */
	char			 delimiter;	/* 0: not known yet */
	enum state		 state;
	struct buf		 bytes;		/* of the record, cell by cell */
	size_t			*ends;		/* of its cells, in bytes */
	struct str		*cells;
	unsigned		 count;
	bool			 quoted;	/* a cell of it was in quotes */
	unsigned		 records;
	unsigned		 line;		/* being read */
	unsigned		 begun;		/* line where the record begins */
	unsigned		 quote_line;	/* where the last quote opened */
	bool			 failed;
	const char		*sentence;
	unsigned		 failed_line;
};

struct csv *
csv_new(struct arena *arena, const struct csv_limits *limits, csv_take *take,
    void *cls)
{
	struct csv *csv = arena_alloc(arena, sizeof(*csv));

	csv->limits = *limits;
	csv->take = take;
	csv->cls = cls;
	csv->line = csv->begun = 1;
	csv->ends = arena_array(arena, limits->cells, sizeof(*csv->ends));
	csv->cells = arena_array(arena, limits->cells, sizeof(*csv->cells));
	buf_init(&csv->bytes, arena, limits->record_bytes);
	buf_init(&csv->first, arena, limits->record_bytes);
	return (csv);
}

static bool
fail(struct csv *csv, unsigned line, const char *sentence)
{
	if (!csv->failed) {
		csv->failed = true;
		csv->sentence = sentence;
		csv->failed_line = line;
	}
	return (false);
}

const char *
csv_failed(const struct csv *csv, unsigned *line_out)
{
	*line_out = csv->failed_line;
	return (csv->sentence);
}

/* --- records ------------------------------------------------------------------ */

static bool
end_cell(struct csv *csv)
{
	if (csv->bytes.failed)
		return (fail(csv, csv->begun, "The record is too long."));
	if (csv->count == csv->limits.cells)
		return (fail(csv, csv->begun, "The record has too many cells."));
	csv->ends[csv->count++] = csv->bytes.len;
	csv->state = AT_CELL;
	return (true);
}

/* Cell by cell: two halves of a character in neighbours are no character. */
static bool
cut_cells(struct csv *csv)
{
	size_t from = 0;

	for (unsigned i = 0; i < csv->count; i++) {
		csv->cells[i] = (struct str){ csv->bytes.data + from,
		    csv->ends[i] - from };
		if (!text_is_utf8(csv->cells[i]))
			return (fail(csv, csv->begun, "It is not UTF-8; store "
			    "the file as \"CSV UTF-8\"."));
		from = csv->ends[i];
	}
	return (true);
}

static bool
end_record(struct csv *csv)
{
	struct csv_record record = { csv->begun, csv->cells, 0 };
	bool is_blank;

	if (!end_cell(csv) || !cut_cells(csv))
		return (false);
	is_blank = csv->count == 1 && csv->bytes.len == 0 && !csv->quoted;
	record.count = csv->count;
	csv->count = 0;
	csv->quoted = false;
	if (!is_blank && csv->records++ == csv->limits.records)
		return (fail(csv, csv->begun, "The file has too many lines."));
	if (!is_blank && !csv->take(csv->cls, &record))
		csv->failed = true;
	buf_clear(&csv->bytes);
	return (!csv->failed);
}

static bool
end_line(struct csv *csv)
{
	if (!end_record(csv))
		return (false);
	csv->begun = ++csv->line;
	return (true);
}

/* --- the machine ---------------------------------------------------------------- */

/* How many bytes from here on mean nothing but themselves. */
static size_t
plain_length(const struct csv *csv, const char *data, size_t n)
{
	size_t i = 0;

	if (csv->state == IN_QUOTES)
		while (i < n && data[i] != '"' && data[i] != '\n' &&
		    data[i] != '\0')
			i++;
	else
		while (i < n && data[i] != '"' && data[i] != '\n' &&
		    data[i] != '\r' && data[i] != '\0' &&
		    data[i] != csv->delimiter)
			i++;
	return (i);
}

/* A line break, a delimiter, or neither, where a cell may end. */
static bool
feed_end_of_cell(struct csv *csv, char c, const char *otherwise)
{
	if (c == csv->delimiter)
		return (end_cell(csv));
	if (c == '\n')
		return (end_line(csv));
	if (c != '\r')
		return (fail(csv, csv->line, otherwise));
	csv->state = BEHIND_CR;
	return (true);
}

static bool
feed_quote(struct csv *csv)
{
	switch (csv->state) {
	case AT_CELL:
		csv->quoted = true;
		csv->quote_line = csv->line;
		csv->state = IN_QUOTES;
		return (true);
	case IN_QUOTES:
		csv->state = BEHIND_QUOTE;
		return (true);
	case BEHIND_QUOTE:
		buf_char(&csv->bytes, '"');
		csv->state = IN_QUOTES;
		return (true);
	default:
		return (fail(csv, csv->line, "A quote stands inside a cell "
		    "that does not begin with one."));
	}
}

/* One byte that is not plain, or begins what may be. */
static bool
feed_byte(struct csv *csv, char c)
{
	if (c == '\0')
		return (fail(csv, csv->line, "There is a NUL; is this text?"));
	if (csv->state == BEHIND_CR)
		return (c == '\n' ? end_line(csv) : fail(csv, csv->line,
		    "A CR without LF ends the line."));
	if (c == '"')
		return (feed_quote(csv));
	if (csv->state == BEHIND_QUOTE)
		return (feed_end_of_cell(csv, c,
		    "Something follows the closing quote of a cell."));
	if (csv->state == IN_QUOTES) {
		csv->line++;	/* the only byte left that is not plain */
		buf_char(&csv->bytes, c);
		return (true);
	}
	return (feed_end_of_cell(csv, c, ""));
}

static bool
feed(struct csv *csv, const char *data, size_t n)
{
	while (n > 0 && !csv->failed) {
		size_t plain = csv->state == BEHIND_QUOTE ||
		    csv->state == BEHIND_CR ? 0 : plain_length(csv, data, n);

		if (plain > 0) {
			buf_add(&csv->bytes, data, plain);
			if (csv->state == AT_CELL)
				csv->state = IN_PLAIN;
		} else {
			(void)feed_byte(csv, *data);
			plain = 1;
		}
		if (csv->bytes.failed)
			fail(csv, csv->begun, "The record is too long.");
		data += plain;
		n -= plain;
	}
	return (!csv->failed);
}

/* --- the first line ---------------------------------------------------------------- */

static char
most_frequent(struct str line)
{
	static const char candidates[] = ",;\t";
	size_t counts[sizeof(candidates) - 1] = { 0 };
	unsigned best = 0;
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		const char *at = line.p[i] == '\0' ? NULL :
		    strchr(candidates, line.p[i]);

		if (line.p[i] == '"')
			quoted = !quoted;
		else if (at != NULL && !quoted)
			counts[at - candidates]++;
	}
	for (unsigned i = 1; i < sizeof(candidates) - 1; i++)
		if (counts[i] > counts[best])
			best = i;
	return (candidates[best]);
}

static bool
open_first(struct csv *csv)
{
	struct str line = { csv->first.data, csv->first.len };

	if (line.n >= 2 && ((line.p[0] == '\xff' && line.p[1] == '\xfe') ||
	    (line.p[0] == '\xfe' && line.p[1] == '\xff')))
		return (fail(csv, 1, "It is UTF-16; store the file as \"CSV "
		    "UTF-8\"."));
	if (line.n >= 3 && memcmp(line.p, MARK, 3) == 0) {
		line.p += 3;
		line.n -= 3;
	}
	csv->delimiter = most_frequent(line);
	return (feed(csv, line.p, line.n));
}

/* Keeps back up to the end of the first line; how much of data that was. */
static size_t
keep_first(struct csv *csv, const char *data, size_t n, bool *whole_out)
{
	size_t room = csv->limits.record_bytes - csv->first.len, i = 0;

	*whole_out = false;
	while (i < n && i < room && !*whole_out) {
		if (data[i] == '"')
			csv->head_quoted = !csv->head_quoted;
		*whole_out = data[i] == '\n' && !csv->head_quoted;
		i++;
	}
	buf_add(&csv->first, data, i);
	if (i == room)
		*whole_out = true;
	return (i);
}

bool
csv_feed(struct csv *csv, const void *data, size_t n)
{
	const char *at = data;
	bool whole;

	if (csv->delimiter == '\0' && !csv->failed) {
		size_t used = keep_first(csv, at, n, &whole);

		if (!whole)
			return (true);
		at += used;
		n -= used;
		if (!open_first(csv))
			return (false);
	}
	return (feed(csv, at, n));
}

bool
csv_end(struct csv *csv)
{
	if (csv->delimiter == '\0' && !csv->failed)
		(void)open_first(csv);
	if (csv->failed)
		return (false);
	if (csv->state == IN_QUOTES)
		return (fail(csv, csv->quote_line,
		    "A cell's closing quote is missing."));
	if (csv->state == BEHIND_CR)
		return (fail(csv, csv->line, "A CR without LF ends the line."));
	/* The last line need not end in a line break. */
	if (csv->state != AT_CELL || csv->count > 0 || csv->bytes.len > 0)
		return (end_record(csv));
	return (true);
}
