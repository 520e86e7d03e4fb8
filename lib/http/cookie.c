/* SPDX-License-Identifier: ISC */
/*
 * RFC 6265, its strict half for what we write and for our own cookies, its
 * lenient half for the cookies of others.
 */
#include "cookie.h"

#include <inttypes.h>
#include <string.h>

#include "buf.h"

static bool	is_name(struct str text);
static bool	is_value(struct str text);
static bool	is_path(struct str text);

bool
cookie_find(struct str header, const char *name, struct str *value)
{
	struct str pair, key, found = { NULL, 0 };
	size_t count = 0;

	if (header.n > COOKIE_MAX_HEADER)
		return (false);
	while (str_split(&header, ';', &pair)) {
		if (++count > COOKIE_MAX_COUNT)
			return (false);
		pair = str_trim(pair);
		str_split(&pair, '=', &key);
		if (pair.p == NULL || !str_is(key, name))
			continue;
		if (!is_value(pair) ||
		    (found.p != NULL && !str_same(found, pair)))
			return (false);
		found = pair;
	}
	if (found.p == NULL)
		return (false);
	*value = found;
	return (true);
}

bool
cookie_write(struct buf *out, const struct cookie *cookie)
{
	if (!is_name(str_of(cookie->name)) || !is_value(cookie->value) ||
	    !is_path(str_of(cookie->path)))
		return (false);
	buf_text(out, cookie->name);
	buf_char(out, '=');
	buf_add(out, cookie->value.p, cookie->value.n);
	buf_printf(out, "; Path=%s; Max-Age=%" PRId64 "; HttpOnly; SameSite=%s",
	    cookie->path, cookie->max_age,
	    cookie->site == COOKIE_STRICT ? "Strict" : "Lax");
	if (cookie->secure)
		buf_text(out, "; Secure");
	return (true);
}

/* A token of RFC 9110. */
static bool
is_name(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' ||
		    strchr("()<>@,;:\\\"/[]?={}", text.p[i]) != NULL)
			return (false);
	return (text.n > 0);
}

static bool
is_value(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' ||
		    strchr("\",;\\", text.p[i]) != NULL)
			return (false);
	return (true);
}

static bool
is_path(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~' || text.p[i] == ';')
			return (false);
	return (text.n > 0 && text.p[0] == '/');
}
