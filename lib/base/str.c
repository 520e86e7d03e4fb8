/* SPDX-License-Identifier: ISC */
/*
 * Bytes with a length: comparing and cutting.
 */
#include "text.h"

#include <string.h>

static bool	is_blank(char c);

struct str
str_of(const char *text)
{
	return ((struct str){ text, text == NULL ? 0 : strlen(text) });
}

bool
str_is(struct str a, const char *b)
{
	return (str_same(a, str_of(b)));
}

bool
str_same(struct str a, struct str b)
{
	return (a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0));
}

bool
str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return (a.n >= n && (n == 0 || memcmp(a.p, prefix, n) == 0));
}

bool
str_split(struct str *rest, char at, struct str *piece)
{
	const char *end;

	if (rest->p == NULL)
		return (false);
	end = rest->n == 0 ? NULL : memchr(rest->p, at, rest->n);
	if (end == NULL) {
		*piece = *rest;
		*rest = (struct str){ NULL, 0 };
		return (true);
	}
	*piece = (struct str){ rest->p, (size_t)(end - rest->p) };
	rest->n -= piece->n + 1;
	rest->p = end + 1;
	return (true);
}

struct str
str_trim(struct str a)
{
	while (a.n > 0 && is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n > 0 && is_blank(a.p[a.n - 1]))
		a.n--;
	return (a);
}

static bool
is_blank(char c)
{
	return (c == ' ' || c == '\t');
}
