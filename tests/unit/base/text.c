/* SPDX-License-Identifier: ISC */
/*
 * Text from people: cutting, judging, numbers, normal forms, encodings.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"

static void
str_of_null_is_empty(void **state)
{
	(void)state;
	assert_null(str_of(NULL).p);
	assert_int_equal(str_of(NULL).n, 0);
	assert_true(str_is(str_of(NULL), ""));
}

static void
str_compares_bytes_and_lengths(void **state)
{
	(void)state;
	assert_true(str_is(STR("abc"), "abc"));
	assert_false(str_is(STR("abc"), "abcd"));
	assert_false(str_is(STR("abc\0d"), "abc"));
	assert_true(str_same(STR("a\0b"), STR("a\0b")));
	assert_false(str_same(STR("a\0b"), STR("a\0c")));
	assert_true(str_starts(STR("Bearer x"), "Bearer "));
	assert_true(str_starts(STR("x"), ""));
	assert_false(str_starts(STR("Bear"), "Bearer"));
}

static void
str_split_gives_every_piece_once(void **state)
{
	struct str rest = STR(",a,,b"), piece;

	(void)state;
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "");
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "a");
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "");
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "b");
	assert_false(str_split(&rest, ',', &piece));
	rest = STR("");
	assert_true(str_split(&rest, ',', &piece));
	assert_false(str_split(&rest, ',', &piece));
	rest = STR("a,");
	assert_true(str_split(&rest, ',', &piece));
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "");
	assert_false(str_split(&rest, ',', &piece));
}

static void
str_trim_takes_spaces_and_tabs(void **state)
{
	(void)state;
	assert_str(str_trim(STR(" \t a b\t ")), "a b");
	assert_str(str_trim(STR(" \t ")), "");
	assert_str(str_trim(STR("\na\r")), "\na\r");
}

static void
length_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(text_length(STR("")), 0);
	assert_int_equal(text_length(STR("a\xc3\xa4\xe2\x82\xac"
	    "\xf0\x9f\x98\x80")), 4);
}

static void
clean_text_has_no_control_characters(void **state)
{
	unsigned c;
	char text[2];

	(void)state;
	for (c = 0; c < 0x80; c++) {
		text[0] = 'a';
		text[1] = (char)c;
		assert_int_equal(text_is_clean((struct str){ text, 2 }, true),
		    c >= 0x20 && c != 0x7f);
		assert_int_equal(text_is_clean((struct str){ text, 2 }, false),
		    (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\r' ||
		    c == '\t');
	}
	assert_false(text_is_clean(STR("\xc2\x9b""2J"), false));
	assert_false(text_is_clean(STR("a\xe2\x80\xa8""b"), true));
	assert_true(text_is_clean(STR("a\xe2\x80\xa8""b"), false));
	assert_false(text_is_clean(STR("\xff"), false));
	assert_true(text_is_clean(STR("\xe5\xbc\xa0\xe4\xbc\x9f"), true));
}

static void
nfc_composes(void **state)
{
	struct str out;

	assert_true(text_nfc(*state, STR("A\xcc\x88ro"), &out));
	assert_str(out, "\xc3\x84ro");
	assert_true(text_nfc(*state, STR("plain\0x"), &out));
	assert_str(out, "plain\0x");
	assert_true(text_nfc(*state, STR("\xe2\x84\xab"), &out));
	assert_str(out, "\xc3\x85");
	assert_false(text_nfc(*state, STR("\xc3"), &out));
}

static void
folding_makes_equal_addresses_equal(void **state)
{
	struct str out;

	assert_true(text_fold(*state, STR("Ann@Example.ORG"), &out));
	assert_str(out, "ann@example.org");
	assert_true(text_fold(*state, STR("STRA\xc3\x9f""E"), &out));
	assert_str(out, "strasse");
	assert_true(text_fold(*state, STR("A\xcc\x88"), &out));
	assert_str(out, "\xc3\xa4");
	assert_false(text_fold(*state, STR("\xed\xa0\x80"), &out));
}

static void
uuids_are_canonical(void **state)
{
	static const struct str wrong[] = {
		STR(""),
		STR("01234567-89ab-7def-8123-456789abcde"),
		STR("01234567-89ab-7def-8123-456789abcdef0"),
		STR("01234567-89AB-7def-8123-456789abcdef"),
		STR("0123456789ab-7def-8123-456789abcdef--"),
		STR("01234567-89ab-7def-8123-456789abcdeg"),
		STR("{1234567-89ab-7def-8123-456789abcde}"),
		STR("01234567-89ab-7def-8123-456789abcde\0"),
	};
	size_t i;

	(void)state;
	assert_true(text_is_uuid(STR("01234567-89ab-7def-8123-456789abcdef")));
	for (i = 0; i < COUNT_OF(wrong); i++)
		assert_false(text_is_uuid(wrong[i]));
}

static void
integers_reach_both_ends(void **state)
{
	int64_t n;

	(void)state;
	assert_true(text_int(STR("0"), 0, 0, &n));
	assert_int_equal(n, 0);
	assert_true(text_int(STR("9223372036854775807"), INT64_MIN, INT64_MAX,
	    &n));
	assert_true(n == INT64_MAX);
	assert_true(text_int(STR("-9223372036854775808"), INT64_MIN, INT64_MAX,
	    &n));
	assert_true(n == INT64_MIN);
	assert_true(text_int(STR("-1"), -1, 5, &n));
	assert_int_equal(n, -1);
}

static void
what_is_no_integer_is_refused(void **state)
{
	static const struct str wrong[] = {
		STR(""), STR("-"), STR("+1"), STR(" 1"), STR("1 "), STR("1.0"),
		STR("0x10"), STR("1e3"), STR("--1"), STR("-0"), STR("007"),
		STR("00"), STR("1\0"), STR("1,000"), STR("\xd9\xa1"),
		STR("9223372036854775808"), STR("-9223372036854775809"),
		STR("18446744073709551615"), STR("18446744073709551616"),
		STR("-18446744073709551616"),
		STR("99999999999999999999999999999999999999999999"),
	};
	int64_t n = 42;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(wrong); i++)
		if (text_int(wrong[i], INT64_MIN, INT64_MAX, &n))
			fail_msg("'%.*s'", (int)wrong[i].n, wrong[i].p);
	assert_int_equal(n, 42);
}

static void
integers_keep_to_their_range(void **state)
{
	int64_t n = 42;

	(void)state;
	assert_false(text_int(STR("0"), 1, 5, &n));
	assert_false(text_int(STR("6"), 1, 5, &n));
	assert_false(text_int(STR("-1"), 0, 5, &n));
	assert_int_equal(n, 42);
	assert_true(text_int(STR("5"), 1, 5, &n));
	assert_int_equal(n, 5);
}

static void
durations_have_units(void **state)
{
	static const struct { struct str text; int64_t seconds; } rows[] = {
		{ STR("0"), 0 }, { STR("90"), 90 }, { STR("90s"), 90 },
		{ STR("15m"), 900 }, { STR("24h"), 86400 },
		{ STR("7d"), 604800 },
		{ STR("9223372036854775807"), INT64_MAX },
		{ STR(""), -1 }, { STR("m"), -1 }, { STR("-1"), -1 },
		{ STR("1w"), -1 }, { STR("1ms"), -1 }, { STR("1 m"), -1 },
		{ STR("1.5h"), -1 }, { STR("1M"), -1 },
		{ STR("106751991167301d"), -1 },
		{ STR("9223372036854775808"), -1 },
	};
	int64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		n = -1;
		assert_int_equal(text_seconds(rows[i].text, &n),
		    rows[i].seconds >= 0);
		assert_true(n == rows[i].seconds);
	}
}

static void
sizes_have_units(void **state)
{
	static const struct { struct str text; int64_t bytes; } rows[] = {
		{ STR("1000"), 1000 }, { STR("64k"), 65536 },
		{ STR("12m"), 12582912 }, { STR("1g"), 1073741824 },
		{ STR("1t"), -1 }, { STR("k"), -1 }, { STR("1kb"), -1 },
		{ STR("8589934592g"), -1 },
	};
	int64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		n = -1;
		assert_int_equal(text_bytes(rows[i].text, &n),
		    rows[i].bytes >= 0);
		assert_true(n == rows[i].bytes);
	}
}

static void
urls_are_decoded(void **state)
{
	struct str out;

	assert_true(text_url_decode(*state, STR("a%20b+c%2B%c3%A4"), true,
	    &out));
	assert_str(out, "a b c+\xc3\xa4");
	assert_true(text_url_decode(*state, STR("a+b"), false, &out));
	assert_str(out, "a+b");
	assert_true(text_url_decode(*state, STR("%00"), false, &out));
	assert_str(out, "\0");
	assert_true(text_url_decode(*state, STR("%2525"), false, &out));
	assert_str(out, "%25");
	assert_true(text_url_decode(*state, STR(""), true, &out));
	assert_str(out, "");
}

static void
malformed_escapes_are_refused(void **state)
{
	static const struct str wrong[] = {
		STR("%"), STR("%2"), STR("a%"), STR("%2g"), STR("%g2"),
		STR("%%20"), STR("%u0041"), STR("% 20"), STR("%+1"),
		STR("%2\0"),
	};
	struct str out;
	size_t i;

	for (i = 0; i < COUNT_OF(wrong); i++)
		assert_false(text_url_decode(*state, wrong[i], true, &out));
}

static void
base64url_matches_rfc_4648(void **state)
{
	static const struct { struct str plain; const char *coded; } rows[] = {
		{ STR(""), "" }, { STR("f"), "Zg" }, { STR("fo"), "Zm8" },
		{ STR("foo"), "Zm9v" }, { STR("foob"), "Zm9vYg" },
		{ STR("fooba"), "Zm9vYmE" }, { STR("foobar"), "Zm9vYmFy" },
		{ STR("\xff\xef\xbe"), "_---" }, { STR("\0\0\0"), "AAAA" },
	};
	struct str out;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		out = text_base64url(*state, rows[i].plain.p, rows[i].plain.n);
		assert_string_equal(out.p, rows[i].coded);
		assert_true(text_base64url_decode(*state, out, &out));
		assert_true(str_same(out, rows[i].plain));
	}
}

static void
base64url_has_one_text_a_value(void **state)
{
	static const struct str wrong[] = {
		STR("Zh"), STR("Zm9"), STR("Z"), STR("Zm9vY"), STR("Zg=="),
		STR("Zm8="), STR("Zm+v"), STR("Zm/v"), STR("Zm 9v"),
		STR("Zm9v\n"), STR("Zm9v\0"), STR("Zg\xc3\xa4"), STR("_x"),
	};
	struct str out = STR("kept");
	size_t i;

	for (i = 0; i < COUNT_OF(wrong); i++)
		assert_false(text_base64url_decode(*state, wrong[i], &out));
	assert_str(out, "kept");
}

static void
every_byte_survives_base64url(void **state)
{
	unsigned char bytes[256];
	struct str out;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (i = 0; i <= sizeof(bytes); i++) {
		out = text_base64url(*state, bytes, i);
		assert_int_equal(out.n, (i * 4 + 2) / 3);
		assert_true(text_base64url_decode(*state, out, &out));
		assert_int_equal(out.n, i);
		assert_memory_equal(out.p, bytes, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(str_of_null_is_empty),
		UNIT_TEST(str_compares_bytes_and_lengths),
		UNIT_TEST(str_split_gives_every_piece_once),
		UNIT_TEST(str_trim_takes_spaces_and_tabs),
		UNIT_TEST(length_counts_characters),
		UNIT_TEST(clean_text_has_no_control_characters),
		UNIT_TEST(nfc_composes),
		UNIT_TEST(folding_makes_equal_addresses_equal),
		UNIT_TEST(uuids_are_canonical),
		UNIT_TEST(integers_reach_both_ends),
		UNIT_TEST(what_is_no_integer_is_refused),
		UNIT_TEST(integers_keep_to_their_range),
		UNIT_TEST(durations_have_units),
		UNIT_TEST(sizes_have_units),
		UNIT_TEST(urls_are_decoded),
		UNIT_TEST(malformed_escapes_are_refused),
		UNIT_TEST(base64url_matches_rfc_4648),
		UNIT_TEST(base64url_has_one_text_a_value),
		UNIT_TEST(every_byte_survives_base64url),
	};

	return (cmocka_run_group_tests_name("text", tests, NULL, NULL));
}
