/* SPDX-License-Identifier: ISC */
/*
 * CSV as spreadsheets write it, and what is refused with its line.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "csv.h"

static const struct csv_limits limits = {
	.record_bytes = 40, .cells = 4, .records = 4
};

struct case_row {
	const char	*name;
	struct str	 text;
	const char	*read;		/* 1:a|b 2:c|d, or up to the mistake */
	const char	*sentence;	/* how it begins; NULL: no mistake */
	unsigned	 line;
};

static const struct case_row cases[] = {
	{ "lf", STR("a,b\nc,d\n"), "1:a|b 2:c|d ", NULL, 0 },
	{ "crlf", STR("a,b\r\nc,d\r\n"), "1:a|b 2:c|d ", NULL, 0 },
	{ "no break at the end", STR("a,b\nc,d"), "1:a|b 2:c|d ", NULL, 0 },
	{ "an empty last cell", STR("a,b\nc,"), "1:a|b 2:c| ", NULL, 0 },
	{ "nothing", STR(""), "", NULL, 0 },
	{ "blank lines", STR("a\n\n\r\nb\n"), "1:a 4:b ", NULL, 0 },
	{ "an empty cell in quotes is none of them", STR("a\n\"\"\n"),
	  "1:a 2: ", NULL, 0 },
	{ "semicolons", STR("a;b,c;d\n1;2;3\n"), "1:a|b,c|d 2:1|2|3 ", NULL,
	  0 },
	{ "tabs", STR("a\tb\n1,5\t2\n"), "1:a|b 2:1,5|2 ", NULL, 0 },
	{ "delimiters in quotes do not count",
	  STR("\"a,b,c\";d\n1;2\n"), "1:a,b,c|d 2:1|2 ", NULL, 0 },
	{ "a byte order mark", STR("\xef\xbb\xbf" "a,b\n"), "1:a|b ", NULL, 0 },
	{ "quotes in quotes", STR("\"a\"\"b\",\"\"\"\"\n"), "1:a\"b|\" ", NULL,
	  0 },
	{ "breaks in quotes count as lines", STR("\"a\r\nb\",c\nd,e\n"),
	  "1:a\r\nb|c 3:d|e ", NULL, 0 },
	{ "the first record has a break", STR("\"x\ny\";z\na;b\n"),
	  "1:x\ny|z 3:a|b ", NULL, 0 },
	{ "something behind a quote", STR("a,b\n\"c\"d,e\n"), "1:a|b ",
	  "Something follows", 2 },
	{ "a quote inside", STR("a,b\nc\"d,e\n"), "1:a|b ",
	  "A quote stands inside", 2 },
	{ "a quote that is not closed", STR("a\nb\n\"c\nd\n"), "1:a 2:b ",
	  "A cell's closing quote", 3 },
	{ "a CR alone", STR("a\nb\rc\n"), "1:a ", "A CR without LF", 2 },
	{ "a CR at the end", STR("a\nb\r"), "1:a ", "A CR without LF", 2 },
	{ "a NUL", STR("a\nb\0c\n"), "1:a ", "There is a NUL", 2 },
	{ "Latin-1", STR("a\nb\nM\xfcller\n"), "1:a 2:b ", "It is not UTF-8",
	  3 },
	{ "a character in two halves", STR("\xc3,\xa4\n"), "",
	  "It is not UTF-8", 1 },
	{ "UTF-16", STR("\xff\xfe" "a\0"), "", "It is UTF-16", 1 },
	{ "too many cells", STR("a\nb,c,d,e,f\n"), "1:a ",
	  "The record has too many", 2 },
	{ "too long", STR("a\n12345678901234567890123456789012345678901\n"),
	  "1:a ", "The record is too long", 2 },
	{ "too long a first line",
	  STR("12345678901234567890123456789012345678901\n"), "",
	  "The record is too long", 1 },
	{ "too many lines", STR("a\nb\nc\nd\ne\n"), "1:a 2:b 3:c 4:d ",
	  "The file has too many", 5 },
};

static bool
take(void *cls, const struct csv_record *record)
{
	struct buf *out = cls;

	buf_printf(out, "%u:", record->line);
	for (unsigned i = 0; i < record->count; i++) {
		buf_text(out, i > 0 ? "|" : "");
		buf_add(out, record->cells[i].p, record->cells[i].n);
	}
	buf_char(out, ' ');
	return (true);
}

static void
check(const struct case_row *row, size_t piece)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	struct csv *csv;
	struct buf out;
	unsigned line;
	const char *sentence;

	buf_init(&out, arena, 4096);
	csv = csv_new(arena, &limits, take, &out);
	for (size_t at = 0; at < row->text.n; at += piece)
		(void)csv_feed(csv, row->text.p + at,
		    row->text.n - at < piece ? row->text.n - at : piece);
	assert_int_equal(csv_end(csv), row->sentence == NULL);
	sentence = csv_failed(csv, &line);
	if (row->sentence == NULL)
		assert_null(sentence);
	else
		assert_memory_equal(sentence, row->sentence,
		    strlen(row->sentence));
	assert_int_equal(line, row->line);
	assert_string_equal(out.data, row->read);
	arena_free(&arena);
}

static void
one_case(void **state)
{
	const struct case_row *row = *state;

	for (size_t piece = 1; piece <= row->text.n + 1; piece++)
		check(row, piece);
}

static bool
stop(void *cls, const struct csv_record *record)
{
	(void)record;
	return (++*(unsigned *)cls < 2);
}

static void
who_takes_can_stop(void **state)
{
	unsigned taken = 0, line;
	struct csv *csv;

	(void)state;
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);

	csv = csv_new(arena, &limits, stop, &taken);
	assert_false(csv_feed(csv, "a\nb\nc\n", 6));
	assert_false(csv_end(csv));
	assert_null(csv_failed(csv, &line));
	assert_int_equal(taken, 2);
	arena_free(&arena);
}

int
main(void)
{
	struct unit_list list = { .count = 0 };

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		unit_add(&list, cases[i].name, one_case, &cases[i]);
	unit_add(&list, "who takes can stop", who_takes_can_stop, NULL);
	return (unit_run(&list, "csv"));
}
