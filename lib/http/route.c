/* SPDX-License-Identifier: ISC */
/*
 * Matching walks the table once per request: a responder has a few dozen rows,
 * and comparing segments is cheaper than anything that would have to be built.
 */
#include "route.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

const char *const method_names[METHOD_COUNT] = {
	[METHOD_NONE] = "", [GET] = "GET", [HEAD] = "HEAD", [POST] = "POST",
	[PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE",
	[OPTIONS] = "OPTIONS",
};

enum method
method_parse(struct str name)
{
	for (enum method m = GET; m < METHOD_COUNT; m++)
		if (str_is(name, method_names[m]))
			return (m);
	return (METHOD_NONE);
}

bool
method_is_safe(enum method method)
{
	return (method == GET || method == HEAD || method == OPTIONS);
}

/* How well a path fits: 0 not at all, else more for fewer placeholders. */
static int
path_fit(const struct route *route, struct str path, struct match *match)
{
	struct str want = str_of(route->path + 1), have, piece, segment;
	int fit = 100;

	match->count = 0;
	if (!route->bare) {
		if (!str_starts(path, API_BASE "/"))
			return (0);
		path.p += sizeof(API_BASE) - 1;
		path.n -= sizeof(API_BASE) - 1;
	}
	if (path.n == 0 || path.p[0] != '/')
		return (0);
	/* No path of ours ends in a slash. */
	if (path.n > 1 && path.p[path.n - 1] == '/')
		return (0);
	have = (struct str){ path.p + 1, path.n - 1 };
	while (str_split(&want, '/', &piece)) {
		if (!str_split(&have, '/', &segment))
			return (0);
		if (piece.n > 0 && piece.p[0] == '{') {
			if (segment.n == 0 ||
			    match->count == COUNT_OF(match->values))
				return (0);
			match->values[match->count++].text = segment;
			fit--;
		} else if (!str_same(piece, segment)) {
			return (0);
		}
	}
	return (str_split(&have, '/', &segment) ? 0 : fit);
}

/* Names of the placeholders, once it is known which row it is. */
static void
name_values(struct match *match, char (*names)[32])
{
	struct str rest = str_of(match->route->path + 1), piece;
	size_t i = 0;

	while (str_split(&rest, '/', &piece)) {
		if (piece.n < 3 || piece.p[0] != '{')
			continue;
		ASSERT(piece.n - 2 < sizeof(names[i]));
		memcpy(names[i], piece.p + 1, piece.n - 2);
		names[i][piece.n - 2] = '\0';
		match->values[i].name = names[i];
		i++;
	}
}

void
route_match(const struct route *routes, enum method method, struct str path,
    struct match *out)
{
	static char names[COUNT_OF(out->values)][32];
	enum method want = method == HEAD ? GET : method;
	int best = 0;

	memset(out, 0, sizeof(*out));
	for (const struct route *r = routes; r->path != NULL; r++) {
		struct match try;
		int fit = path_fit(r, path, &try);

		if (fit == 0 || fit < best)
			continue;
		if (fit > best) {
			/* A better path hides what the worse one took. */
			best = fit;
			out->allowed = 0;
			out->route = NULL;
		}
		out->allowed |= 1U << r->method;
		if (r->method == want) {
			out->route = r;
			out->count = try.count;
			memcpy(out->values, try.values, sizeof(try.values));
		}
	}
	if (out->allowed & (1U << GET))
		out->allowed |= 1U << HEAD;
	if (out->route != NULL)
		name_values(out, names);
}

static bool
takes_body_by_mistake(const struct route *route)
{
	if (route->method != GET)
		return (false);
	for (const struct param *p = route->params; p && p->name; p++)
		if (p->in == IN_BODY)
			return (true);
	return (false);
}

static const char *
route_mistake(const struct route *route)
{
	if (route->method == METHOD_NONE)
		return ("has no method");
	if (route->path[0] != '/')
		return ("has a path that does not begin with /");
	if (route->need == PERM_UNSET)
		return ("does not say which permission it needs");
	if (route->tx == TX_UNSET)
		return ("does not say whether it reads or writes");
	if (route->tx == TX_NONE && route->need != PERM_PUBLIC)
		return ("needs a permission but no transaction");
	if (route->tx == TX_WRITE && route->method == GET && route->run == NULL)
		return ("writes on GET");
	if ((route->run != NULL) + (route->query != 0) +
	    (route->list != 0) != 1)
		return ("must name exactly one of run, query and list");
	if (route->upload && (route->method != POST || route->tx != TX_WRITE ||
	    !route->slow))
		return ("takes an upload, and is no slow POST that writes");
	if (route->export != PERM_UNSET && route->list == 0)
		return ("is exported and no list");
	if (takes_body_by_mistake(route))
		return ("has a parameter that should be IN_QUERY");
	if (route->doc == NULL)
		return ("has no doc");
	return (NULL);
}

bool
routes_check(const struct route *routes, char *why, size_t len)
{
	for (const struct route *r = routes; r->path != NULL; r++) {
		const char *mistake = route_mistake(r);

		if (mistake != NULL) {
			snprintf(why, len, "The route %s %s %s.",
			    method_names[r->method], r->path, mistake);
			return (false);
		}
	}
	return (true);
}

bool
route_full_path(const struct route *route, char *out, size_t len)
{
	int n = snprintf(out, len, "%s%s", route->bare ? "" : API_BASE,
	    route->path);

	return (n > 0 && (size_t)n < len);
}

void
route_label(const struct route *route, char *out, size_t len)
{
	snprintf(out, len, "%s %s%s", method_names[route->method],
	    route->bare ? "" : API_BASE, route->path);
}
