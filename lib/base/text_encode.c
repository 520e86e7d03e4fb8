/* SPDX-License-Identifier: ISC */
/*
 * Percent-encoding and base64url.
 */
#include "text.h"


#include "arena.h"

static int	hex_value(char c);
static int	base64_value(char c);

bool
text_url_decode(struct arena *arena, struct str text, bool plus,
    struct str *out)
{
	int high, low;
	size_t i, n = 0;
	char *copy;

	copy = arena_alloc(arena, text.n + 1);
	for (i = 0; i < text.n; i++) {
		copy[n] = text.p[i];
		if (text.p[i] == '+' && plus) {
			copy[n] = ' ';
		} else if (text.p[i] == '%') {
			if (text.n - i < 3)
				return (false);
			high = hex_value(text.p[i + 1]);
			low = hex_value(text.p[i + 2]);
			if (high < 0 || low < 0)
				return (false);
			copy[n] = (char)(high << 4 | low);
			i += 2;
		}
		n++;
	}
	copy[n] = '\0';
	*out = (struct str){ copy, n };
	return (true);
}

struct str
text_base64url(struct arena *arena, const void *data, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const unsigned char *byte = data;
	unsigned bits = 0, held = 0;
	size_t i, at = 0;
	char *text;

	text = arena_alloc(arena, n / 3 * 4 + 5);
	for (i = 0; i < n; i++) {
		bits = bits << 8 | byte[i];
		for (held += 8; held >= 6; held -= 6)
			text[at++] = letters[bits >> (held - 6) & 63];
	}
	if (held > 0)
		text[at++] = letters[bits << (6 - held) & 63];
	return ((struct str){ text, at });
}

bool
text_base64url_decode(struct arena *arena, struct str text, struct str *out)
{
	unsigned bits = 0, held = 0;
	size_t i, at = 0;
	char *data;
	int value;

	if (text.n % 4 == 1)
		return (false);
	data = arena_alloc(arena, text.n / 4 * 3 + 3);
	for (i = 0; i < text.n; i++) {
		value = base64_value(text.p[i]);
		if (value < 0)
			return (false);
		bits = bits << 6 | (unsigned)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			data[at++] = (char)(bits >> held & 255);
		}
	}
	/* What is left over must be zero, or two texts meant one value. */
	if ((bits & ((1u << held) - 1)) != 0)
		return (false);
	*out = (struct str){ data, at };
	return (true);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (-1);
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (c - 'A');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (c - '0' + 52);
	if (c == '-')
		return (62);
	if (c == '_')
		return (63);
	return (-1);
}
