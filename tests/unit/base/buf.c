/* SPDX-License-Identifier: ISC */
/*
 * The buffer: its bound, and each of its escaping writers.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"

#define BUF_STR(buf)	((struct str){ (buf).data, (buf).len })

static void
it_grows_to_its_bound_and_no_further(void **state)
{
	struct buf buf;
	size_t i;

	buf_init(&buf, *state, 1000);
	for (i = 0; i < 1000; i++)
		buf_char(&buf, (char)('a' + i % 26));
	assert_false(buf.failed);
	assert_int_equal(buf.len, 1000);
	assert_int_equal(strlen(buf.data), 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(buf.data[i], 'a' + i % 26);
	buf_char(&buf, 'x');
	assert_true(buf.failed);
	assert_int_equal(buf.len, 1000);
}

static void
what_does_not_fit_fails_whole_and_for_good(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 5);
	buf_text(&buf, "abc");
	buf_text(&buf, "def");
	assert_true(buf.failed);
	buf_char(&buf, 'x');
	buf_printf(&buf, "%d", 1);
	assert_str(BUF_STR(buf), "abc");
	buf_clear(&buf);
	buf_printf(&buf, "%s", "12345");
	assert_false(buf.failed);
	assert_str(BUF_STR(buf), "12345");
	buf_clear(&buf);
	buf_printf(&buf, "%s", "123456");
	assert_true(buf.failed);
	assert_str(BUF_STR(buf), "");
}

static void
a_bound_of_zero_holds_nothing(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 0);
	assert_string_equal(buf.data, "");
	buf_add(&buf, NULL, 0);
	assert_false(buf.failed);
	buf_char(&buf, 'x');
	assert_true(buf.failed);
	assert_string_equal(buf.data, "");
}

static void
one_large_piece_fits(void **state)
{
	char *large = arena_alloc(*state, 100000);
	struct buf buf;

	memset(large, 'x', 100000);
	buf_init(&buf, *state, 100000);
	buf_add(&buf, large, 100000);
	assert_false(buf.failed);
	assert_int_equal(strlen(buf.data), 100000);
}

static void
json_is_escaped(void **state)
{
	static const char text[] =
	    "a\"b\\c/\b\f\n\r\t\x01\x1f\x7f\xc3\xa4\xf0\x9f\x98\x80";
	struct buf buf;

	buf_init(&buf, *state, 1000);
	buf_json(&buf, text, sizeof(text));
	assert_str(BUF_STR(buf), "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f"
	    "\\u007f\xc3\xa4\xf0\x9f\x98\x80\\u0000\"");
}

static void
json_replaces_what_is_not_utf8(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 1000);
	buf_json(&buf, "a\xff\xc3(\xed\xa0\x80\xe2\x82", 9);
	assert_str(BUF_STR(buf), "\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void
html_is_escaped(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 1000);
	buf_html(&buf, "<a href=\"x\">&'\xc3\xa4", 16);
	assert_str(BUF_STR(buf),
	    "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\xc3\xa4");
}

static void
url_is_escaped(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 1000);
	buf_url(&buf, "aZ09-._~ /?&=+%\xc3\xa4\0\r\n", 20);
	assert_str(BUF_STR(buf),
	    "aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A4%00%0D%0A");
}

static void
csv_is_quoted_where_needed(void **state)
{
	static const struct { struct str in; const char *out; } rows[] = {
		{ STR("plain"), "plain" },
		{ STR(""), "" },
		{ STR("a,b"), "\"a,b\"" },
		{ STR("say \"hi\""), "\"say \"\"hi\"\"\"" },
		{ STR("two\r\nlines"), "\"two\r\nlines\"" },
		{ STR(" led"), "\" led\"" },
		{ STR("=1+1"), "'=1+1" },
		{ STR("+1"), "'+1" },
		{ STR("-1"), "'-1" },
		{ STR("@x"), "'@x" },
		{ STR("\tx"), "\"'\tx\"" },
		{ STR("\rx"), "\"'\rx\"" },
		{ STR("=a,\"b\""), "\"'=a,\"\"b\"\"\"" },
		{ STR("a;=1"), "\"a;=1\"" },
		{ STR("'=1"), "''=1" },
		{ STR("'tis"), "'tis" },
		{ STR("\xEF\xBC\x9D" "1"), "'\xEF\xBC\x9D" "1" },
	};
	struct buf buf;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		buf_init(&buf, *state, 100);
		buf_csv(&buf, rows[i].in.p, rows[i].in.n);
		assert_string_equal(buf.data, rows[i].out);
	}
}

static void
hex_is_lowercase(void **state)
{
	struct buf buf;

	buf_init(&buf, *state, 100);
	buf_hex(&buf, "\x00\x7f\xff\xa5", 4);
	assert_str(BUF_STR(buf), "007fffa5");
}

static void
base64_is_padded(void **state)
{
	static const struct { struct str in; const char *out; } rows[] = {
		{ STR(""), "" }, { STR("f"), "Zg==" }, { STR("fo"), "Zm8=" },
		{ STR("foo"), "Zm9v" }, { STR("foob"), "Zm9vYg==" },
		{ STR("fooba"), "Zm9vYmE=" }, { STR("foobar"), "Zm9vYmFy" },
		{ STR("\xfb\xff\xbe"), "+/++" }, { STR("\0"), "AA==" },
	};
	struct buf buf;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		buf_init(&buf, *state, 100);
		buf_base64(&buf, rows[i].in.p, rows[i].in.n);
		assert_string_equal(buf.data, rows[i].out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(it_grows_to_its_bound_and_no_further),
		UNIT_TEST(what_does_not_fit_fails_whole_and_for_good),
		UNIT_TEST(a_bound_of_zero_holds_nothing),
		UNIT_TEST(one_large_piece_fits),
		UNIT_TEST(json_is_escaped),
		UNIT_TEST(json_replaces_what_is_not_utf8),
		UNIT_TEST(html_is_escaped),
		UNIT_TEST(url_is_escaped),
		UNIT_TEST(csv_is_quoted_where_needed),
		UNIT_TEST(hex_is_lowercase),
		UNIT_TEST(base64_is_padded),
	};

	return (cmocka_run_group_tests_name("buf", tests, NULL, NULL));
}
