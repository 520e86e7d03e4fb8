/* SPDX-License-Identifier: ISC */
/*
 * The strict JSON scanner: what RFC 8259 forbids, what we refuse besides, what
 * must pass, and where a mistake is said to be.
 */
#include "unit.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "json.h"
#include "when.h"

struct row {
	const char	*name;
	struct str	 text;
};

static const struct row wrong[] = {
	{ "no text", STR("") },
	{ "spaces only", STR(" \t\r\n") },
	{ "a byte order mark", STR("\xef\xbb\xbf{}") },
	{ "UTF-16", STR("[\0\"\0\xe9\0\"\0]\0") },
	{ "a form feed as space", STR("[\f]") },
	{ "a vertical tab as space", STR("[\v1]") },
	{ "a no-break space", STR("[\xc2\xa0]") },
	{ "a word joiner", STR("[\xe2\x81\xa0]") },
	{ "a comment", STR("[1/* one */]") },
	{ "a line comment", STR("[1] // one") },
	{ "a hash comment", STR("# one\n[1]") },

	{ "NaN", STR("NaN") },
	{ "a list with NaN", STR("[NaN]") },
	{ "a negative NaN", STR("[-NaN]") },
	{ "Infinity", STR("[Infinity]") },
	{ "a negative Infinity", STR("[-Infinity]") },
	{ "inf", STR("[inf]") },
	{ "undefined", STR("[undefined]") },
	{ "True", STR("[True]") },
	{ "TRUE", STR("TRUE") },
	{ "a word cut off", STR("[nul") },
	{ "a word gone on", STR("[nullx]") },
	{ "two words", STR("true false") },
	{ "a bare word", STR("[a]") },

	{ "a leading zero", STR("012") },
	{ "a negative leading zero", STR("-01") },
	{ "two zeros", STR("00") },
	{ "a plus sign", STR("+1") },
	{ "two minus signs", STR("--1") },
	{ "a minus alone", STR("-") },
	{ "a minus and a space", STR("- 1") },
	{ "a minus and a letter", STR("-a") },
	{ "no digit behind the point", STR("1.") },
	{ "no digit between point and exponent", STR("2.e3") },
	{ "no digit in front of the point", STR(".5") },
	{ "a minus and a point", STR("-.5") },
	{ "a minus behind the point", STR("0.-1") },
	{ "an exponent without digits", STR("1e") },
	{ "an exponent of a sign", STR("1e+") },
	{ "an exponent with two signs", STR("1e+-2") },
	{ "an exponent twice", STR("1e2e3") },
	{ "a fraction in the exponent", STR("1e2.5") },
	{ "a number in hexadecimal", STR("0x1F") },
	{ "a number with a suffix", STR("[1L]") },
	{ "a number with a comma", STR("1,5") },
	{ "a number in full-width digits", STR("[\xef\xbc\x91]") },
	{ "a number and a NUL", STR("1\0") },
	{ "an integer over 64 bits", STR("9223372036854775808") },
	{ "an integer under 64 bits", STR("-9223372036854775809") },
	{ "an integer of a hundred digits", STR("[1000000000000000000000000000"
	    "0000000000000000000000000000000000000000000000000000000000000]") },
	{ "a number over a double", STR("1e400") },
	{ "a number under a double", STR("-1e400") },
	{ "a number that a double has as zero", STR("1e-400") },
	{ "an exponent of many digits", STR("0.4e00669999999999999999999") },

	{ "single quotes", STR("['a']") },
	{ "a name in single quotes", STR("{'a':1}") },
	{ "a name without quotes", STR("{a:1}") },
	{ "a string never closed", STR("\"a") },
	{ "a quote alone", STR("\"") },
	{ "a string of a backslash", STR("\"\\\"") },
	{ "a raw newline in a string", STR("\"a\nb\"") },
	{ "a raw carriage return in a string", STR("\"a\rb\"") },
	{ "a raw tab in a string", STR("\"a\tb\"") },
	{ "a raw NUL in a string", STR("\"a\0b\"") },
	{ "a raw escape character in a string", STR("\"\x1b[2J\"") },
	{ "a raw unit separator in a string", STR("\"\x1f\"") },
	{ "an unknown escape", STR("\"\\a\"") },
	{ "an escaped single quote", STR("\"\\'\"") },
	{ "an escape in hexadecimal", STR("\"\\x41\"") },
	{ "an octal escape", STR("\"\\101\"") },
	{ "an escaped newline", STR("\"\\\n\"") },
	{ "an escaped NUL byte", STR("\"\\\0\"") },
	{ "a capital U escape", STR("\"\\U0041\"") },
	{ "three digits of \\u", STR("\"\\u004\"") },
	{ "letters beyond f in \\u", STR("\"\\u00g1\"") },
	{ "a plus in \\u", STR("\"\\u+041\"") },
	{ "a space in \\u", STR("\"\\u 041\"") },
	{ "\\u cut off by the end", STR("\"\\u00") },
	{ "\\u0000 in a value", STR("\"a\\u0000b\"") },
	{ "\\u0000 in a name", STR("{\"a\\u0000b\":1}") },
	{ "a high surrogate alone", STR("\"\\ud800\"") },
	{ "a high surrogate and a letter", STR("\"\\ud800x\"") },
	{ "a high surrogate and an escape", STR("\"\\ud800\\n\"") },
	{ "two high surrogates", STR("\"\\ud800\\ud800\"") },
	{ "a low surrogate alone", STR("\"\\udc00\"") },
	{ "surrogates the wrong way round", STR("\"\\udc00\\ud800\"") },
	{ "half a low surrogate", STR("\"\\ud800\\udc0\"") },
	{ "a high surrogate and the end", STR("\"\\ud834\\u") },
	{ "a surrogate alone in a name", STR("{\"\\udfff\":1}") },

	{ "a lone continuation byte", STR("\"\x80\"") },
	{ "an overlong slash", STR("\"\xc0\xaf\"") },
	{ "an overlong NUL", STR("\"\xc0\x80\"") },
	{ "a raw surrogate", STR("\"\xed\xa0\x80\"") },
	{ "bytes above U+10FFFF", STR("\"\xf4\x90\x80\x80\"") },
	{ "a character cut off by the quote", STR("\"\xe2\x82\"") },
	{ "a character cut off by the end", STR("\"\xe2\x82") },
	{ "Latin-1", STR("\"\xe4\"") },
	{ "FF", STR("\"\xff\"") },
	{ "bytes that are not UTF-8 in a name", STR("{\"\xff\":1}") },
	{ "bytes that are not UTF-8 outside strings", STR("[\xff]") },

	{ "a comma behind the last value", STR("[1,]") },
	{ "a comma behind the last member", STR("{\"a\":1,}") },
	{ "a comma in front", STR("[,1]") },
	{ "a comma alone", STR("[,]") },
	{ "two commas", STR("[1,,2]") },
	{ "two commas in an object", STR("{\"a\":1,,\"b\":2}") },
	{ "no comma", STR("[1 2]") },
	{ "no comma in an object", STR("{\"a\":1 \"b\":2}") },
	{ "a semicolon", STR("{\"a\":1;\"b\":2}") },
	{ "a colon in a list", STR("[\"a\":1]") },
	{ "no colon", STR("{\"a\" 1}") },
	{ "two colons", STR("{\"a\"::1}") },
	{ "an equals sign", STR("{\"a\"=1}") },
	{ "a name without a value", STR("{\"a\"}") },
	{ "a colon without a value", STR("{\"a\":}") },
	{ "a value without a name", STR("{:1}") },
	{ "a value in place of a member", STR("{1}") },
	{ "a number as a name", STR("{1:1}") },
	{ "null as a name", STR("{null:1}") },
	{ "a list as a name", STR("{[1]:1}") },
	{ "a list never closed", STR("[1") },
	{ "a list closed as an object", STR("[1}") },
	{ "an object never closed", STR("{\"a\":1") },
	{ "an object closed as a list", STR("{\"a\":1]") },
	{ "an object that ends at a comma", STR("{\"a\":1,") },
	{ "a list that ends at a comma", STR("[1,") },
	{ "one bracket too many", STR("[1]]") },
	{ "a closing bracket alone", STR("]") },
	{ "an opening bracket alone", STR("[") },
	{ "an opening brace alone", STR("{") },
	{ "a closing brace first", STR("}{") },
	{ "two values", STR("{}{}") },
	{ "two values on lines", STR("{}\n{}") },
	{ "a letter behind the end", STR("{}x") },
	{ "a comma behind the end", STR("{},") },
	{ "a NUL behind the end", STR("{}\0") },
	{ "text behind a NUL", STR("{}\0{\"a\":1}") },
	{ "a NUL in front", STR("\0{}") },
	{ "a NUL between values", STR("[1,\0 2]") },
	{ "an escape outside a string", STR("[\\u0031]") },
	{ "a star", STR("*") },
	{ "a call", STR("f({})") },

	{ "equal names", STR("{\"a\":1,\"a\":2}") },
	{ "equal names and values", STR("{\"a\":1,\"a\":1}") },
	{ "equal empty names", STR("{\"\":1,\"\":2}") },
	{ "equal names, one escaped", STR("{\"a\":1,\"\\u0061\":2}") },
	{ "equal names, escaped in two ways",
	    STR("{\"\\u002f\":1,\"\\/\":2}") },
	{ "equal names beyond ASCII, one escaped",
	    STR("{\"\xc3\xa4\":1,\"\\u00E4\":2}") },
	{ "equal names beyond 16 bits, one escaped",
	    STR("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}") },
	{ "equal names far apart",
	    STR("{\"a\":{\"b\":[{\"c\":1}]},\"d\":{},\"a\":null}") },
	{ "equal names in an inner object", STR("[{\"x\":{\"a\":1,\"a\":2}}]") },
};

static const struct row right[] = {
	{ "an empty object", STR("{}") },
	{ "an empty list", STR("[]") },
	{ "space around everything",
	    STR(" \r\n\t{ \"a\" : [ 1 , 2 ] , \"b\" : null }\n ") },
	{ "no space", STR("{\"a\":[1,2],\"b\":null}") },
	{ "a string alone", STR("\"a\"") },
	{ "an empty string", STR("\"\"") },
	{ "a number alone", STR("42") },
	{ "true alone", STR("true") },
	{ "false alone", STR("false") },
	{ "null alone", STR("null") },
	{ "zero", STR("0") },
	{ "a negative zero", STR("-0") },
	{ "a negative zero with a fraction", STR("-0.0") },
	{ "zero with an exponent", STR("0e5") },
	{ "zero with a huge exponent", STR("0e99999") },
	{ "a fraction", STR("[123.456]") },
	{ "exponents of all forms", STR("[1e2,1E2,1e+2,1E-2,1.5e003]") },
	{ "the largest integer", STR("9223372036854775807") },
	{ "the smallest integer", STR("-9223372036854775808") },
	{ "the largest double", STR("1.7976931348623157e308") },
	{ "a double close to zero", STR("5e-324") },
	{ "a fraction of many zeros",
	    STR("-0.0000000000000000000000000000000000000000000000000001") },
	{ "every escape", STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\"") },
	{ "capital digits in \\u", STR("\"\\uABCD\"") },
	{ "a surrogate pair", STR("\"\\ud83d\\ude00\"") },
	{ "the last surrogate pair", STR("\"\\udbff\\udfff\"") },
	{ "an escaped backslash and u", STR("\"\\\\u0000\"") },
	{ "a noncharacter", STR("\"\\uffff\xef\xbf\xbf\"") },
	{ "DEL", STR("\"\x7f\"") },
	{ "a line separator", STR("\"\xe2\x80\xa8\"") },
	{ "UTF-8 of all lengths",
	    STR("\"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"") },
	{ "a byte order mark in a string", STR("\"\xef\xbb\xbf\"") },
	{ "an empty name", STR("{\"\":0}") },
	{ "names that differ in case", STR("{\"a\":1,\"A\":2}") },
	{ "names that look alike",
	    STR("{\"\xc3\xa4\":1,\"a\xcc\x88\":2}") },
	{ "one name in two objects", STR("[{\"a\":1},{\"a\":2}]") },
	{ "one name inside itself", STR("{\"a\":{\"a\":{\"a\":1}}}") },
	{ "one name in a sibling and behind it",
	    STR("{\"x\":{\"a\":1},\"y\":{\"a\":1},\"a\":1}") },
	{ "a name that is another's escape", STR("{\"\\\\n\":1,\"\\n\":2}") },
};

static void
refuses(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	struct json_object *tree;
	struct json_error error = { 0, 0, NULL };

	assert_false(json_scan(row->text, &error));
	assert_true(error.line >= 1 && error.column >= 1);
	assert_int_equal(error.message[strlen(error.message) - 1], '.');
	assert_false(json_parse(arena, row->text, &tree, &error));
	arena_free(&arena);
}

static void
accepts(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	struct json_object *tree;
	struct json_error error;

	if (!json_scan(row->text, &error))
		fail_msg("%u: %s", error.column, error.message);
	if (!json_parse(arena, row->text, &tree, &error))
		fail_msg("json-c: %s", error.message);
	arena_free(&arena);
}

/* Nothing but the last byte of each right text may be missing. */
static void
every_beginning_of_a_right_text_is_judged(void **state)
{
	struct json_error error;
	struct str text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(right); i++) {
		text = right[i].text;
		if (text.p[0] != '{' && text.p[0] != '[' && text.p[0] != '"')
			continue;
		for (text.n--; text.n > 0; text.n--)
			assert_false(json_scan(text, &error));
	}
}

static void
nested(struct buf *buf, unsigned depth, const char *open, const char *close)
{
	unsigned i;

	buf_clear(buf);
	for (i = 0; i < depth; i++)
		buf_text(buf, open);
	if (open[0] == '{')
		buf_char(buf, '1');
	for (i = 0; i < depth; i++)
		buf_text(buf, close);
}

static void
nesting_has_a_bound(void **state)
{
	struct json_object *tree;
	struct json_error error;
	struct buf buf;

	buf_init(&buf, *state, 4 << 20);
	nested(&buf, 32, "[", "]");
	assert_true(json_parse(*state, (struct str){ buf.data, buf.len }, &tree,
	    &error));
	nested(&buf, 32, "{\"a\":", "}");
	assert_true(json_parse(*state, (struct str){ buf.data, buf.len }, &tree,
	    &error));
	nested(&buf, 33, "[", "]");
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
	assert_int_equal(error.column, 33);
	nested(&buf, 33, "{\"a\":", "}");
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
	nested(&buf, 100000, "[", "]");
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
	nested(&buf, 100000, "{\"a\":", "}");
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
}

static void
siblings_do_not_count_as_nesting(void **state)
{
	struct json_error error;
	struct buf buf;
	unsigned i;

	buf_init(&buf, *state, 1 << 20);
	buf_char(&buf, '[');
	for (i = 0; i < 1000; i++)
		buf_text(&buf, "{\"a\":[]},");
	buf_text(&buf, "{}]");
	assert_true(json_scan((struct str){ buf.data, buf.len }, &error));
}

static void
a_mistake_has_its_place(void **state)
{
	static const struct {
		const char	*text;
		unsigned	 line, column;
	} rows[] = {
		{ "", 1, 1 },
		{ "[1,]", 1, 4 },
		{ "{\n \"a\": 1,\n \"a\": 2}", 3, 2 },
		{ "[\n\n\n x]", 4, 2 },
		{ "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\", x]", 1, 9 },
		{ "{}\nx", 2, 1 },
		{ "[1e400]", 1, 2 },
		{ "[\"abc", 1, 6 },
		{ "[\r\n1 2]", 2, 3 },
	};
	struct json_error error;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		assert_false(json_scan(str_of(rows[i].text), &error));
		assert_int_equal(error.line, rows[i].line);
		assert_int_equal(error.column, rows[i].column);
	}
}

/* 50 000 names; each check against all others would take minutes. */
static void
many_names_take_linear_time(void **state)
{
	struct json_error error;
	struct buf buf;
	int64_t start;
	unsigned i;

	buf_init(&buf, *state, 4 << 20);
	buf_char(&buf, '{');
	for (i = 0; i < 50000; i++)
		buf_printf(&buf, "%s\"name%u\":0", i == 0 ? "" : ",", i);
	start = when_mono();
	buf_char(&buf, '}');
	assert_true(json_scan((struct str){ buf.data, buf.len }, &error));
	buf.data[buf.len - 1] = ',';
	buf_text(&buf, "\"name31415\":1}");
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
	assert_string_equal(error.message,
	    "The name occurs twice in this object.");
	assert_true(when_mono() - start < 10 * 1000 * 1000);
}

static void
names_have_a_bound(void **state)
{
	struct json_error error;
	struct buf buf;
	unsigned i;

	buf_init(&buf, *state, 4 << 20);
	buf_char(&buf, '{');
	for (i = 0; i < 100001; i++)
		buf_printf(&buf, "%s\"%u\":0", i == 0 ? "" : ",", i);
	buf_char(&buf, '}');
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
	assert_string_equal(error.message, "There are too many names.");
}

/* Objects within objects, so that names come and go in the table. */
static void
names_are_forgotten_with_their_object(void **state)
{
	struct json_error error;
	struct buf buf;
	unsigned i, k;

	buf_init(&buf, *state, 8 << 20);
	buf_char(&buf, '{');
	for (i = 0; i < 300; i++) {
		buf_printf(&buf, "\"o%u\":{", i);
		for (k = 0; k < 300; k++)
			buf_printf(&buf, "\"n%u\":{\"o1\":0},", k);
		buf_text(&buf, "\"last\":1},");
	}
	buf_text(&buf, "\"last\":1}");
	assert_true(json_scan((struct str){ buf.data, buf.len }, &error));
	buf.data[buf.len - 1] = ',';
	buf_text(&buf, "\"o7\":1}");
	assert_false(json_scan((struct str){ buf.data, buf.len }, &error));
}

static void
a_tree_comes_out(void **state)
{
	struct json_object *tree, *a, *b;
	struct json_error error;

	assert_true(json_parse(*state, STR("{\"a\":\"x\\u0041\xc3\xa4\","
	    "\"b\":9223372036854775807}"), &tree, &error));
	assert_true(json_is_object(tree));
	assert_true(json_object_object_get_ex(tree, "a", &a));
	assert_true(json_object_object_get_ex(tree, "b", &b));
	assert_str(json_str(a), "xA\xc3\xa4");
	assert_true(json_object_get_int64(b) == INT64_MAX);
	assert_null(json_str(b).p);
	assert_null(json_str(NULL).p);
	assert_false(json_is_object(a));
	assert_false(json_is_object(NULL));
	assert_int_equal(json_count(tree), 0);
	assert_int_equal(json_int(a, -1), -1);
	assert_true(json_int(b, -1) == INT64_MAX);
	assert_true(json_parse(*state, STR("[1,\"b\"]"), &tree, &error));
	assert_int_equal(json_count(tree), 2);
	assert_int_equal(json_int(json_at(tree, 0), -1), 1);
	assert_str(json_str(json_at(tree, 1)), "b");
	assert_true(json_parse(*state, STR("null"), &tree, &error));
	assert_null(tree);
}

static void
the_text_need_not_end_in_nul(void **state)
{
	struct json_object *tree;
	struct json_error error;
	char text[] = { '1', '2', '3', '4' };

	assert_true(json_parse(*state, (struct str){ text, 2 }, &tree, &error));
	assert_int_equal(json_object_get_int64(tree), 12);
}

int
main(void)
{
	static struct unit_list list;
	static char names[COUNT_OF(wrong) + COUNT_OF(right)][100];
	char (*name)[100] = names;
	const struct CMUnitTest others[] = {
		UNIT_TEST(every_beginning_of_a_right_text_is_judged),
		UNIT_TEST(nesting_has_a_bound),
		UNIT_TEST(siblings_do_not_count_as_nesting),
		UNIT_TEST(a_mistake_has_its_place),
		UNIT_TEST(many_names_take_linear_time),
		UNIT_TEST(names_have_a_bound),
		UNIT_TEST(names_are_forgotten_with_their_object),
		UNIT_TEST(a_tree_comes_out),
		UNIT_TEST(the_text_need_not_end_in_nul),
	};
	size_t i;

	for (i = 0; i < COUNT_OF(wrong); i++, name++) {
		snprintf(*name, sizeof(*name), "refuses %s", wrong[i].name);
		unit_add(&list, *name, refuses, &wrong[i]);
	}
	for (i = 0; i < COUNT_OF(right); i++, name++) {
		snprintf(*name, sizeof(*name), "accepts %s", right[i].name);
		unit_add(&list, *name, accepts, &right[i]);
	}
	for (i = 0; i < COUNT_OF(others); i++)
		list.tests[list.count++] = others[i];
	return (unit_run(&list, "json"));
}
