/* SPDX-License-Identifier: ISC */
/*
 * Forms with files, fed in pieces of every size.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "multipart.h"

#define FIELD(name)	"Content-Disposition: form-data; name=\"" name "\"\r\n"
#define FILE_NAMED(file) \
	"Content-Disposition: form-data; name=\"f\"; " file "\r\n"
#define END		"\r\n--b--\r\n"

static const struct multipart_limits limits = {
	.parts = 5, .field_bytes = 100, .file_bytes = 1000, .memory_bytes = 50,
	.directory = "/tmp",
};

static struct multipart *
feed(struct arena *arena, struct str text, size_t piece)
{
	struct multipart *form = multipart_new(arena, STR("b"), &limits);
	size_t at, n;

	for (at = 0; at < text.n; at += n) {
		n = text.n - at < piece ? text.n - at : piece;
		if (!multipart_feed(form, text.p + at, n))
			break;
	}
	multipart_end(form);
	return (form);
}

static struct multipart *
feed_right(struct arena *arena, struct str text, size_t piece)
{
	struct multipart *form = feed(arena, text, piece);
	const char *sentence;

	if (multipart_failed(form, &sentence) != MULTIPART_OK)
		fail_msg("in pieces of %zu: %s", piece, sentence);
	return (form);
}

static void
boundaries_are_found(void **state)
{
	static const struct { const char *type, *boundary; } rows[] = {
		{ "multipart/form-data; boundary=abc", "abc" },
		{ "multipart/form-data;boundary=abc", "abc" },
		{ "Multipart/Form-Data; Boundary=aBc", "aBc" },
		{ "multipart/form-data; boundary=\"a b:c\"", "a b:c" },
		{ "multipart/form-data; charset=utf-8; boundary=abc", "abc" },
		{ "multipart/form-data; boundary=abc; charset=utf-8", "abc" },
		{ "multipart/form-data", NULL },
		{ "multipart/form-data;", NULL },
		{ "multipart/form-data; boundary=", NULL },
		{ "multipart/form-data; boundary=\"\"", NULL },
		{ "multipart/form-data; boundary=\"abc", NULL },
		{ "multipart/form-data; boundary=\"abc \"", NULL },
		{ "multipart/form-data; boundary=a; boundary=b", NULL },
		{ "multipart/form-data; boundary=a b", NULL },
		{ "multipart/form-data; boundary=a\\b", NULL },
		{ "multipart/form-data; boundary=\"a\r\nb\"", NULL },
		{ "multipart/form-data; boundary=a; x", NULL },
		{ "multipart/mixed; boundary=abc", NULL },
		{ "multipart/form-datax; boundary=abc", NULL },
		{ "", NULL },
		{ "multipart/form-data; boundary=0123456789012345678901234567890"
		    "123456789012345678901234567890123456789",
		    "0123456789012345678901234567890123456789012345678901234567"
		    "890123456789" },
		{ "multipart/form-data; boundary=0123456789012345678901234567890"
		    "1234567890123456789012345678901234567890", NULL },
	};
	struct str boundary;
	bool found;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		found = multipart_boundary(str_of(rows[i].type), &boundary);
		if (found != (rows[i].boundary != NULL))
			fail_msg("%s", rows[i].type);
		if (found)
			assert_true(str_is(boundary, rows[i].boundary));
	}
}

/* Data that looks like a delimiter and is none. */
#define NEARLY	"\r\n--\r\n--a\r\r\n-\0\xff\n--b\r--b\r\r\n\r\n-"

static void
fields_and_files_come_out_whatever_the_pieces(void **state)
{
	static const struct str text = STR(
	    "--b\r\n" FIELD("title") "\r\n" "H\xc3\xa4llo"
	    "\r\n--b\r\n" FIELD("empty") "\r\n"
	    "\r\n--b\r\n" "content-type: image/png\r\n"
	    "Content-DISPOSITION:form-data;name=f;filename=\"p.png\"\r\n\r\n"
	    NEARLY END);
	const struct multipart_part *part;
	struct multipart *form;
	size_t piece;

	for (piece = 1; piece <= text.n; piece++) {
		form = feed_right(*state, text, piece);
		assert_int_equal(multipart_count(form), 3);
		part = multipart_part(form, 0);
		assert_str(part->name, "title");
		assert_str(part->data, "H\xc3\xa4llo");
		assert_false(part->is_file);
		part = multipart_part(form, 1);
		assert_str(part->name, "empty");
		assert_str(part->data, "");
		part = multipart_part(form, 2);
		assert_true(part->is_file);
		assert_str(part->name, "f");
		assert_str(part->file_name, "p.png");
		assert_str(part->type, "image/png");
		assert_str(part->data, NEARLY);
		assert_int_equal(part->size, sizeof(NEARLY) - 1);
		assert_int_equal(part->fd, -1);
	}
}

static void
a_form_of_one_empty_part_is_a_form(void **state)
{
	struct multipart *form;

	form = feed_right(*state, STR("--b\r\n" FIELD("a") "\r\n" END), 7);
	assert_int_equal(multipart_count(form), 1);
	feed_right(*state, STR("--b\r\n" FIELD("a") "\r\n\r\n--b--"), 7);
}

/* A file of size bytes with every value in it. */
static struct str
file_form(struct arena *arena, size_t size)
{
	struct buf buf;
	size_t i;

	buf_init(&buf, arena, 1 << 20);
	buf_text(&buf, "--b\r\n" FILE_NAMED("filename=\"x\"") "\r\n");
	for (i = 0; i < size; i++)
		buf_char(&buf, (char)(i * 7));
	buf_text(&buf, END);
	return ((struct str){ buf.data, buf.len });
}

static void
a_large_file_goes_to_disk(void **state)
{
	static const size_t sizes[] = { 50, 51, 100, 999, 1000 };
	const struct multipart_part *part;
	unsigned char data[1001];
	size_t i, k, piece;

	for (i = 0; i < COUNT_OF(sizes); i++)
		for (piece = 1; piece < 200; piece += 11) {
			part = multipart_part(feed_right(*state,
			    file_form(*state, sizes[i]), piece), 0);
			assert_int_equal(part->size, sizes[i]);
			if (sizes[i] <= limits.memory_bytes) {
				assert_int_equal(part->fd, -1);
				assert_int_equal(part->data.n, sizes[i]);
				continue;
			}
			assert_true(part->fd >= 0);
			assert_int_equal(read(part->fd, data, sizeof(data)),
			    sizes[i]);
			for (k = 0; k < sizes[i]; k++)
				assert_int_equal(data[k],
				    (unsigned char)(k * 7));
		}
}

static void
descriptors_are_closed_at_the_reset(void **state)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	int fd;

	fd = multipart_part(feed_right(arena, file_form(*state, 500), 99),
	    0)->fd;
	assert_true(fd >= 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 500);
	arena_reset(arena);
	assert_int_equal(lseek(fd, 0, SEEK_END), -1);
	arena_free(&arena);
}

static void
a_disk_that_fails_is_told_apart(void **state)
{
	struct multipart_limits nowhere = limits;
	struct str text = file_form(*state, 500);
	struct multipart *form;
	const char *sentence;

	nowhere.directory = "/nowhere";
	form = multipart_new(*state, STR("b"), &nowhere);
	assert_false(multipart_feed(form, text.p, text.n));
	assert_false(multipart_end(form));
	assert_int_equal(multipart_failed(form, &sentence), MULTIPART_STORAGE);
}

static void
file_names_are_labels(void **state)
{
	static const struct { struct str header; const char *name; } rows[] = {
		{ STR(FILE_NAMED("filename=\"a b.png\"")), "a b.png" },
		{ STR(FILE_NAMED("filename=a.png")), "a.png" },
		{ STR(FILE_NAMED("filename=\"\"")), "" },
		{ STR(FILE_NAMED("filename=\"\xc3\xa4.png\"")), "\xc3\xa4.png" },
		{ STR(FILE_NAMED("filename=\"a\\\"b.png\"")), "a\"b.png" },
		{ STR(FILE_NAMED("filename=\"../../etc/passwd\"")), "passwd" },
		{ STR(FILE_NAMED("filename=\"/etc/passwd\"")), "passwd" },
		{ STR(FILE_NAMED("filename=\"C:\\Users\\a.png\"")), "a.png" },
		{ STR(FILE_NAMED("filename=\"a/\"")), "" },
		{ STR(FILE_NAMED("filename=\"..\"")), "" },
		{ STR(FILE_NAMED("filename=\"a/..\"")), "" },
		{ STR(FILE_NAMED("filename=\".\"")), "" },
		{ STR(FILE_NAMED("filename*=UTF-8''%e2%82%ac.png")),
		    "\xe2\x82\xac.png" },
		{ STR(FILE_NAMED("filename*=utf-8'en'a.png")), "a.png" },
		{ STR(FILE_NAMED("filename=\"x\"; filename*=UTF-8''y")), "y" },
		{ STR(FILE_NAMED("filename*=UTF-8''y; filename=\"x\"")), "y" },
		{ STR(FILE_NAMED("filename*=UTF-8''..%2F..%2Fpasswd")),
		    "passwd" },
		{ STR(FILE_NAMED("filename=\"x\"; size=5")), "x" },
	};
	const struct multipart_part *part;
	struct buf buf;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		buf_init(&buf, *state, 1000);
		buf_text(&buf, "--b\r\n");
		buf_add(&buf, rows[i].header.p, rows[i].header.n);
		buf_text(&buf, "\r\n" END);
		part = multipart_part(feed_right(*state,
		    (struct str){ buf.data, buf.len }, 1000), 0);
		assert_true(part->is_file);
		if (!str_is(part->file_name, rows[i].name))
			fail_msg("%s", rows[i].header.p);
	}
}

struct row {
	const char		*name;
	struct str		 text;
	enum multipart_error	 error;
};

#define TEN(x)	x x x x x x x x x x
#define LATER	"\r\n--b\r\n"

static const struct row wrong[] = {
	{ "nothing", STR(""), MULTIPART_MALFORMED },
	{ "a preamble", STR("hello\r\n--b\r\n" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a line break in front", STR("\r\n--b\r\n" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "another boundary", STR("--c\r\n" FIELD("a") "\r\n\r\n--c--\r\n"),
	    MULTIPART_MALFORMED },
	{ "a boundary gone on", STR("--bb\r\n" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a space behind the boundary", STR("--b \r\n" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "LF behind the boundary", STR("--b\n" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "CR behind the boundary", STR("--b\r" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "one dash behind the boundary",
	    STR("--b\r\n" FIELD("a") "\r\n\r\n--b-\r\n"), MULTIPART_MALFORMED },
	{ "an epilogue", STR("--b\r\n" FIELD("a") "\r\n" END "bye"),
	    MULTIPART_MALFORMED },
	{ "an epilogue on the last line",
	    STR("--b\r\n" FIELD("a") "\r\n\r\n--b--bye"), MULTIPART_MALFORMED },
	{ "two line breaks at the end",
	    STR("--b\r\n" FIELD("a") "\r\n" END "\r\n"), MULTIPART_MALFORMED },
	{ "no end", STR("--b\r\n" FIELD("a") "\r\nvalue"),
	    MULTIPART_MALFORMED },
	{ "an end in the header", STR("--b\r\n" FIELD("a")),
	    MULTIPART_MALFORMED },
	{ "an end behind a boundary",
	    STR("--b\r\n" FIELD("a") "\r\nvalue\r\n--b"), MULTIPART_MALFORMED },
	{ "no header", STR("--b\r\n\r\nvalue" END), MULTIPART_MALFORMED },
	{ "no Content-Disposition",
	    STR("--b\r\nContent-Type: text/plain\r\n\r\nvalue" END),
	    MULTIPART_MALFORMED },
	{ "another Content-Disposition", STR("--b\r\nContent-Disposition: "
	    "attachment; name=\"a\"\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "two Content-Dispositions",
	    STR("--b\r\n" FIELD("a") FIELD("b") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "two Content-Types", STR("--b\r\n" FIELD("a") "Content-Type: a/b\r\n"
	    "Content-Type: c/d\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "a Content-Transfer-Encoding", STR("--b\r\n" FIELD("a")
	    "Content-Transfer-Encoding: base64\r\n\r\nAAAA" END),
	    MULTIPART_MALFORMED },
	{ "bare LF in the header", STR("--b\r\nContent-Disposition: form-data; "
	    "name=\"a\"\nX: y\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "bare CR in the header", STR("--b\r\nContent-Disposition: form-data; "
	    "name=\"a\"\rX: y\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "a folded header", STR("--b\r\nContent-Disposition: form-data;\r\n "
	    "name=\"a\"\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "a header without a colon", STR("--b\r\n" FIELD("a") "X\r\n\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a space in front of the colon", STR("--b\r\nContent-Disposition : "
	    "form-data; name=\"a\"\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "NUL in the header", STR("--b\r\n" FIELD("a\0b") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "no UTF-8 in the header", STR("--b\r\n" FIELD("\xe4") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "no name", STR("--b\r\nContent-Disposition: form-data\r\n\r\n" END),
	    MULTIPART_MALFORMED },
	{ "an empty name", STR("--b\r\n" FIELD("") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "two names", STR("--b\r\n" FIELD("a\"; name=\"b") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a tab in a name", STR("--b\r\n" FIELD("a\tb") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a name of 201 bytes", STR("--b\r\n" FIELD(TEN(TEN("ab")) "c") "\r\n"
	    END), MULTIPART_MALFORMED },
	{ "a quote never closed", STR("--b\r\nContent-Disposition: form-data; "
	    "name=\"a\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "text behind a quote", STR("--b\r\nContent-Disposition: form-data; "
	    "name=\"a\"b\r\n\r\n" END), MULTIPART_MALFORMED },
	{ "two file names", STR("--b\r\n"
	    FILE_NAMED("filename=\"a\"; filename=\"b\"") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a file name in Latin-1", STR("--b\r\n"
	    FILE_NAMED("filename*=ISO-8859-1''%e4") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a file name that decodes to no UTF-8", STR("--b\r\n"
	    FILE_NAMED("filename*=UTF-8''%e4") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a file name with NUL", STR("--b\r\n"
	    FILE_NAMED("filename*=UTF-8''a%00b") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a file name with a line break", STR("--b\r\n"
	    FILE_NAMED("filename*=UTF-8''a%0d%0ab") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a file name with a malformed escape", STR("--b\r\n"
	    FILE_NAMED("filename*=UTF-8''a%4") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a file name* without quotes", STR("--b\r\n"
	    FILE_NAMED("filename*=abc") "\r\n" END), MULTIPART_MALFORMED },
	{ "a field with NUL", STR("--b\r\n" FIELD("a") "\r\nx\0y" END),
	    MULTIPART_MALFORMED },
	{ "a field that is not UTF-8", STR("--b\r\n" FIELD("a") "\r\n\xff" END),
	    MULTIPART_MALFORMED },
	{ "a header of more than 4096 bytes", STR("--b\r\nX: "
	    TEN(TEN(TEN("01234"))) "\r\n" FIELD("a") "\r\n" END),
	    MULTIPART_MALFORMED },
	{ "a field of 101 bytes", STR("--b\r\n" FIELD("a") "\r\n"
	    TEN(TEN("x")) "x" END), MULTIPART_TOO_LARGE },
	{ "a file of 1001 bytes", STR("--b\r\n" FILE_NAMED("filename=\"x\"")
	    "\r\n" TEN(TEN(TEN("x"))) "x" END), MULTIPART_TOO_LARGE },
	{ "six parts", STR("--b\r\n" FIELD("a") "\r\n" LATER FIELD("a") "\r\n"
	    LATER FIELD("a") "\r\n" LATER FIELD("a") "\r\n" LATER FIELD("a")
	    "\r\n" LATER FIELD("a") "\r\n" END), MULTIPART_TOO_LARGE },
};

static void
refuses(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 100, 100000 };
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	struct multipart *form;
	const char *sentence;
	size_t i;

	for (i = 0; i < COUNT_OF(pieces); i++) {
		form = feed(arena, row->text, pieces[i]);
		assert_int_equal(multipart_failed(form, &sentence), row->error);
		assert_int_equal(sentence[strlen(sentence) - 1], '.');
		assert_false(multipart_feed(form, "x", 1));
		assert_false(multipart_end(form));
	}
	arena_free(&arena);
}

static void
the_bounds_are_exact(void **state)
{
	feed_right(*state, STR("--b\r\n" FIELD("a") "\r\n" TEN(TEN("x")) END),
	    100);
	feed_right(*state, STR("--b\r\n" FILE_NAMED("filename=\"x\"") "\r\n"
	    TEN(TEN(TEN("x"))) END), 100);
	feed_right(*state, STR("--b\r\n" FIELD("a") "\r\n" LATER FIELD("a")
	    "\r\n" LATER FIELD("a") "\r\n" LATER FIELD("a") "\r\n" LATER
	    FIELD("a") "\r\n" END), 100);
	feed_right(*state, STR("--b\r\n" FIELD(TEN(TEN("ab"))) "\r\n" END),
	    100);
}

int
main(void)
{
	static struct unit_list list;
	static char names[COUNT_OF(wrong)][100];
	const struct CMUnitTest others[] = {
		UNIT_TEST(boundaries_are_found),
		UNIT_TEST(fields_and_files_come_out_whatever_the_pieces),
		UNIT_TEST(a_form_of_one_empty_part_is_a_form),
		UNIT_TEST(a_large_file_goes_to_disk),
		UNIT_TEST(descriptors_are_closed_at_the_reset),
		UNIT_TEST(a_disk_that_fails_is_told_apart),
		UNIT_TEST(file_names_are_labels),
		UNIT_TEST(the_bounds_are_exact),
	};
	size_t i;

	for (i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(names[i], sizeof(names[i]), "refuses %s",
		    wrong[i].name);
		unit_add(&list, names[i], refuses, &wrong[i]);
	}
	for (i = 0; i < COUNT_OF(others); i++)
		list.tests[list.count++] = others[i];
	return (unit_run(&list, "multipart"));
}
