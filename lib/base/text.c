/* SPDX-License-Identifier: ISC */
/*
 * What a text is, and the numbers it may hold.
 */
#include "text.h"


#include "check.h"
#include "utf8.h"

#define UUID_LEN	36

/* A number's unit: the letter behind it and what it is worth. */
struct unit {
	char	letter;
	int64_t	worth;
};

static bool	take_number(struct str *text, uint64_t *out);
static bool	with_unit(struct str text, const struct unit *units,
		    size_t count, int64_t *out);
static bool	is_control(uint32_t code);

bool
text_is_utf8(struct str text)
{
	uint32_t code;
	size_t at, n;

	for (at = 0; at < text.n; at += n) {
		n = utf8_next(text.p + at, text.n - at, &code);
		if (n == 0)
			return (false);
	}
	return (true);
}

size_t
text_length(struct str utf8)
{
	size_t length = 0, i;

	/* Every byte but a continuation begins a character. */
	for (i = 0; i < utf8.n; i++)
		length += ((unsigned char)utf8.p[i] & 0xc0) != 0x80;
	return (length);
}

/* Breaks a line, turns it around, or is there without being seen: a name made
 * of these looks like another.  Joiners stay, scripts and emoji need them. */
static bool
is_deceptive(uint32_t code)
{
	return (code == 0x200b || code == 0x200e || code == 0x200f ||
	    (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069) || code == 0xfeff);
}

bool
text_is_clean(struct str utf8, bool line)
{
	uint32_t code;
	size_t at, n;

	for (at = 0; at < utf8.n; at += n) {
		n = utf8_next(utf8.p + at, utf8.n - at, &code);
		if (n == 0)
			return (false);
		if (!line && (code == '\n' || code == '\r' || code == '\t'))
			continue;
		if (is_control(code))
			return (false);
		if (line && is_deceptive(code))
			return (false);
	}
	return (true);
}

bool
text_is_uuid(struct str text)
{
	size_t i;
	char c;

	if (text.n != UUID_LEN)
		return (false);
	for (i = 0; i < text.n; i++) {
		c = text.p[i];
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return (false);
		} else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
			return (false);
		}
	}
	return (true);
}

bool
text_int(struct str text, int64_t min, int64_t max, int64_t *out)
{
	uint64_t size;
	bool negative;
	int64_t value;

	negative = text.n > 0 && text.p[0] == '-';
	if (negative) {
		text.p++;
		text.n--;
	}
	if (!take_number(&text, &size) || text.n > 0)
		return (false);
	if (negative && (size == 0 || size > (uint64_t)INT64_MAX + 1))
		return (false);
	if (!negative && size > (uint64_t)INT64_MAX)
		return (false);
	value = negative ? -(int64_t)(size - 1) - 1 : (int64_t)size;
	if (value < min || value > max)
		return (false);
	*out = value;
	return (true);
}

bool
text_seconds(struct str text, int64_t *out)
{
	static const struct unit units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	};

	return (with_unit(text, units, COUNT_OF(units), out));
}

bool
text_bytes(struct str text, int64_t *out)
{
	static const struct unit units[] = {
		{ 'k', 1 << 10 }, { 'm', 1 << 20 }, { 'g', 1 << 30 },
	};

	return (with_unit(text, units, COUNT_OF(units), out));
}

/* Takes the digits at the front; false without any, with a needless leading
 * zero, or when they are more than 64 bits hold. */
static bool
take_number(struct str *text, uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < text->n; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			break;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text->p[i] - '0', &value))
			return (false);
	}
	if (i == 0 || (i > 1 && text->p[0] == '0'))
		return (false);
	text->p += i;
	text->n -= i;
	*out = value;
	return (true);
}

static bool
with_unit(struct str text, const struct unit *units, size_t count,
    int64_t *out)
{
	uint64_t number;
	int64_t worth = 1, value;
	size_t i;

	if (!take_number(&text, &number) || number > INT64_MAX || text.n > 1)
		return (false);
	if (text.n == 1) {
		for (i = 0; i < count && units[i].letter != text.p[0]; i++)
			;
		if (i == count)
			return (false);
		worth = units[i].worth;
	}
	if (__builtin_mul_overflow((int64_t)number, worth, &value))
		return (false);
	*out = value;
	return (true);
}

static bool
is_control(uint32_t code)
{
	return (code < 0x20 || (code >= 0x7f && code < 0xa0));
}
