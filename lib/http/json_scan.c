/* SPDX-License-Identifier: ISC */
/*
 * The grammar of RFC 8259, one function a rule.  Each takes what it describes
 * off the front of the text, or fails once with the place and the reason.
 * Recursion is bounded by JSON_MAX_DEPTH.
 */
#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_names.h"
#include "utf8.h"

#define NUMBER_MAX	128		/* characters of a number */

struct scan {
	struct str		rest;	/* what is not judged yet */
	unsigned		depth;
	struct json_names	names;
	const char		*message;	/* why it failed */
};

static bool	scan_value(struct scan *scan);
static bool	scan_object(struct scan *scan);
static bool	scan_members(struct scan *scan, size_t first);
static bool	scan_name(struct scan *scan, size_t first);
static bool	scan_array(struct scan *scan);
static bool	scan_string(struct scan *scan, struct str *raw);
static bool	scan_character(struct scan *scan);
static bool	scan_number(struct scan *scan);
static bool	scan_word(struct scan *scan);
static bool	is_integer_in_range(struct str number);
static bool	is_double_in_range(struct str number);
static size_t	skip_digits(struct scan *scan);
static void	skip_space(struct scan *scan);
static bool	is_next(const struct scan *scan, char c);
static bool	take(struct scan *scan, char c);
static void	advance(struct scan *scan, size_t n);
static bool	fail(struct scan *scan, const char *message);
static void	tell(struct str before, const char *message,
		    struct json_error *error);

bool
json_scan(struct str text, struct json_error *error)
{
	struct scan scan = { .rest = text };
	bool right;

	json_names_init(&scan.names);
	skip_space(&scan);
	right = scan_value(&scan);
	skip_space(&scan);
	if (right && scan.rest.n > 0)
		right = fail(&scan, "Nothing may follow the end of the value.");
	json_names_release(&scan.names);
	if (!right)
		tell((struct str){ text.p, text.n - scan.rest.n }, scan.message,
		    error);
	return (right);
}

static bool
scan_value(struct scan *scan)
{
	struct str raw;

	if (scan->rest.n == 0)
		return (fail(scan, "The text ends where a value is expected."));
	switch (scan->rest.p[0]) {
	case '{':
		return (scan_object(scan));
	case '[':
		return (scan_array(scan));
	case '"':
		return (scan_string(scan, &raw));
	case 't':
	case 'f':
	case 'n':
		return (scan_word(scan));
	default:
		return (scan_number(scan));
	}
}

static bool
scan_object(struct scan *scan)
{
	size_t first = scan->names.count;

	if (++scan->depth > JSON_MAX_DEPTH)
		return (fail(scan, "The nesting is too deep."));
	advance(scan, 1);
	skip_space(scan);
	if (!take(scan, '}')) {
		if (!scan_members(scan, first))
			return (false);
		if (!take(scan, '}'))
			return (fail(scan, "A comma or } is expected."));
	}
	json_names_cut(&scan->names, first);
	scan->depth--;
	return (true);
}

static bool
scan_members(struct scan *scan, size_t first)
{
	do {
		skip_space(scan);
		if (!scan_name(scan, first))
			return (false);
		skip_space(scan);
		if (!take(scan, ':'))
			return (fail(scan, "A colon is expected."));
		skip_space(scan);
		if (!scan_value(scan))
			return (false);
		skip_space(scan);
	} while (take(scan, ','));
	return (true);
}

static bool
scan_name(struct scan *scan, size_t first)
{
	struct str start = scan->rest, raw;

	if (!is_next(scan, '"'))
		return (fail(scan, "A name in double quotes is expected."));
	if (!scan_string(scan, &raw))
		return (false);
	switch (json_names_add(&scan->names, first, raw)) {
	case JSON_NAME_NEW:
		return (true);
	case JSON_NAME_AGAIN:
		scan->rest = start;
		return (fail(scan, "The name occurs twice in this object."));
	case JSON_NAME_TOO_MANY:
		scan->rest = start;
		break;
	}
	return (fail(scan, "There are too many names."));
}

static bool
scan_array(struct scan *scan)
{
	if (++scan->depth > JSON_MAX_DEPTH)
		return (fail(scan, "The nesting is too deep."));
	advance(scan, 1);
	skip_space(scan);
	if (!take(scan, ']')) {
		do {
			skip_space(scan);
			if (!scan_value(scan))
				return (false);
			skip_space(scan);
		} while (take(scan, ','));
		if (!take(scan, ']'))
			return (fail(scan, "A comma or ] is expected."));
	}
	scan->depth--;
	return (true);
}

/* raw: what stands between the quotes. */
static bool
scan_string(struct scan *scan, struct str *raw)
{
	advance(scan, 1);
	raw->p = scan->rest.p;
	while (!is_next(scan, '"'))
		if (!scan_character(scan))
			return (false);
	raw->n = (size_t)(scan->rest.p - raw->p);
	advance(scan, 1);
	return (true);
}

static bool
scan_character(struct scan *scan)
{
	struct str start = scan->rest;
	uint32_t code;
	size_t n;

	if (scan->rest.n == 0)
		return (fail(scan, "The text ends inside a string."));
	if (is_next(scan, '\\')) {
		if (!json_unescape(&scan->rest, &code))
			return (fail(scan, "There is no such escape, or half "
			    "of a surrogate pair is missing."));
		if (code == 0) {
			scan->rest = start;
			return (fail(scan, "\\u0000 is not accepted."));
		}
		return (true);
	}
	n = utf8_next(scan->rest.p, scan->rest.n, &code);
	if (n == 0)
		return (fail(scan, "The bytes are not UTF-8."));
	if (code < 0x20)
		return (fail(scan, "A control character must be escaped."));
	advance(scan, n);
	return (true);
}

static bool
scan_number(struct scan *scan)
{
	struct str start = scan->rest, number;
	bool whole = true, right;

	take(scan, '-');
	if (take(scan, '0')) {
		if (skip_digits(scan) > 0)
			return (fail(scan, "A number has no leading zero."));
	} else if (skip_digits(scan) == 0) {
		return (fail(scan, "A value is expected."));
	}
	if (take(scan, '.')) {
		whole = false;
		if (skip_digits(scan) == 0)
			return (fail(scan, "A digit is expected."));
	}
	if (take(scan, 'e') || take(scan, 'E')) {
		whole = false;
		if (!take(scan, '+'))
			take(scan, '-');
		if (skip_digits(scan) == 0)
			return (fail(scan, "A digit is expected."));
	}
	number = (struct str){ start.p, start.n - scan->rest.n };
	right = whole ? is_integer_in_range(number) :
	    is_double_in_range(number);
	if (!right) {
		scan->rest = start;
		return (fail(scan, "The number is out of range."));
	}
	return (true);
}

static bool
scan_word(struct scan *scan)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_starts(scan->rest, words[i])) {
			advance(scan, strlen(words[i]));
			return (true);
		}
	return (fail(scan, "A value is expected."));
}

static bool
is_integer_in_range(struct str number)
{
	int64_t value;

	return (str_is(number, "-0") ||
	    text_int(number, INT64_MIN, INT64_MAX, &value));
}

/* Neither infinite nor, unless it is written so, zero. */
static bool
is_double_in_range(struct str number)
{
	char text[NUMBER_MAX + 1];
	double value;
	size_t i;

	if (number.n > NUMBER_MAX)
		return (false);
	memcpy(text, number.p, number.n);
	text[number.n] = '\0';
	value = strtod(text, NULL);
	if (value != 0)
		return (isfinite(value));
	for (i = 0; i < number.n && text[i] != 'e' && text[i] != 'E'; i++)
		if (text[i] >= '1' && text[i] <= '9')
			return (false);
	return (true);
}

static size_t
skip_digits(struct scan *scan)
{
	size_t n = 0;

	while (n < scan->rest.n &&
	    scan->rest.p[n] >= '0' && scan->rest.p[n] <= '9')
		n++;
	advance(scan, n);
	return (n);
}

static void
skip_space(struct scan *scan)
{
	while (is_next(scan, ' ') || is_next(scan, '\t') ||
	    is_next(scan, '\n') || is_next(scan, '\r'))
		advance(scan, 1);
}

static bool
is_next(const struct scan *scan, char c)
{
	return (scan->rest.n > 0 && scan->rest.p[0] == c);
}

static bool
take(struct scan *scan, char c)
{
	if (!is_next(scan, c))
		return (false);
	advance(scan, 1);
	return (true);
}

static void
advance(struct scan *scan, size_t n)
{
	scan->rest.p += n;
	scan->rest.n -= n;
}

static bool
fail(struct scan *scan, const char *message)
{
	scan->message = message;
	return (false);
}

/* before: the text up to the mistake. */
static void
tell(struct str before, const char *message, struct json_error *error)
{
	struct str rest = before, line = before;
	size_t lines = 0;

	while (str_split(&rest, '\n', &line))
		lines++;
	*error = (struct json_error){
		.line = lines == 0 ? 1 : (unsigned)lines,
		.column = (unsigned)text_length(line) + 1,
		.message = message,
	};
}
