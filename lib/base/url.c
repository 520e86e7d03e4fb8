/* SPDX-License-Identifier: ISC */
/*
 * A URL is cut from the front: scheme, authority, path, query.
 */
#include "url.h"

#include <arpa/inet.h>
#include <string.h>

#include "arena.h"

#define HOST_MAX	253

static bool	take_scheme(struct str *rest, struct str *scheme);
static struct str take_until(struct str *rest, const char *these);
static const char *take_user(struct arena *arena, struct str *authority,
		    struct url *url);
static const char *take_port(struct str *authority, struct url *url);
static bool	is_plain(struct str text);
static bool	is_host(struct str host);
static struct str lower(struct arena *arena, struct str text);

const char *
url_parse(struct arena *arena, struct str text, struct url *out)
{
	struct url url = { 0 };
	struct str authority;
	const char *why;

	if (!is_plain(text))
		return ("must be printable ASCII without spaces, quotes, "
		    "<> and backslashes; write other signs as %XX and other "
		    "letters in a host name as xn--");
	if (!take_scheme(&text, &url.scheme))
		return ("must begin with a scheme, as in https://");
	authority = take_until(&text, "/?#");
	url.path = take_until(&text, "?#");
	if (text.n > 0 && text.p[0] == '?') {
		text.p++;
		text.n--;
		url.query = take_until(&text, "#");
	}
	url.has_fragment = text.n > 0;
	why = take_user(arena, &authority, &url);
	if (why == NULL)
		why = take_port(&authority, &url);
	if (why != NULL)
		return (why);
	if (!is_host(authority))
		return ("must name a host, as in mail.example.org, 192.0.2.1 "
		    "or [2001:db8::1]");
	url.scheme = lower(arena, url.scheme);
	url.host = lower(arena, authority);
	*out = url;
	return (NULL);
}

/* Of the web, and naming nobody. */
static const char *
web_fault(struct arena *arena, struct str text, struct url *out)
{
	const char *why;

	if (text.n > URL_WEB_MAX)
		return ("must be at most 2000 characters long");
	why = url_parse(arena, text, out);
	if (why != NULL)
		return (why);
	if (!str_is(out->scheme, "https") && !str_is(out->scheme, "http"))
		return ("must begin with https:// or http://");
	return (out->user.p != NULL ? "must be without user and password" :
	    NULL);
}

const char *
url_link_fault(struct arena *arena, struct str text)
{
	struct url url;

	return (web_fault(arena, text, &url));
}

const char *
url_web_fault(struct arena *arena, struct str text)
{
	struct url url;
	const char *why = web_fault(arena, text, &url);

	if (why != NULL)
		return (why);
	return (url.has_fragment ? "must be without a #fragment" : NULL);
}

bool
url_is_loopback(const struct url *url)
{
	struct in_addr v4;
	char host[INET_ADDRSTRLEN];

	if (str_is(url->host, "localhost") || str_is(url->host, "[::1]"))
		return (true);
	if (url->host.n >= sizeof(host))
		return (false);
	memcpy(host, url->host.p, url->host.n);
	host[url->host.n] = '\0';
	return (inet_pton(AF_INET, host, &v4) == 1 &&
	    ntohl(v4.s_addr) >> 24 == 127);
}

struct str
url_query_value(struct arena *arena, const struct url *url, const char *name)
{
	struct str rest = url->query, pair, key, value;

	while (str_split(&rest, '&', &pair)) {
		value = pair;
		if (str_split(&value, '=', &key) && str_is(key, name) &&
		    text_url_decode(arena, value, false, &value))
			return (value);
	}
	return ((struct str){ NULL, 0 });
}

/* scheme:// */
static bool
take_scheme(struct str *rest, struct str *scheme)
{
	struct str at = *rest;
	size_t i;

	*scheme = take_until(&at, ":");
	for (i = 0; i < scheme->n; i++)
		if (!((scheme->p[i] | 32) >= 'a' && (scheme->p[i] | 32) <= 'z'))
			return (false);
	if (scheme->n == 0 || !str_starts(at, "://"))
		return (false);
	*rest = (struct str){ at.p + 3, at.n - 3 };
	return (true);
}

/* What stands before the first of these, or all. */
static struct str
take_until(struct str *rest, const char *these)
{
	struct str piece = { rest->p, 0 };

	while (piece.n < rest->n && strchr(these, rest->p[piece.n]) == NULL)
		piece.n++;
	rest->p += piece.n;
	rest->n -= piece.n;
	return (piece);
}

/* user:password@, each percent-encoded. */
static const char *
take_user(struct arena *arena, struct str *authority, struct url *url)
{
	struct str rest = *authority, user = take_until(&rest, "@"), password;

	if (rest.n == 0)
		return (NULL);
	password = user;
	user = take_until(&password, ":");
	if (password.n > 0) {
		password.p++;
		password.n--;
	}
	*authority = (struct str){ rest.p + 1, rest.n - 1 };
	if (!text_url_decode(arena, user, false, &url->user) ||
	    !text_url_decode(arena, password, false, &url->password) ||
	    !text_is_clean(url->user, true) ||
	    !text_is_clean(url->password, true))
		return ("must have %XX in user and password for signs that "
		    "mean something in a URL, such as %40 for @");
	return (NULL);
}

static const char *
take_port(struct str *authority, struct url *url)
{
	struct str host = *authority, port;
	int64_t number;
	size_t i;

	/* The colons of [::1] are no port's. */
	for (i = host.n; i > 0 && host.p[i - 1] != ':'; i--)
		if (host.p[i - 1] == ']')
			return (NULL);
	if (i == 0)
		return (NULL);
	port = (struct str){ host.p + i, host.n - i };
	if (!text_int(port, 1, 65535, &number))
		return ("must have a port between 1 and 65535, or none");
	url->port = (uint16_t)number;
	authority->n = i - 1;
	return (NULL);
}

/* What no reader of URLs takes for something else. */
static bool
is_plain(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}", text.p[i]) != NULL)
			return (false);
	return (true);
}

/* Labels of letters, digits, - and _, or an address in brackets. */
static bool
is_host(struct str host)
{
	struct in6_addr v6;
	char text[INET6_ADDRSTRLEN];
	size_t i;

	if (host.n == 0 || host.n > HOST_MAX)
		return (false);
	if (host.p[0] == '[') {
		if (host.n < 4 || host.n - 2 >= sizeof(text) ||
		    host.p[host.n - 1] != ']')
			return (false);
		memcpy(text, host.p + 1, host.n - 2);
		text[host.n - 2] = '\0';
		return (inet_pton(AF_INET6, text, &v6) == 1);
	}
	for (i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_' &&
		    !(c == '.' && i > 0 && host.p[i - 1] != '.'))
			return (false);
	}
	return (true);
}

static struct str
lower(struct arena *arena, struct str text)
{
	char *copy = arena_memdup(arena, text.p, text.n);
	size_t i;

	for (i = 0; i < text.n; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return ((struct str){ copy, text.n });
}
