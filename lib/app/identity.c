/* SPDX-License-Identifier: ISC */
/*
 * Who a request says it is, and whether its own pages sent it.
 *
 * A signed token names a user and a session; that both still live is for
 * authorize() to say, in the transaction.  A personal token (bur_…) is looked up
 * there by its hash.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "conf.h"
#include "hash.h"
#include "jwt.h"
#include "when.h"

#define BEARER		"Bearer "
#define PERSONAL	"bur_"

const char *
req_cookie_name(const struct req *rq, const char *name)
{
	if (!rq->is_tls)
		return (name);
	/* __Host- demands Path=/, which the refresh cookie does not have. */
	return (arena_printf(rq->arena, "%s%s",
	    strcmp(name, "refresh") == 0 ? "__Secure-" : "__Host-", name));
}

static void
from_signed(struct req *rq, struct str token, struct identity *out)
{
	struct jwt_claims claims;

	switch (jwt_verify(token, when_now() / 1000, &claims)) {
	case JWT_OK:
		out->user = arena_strdup(rq->arena, claims.user);
		out->session = arena_strdup(rq->arena, claims.session);
		out->expires = claims.expires;
		break;
	case JWT_EXPIRED:
		out->err = ERR_TOKEN_EXPIRED;
		break;
	default:
		out->err = ERR_TOKEN_INVALID;
		out->detail = "The access token is not valid.";
		break;
	}
}

static void
from_token(struct req *rq, struct str token, struct identity *out)
{
	if (str_starts(token, PERSONAL))
		out->token = hash_bytea(rq->arena, token);
	else
		from_signed(rq, token, out);
}

static bool
same_user(const struct identity *a, const struct identity *b)
{
	return (a->token == NULL && b->token == NULL && a->user != NULL &&
	    b->user != NULL && strcmp(a->user, b->user) == 0);
}

void
identity_find(struct req *rq, struct identity *out)
{
	struct str header = req_header(rq, "HTTP_AUTHORIZATION"), cookie;
	struct identity by_cookie = { 0 };

	memset(out, 0, sizeof(*out));
	if (req_cookie(rq, req_cookie_name(rq, "jwt"), &cookie) &&
	    cookie.n > 0) {
		by_cookie.by_cookie = true;
		from_signed(rq, cookie, &by_cookie);
	}
	if (header.p == NULL) {
		*out = by_cookie;
		return;
	}
	if (header.n < sizeof(BEARER) - 1 ||
	    strncasecmp(header.p, BEARER, sizeof(BEARER) - 1) != 0) {
		out->err = ERR_TOKEN_INVALID;
		out->detail = "Authorization must be a Bearer token.";
		return;
	}
	header.p += sizeof(BEARER) - 1;
	header.n -= sizeof(BEARER) - 1;
	from_token(rq, header, out);
	/* Two identities must not be mixed up. */
	if (out->err == ERR_OK && by_cookie.user != NULL &&
	    !same_user(out, &by_cookie)) {
		out->err = ERR_INVALID_INPUT;
		out->detail = "The cookie and the Authorization header name "
		    "different users.";
	}
}

/* --- where it comes from -------------------------------------------------------- */

static bool
origin_is_own(const struct req *rq, struct str origin)
{
	const char *scheme = rq->is_tls ? "https://" : "http://";

	return (str_starts(origin, scheme) &&
	    strcmp(origin.p + strlen(scheme), rq->host) == 0);
}

static bool
origin_is_listed(struct str origin, bool or_any)
{
	struct str rest = str_of(conf_text(CONF_ALLOWED_ORIGINS)), piece;

	while (str_split(&rest, ' ', &piece))
		if (str_same(piece, origin) ||
		    (or_any && str_is(piece, "*")))
			return (true);
	return (false);
}

enum err
origin_check(struct req *rq)
{
	struct str origin = req_header(rq, "HTTP_ORIGIN");
	struct str site = req_header(rq, "HTTP_SEC_FETCH_SITE");

	if ((method_is_safe(rq->method) && !(rq->route->own_pages &&
	    rq->app->identity.by_cookie)) ||
	    req_header(rq, "HTTP_AUTHORIZATION").p != NULL)
		return (ERR_OK);
	if (origin.p != NULL) {
		if (!origin_is_own(rq, origin) &&
		    !origin_is_listed(origin, false))
			return (req_fail(rq, ERR_CROSS_SITE, NULL));
	} else if (site.p != NULL && !str_is(site, "same-origin") &&
	    !str_is(site, "none")) {
		return (req_fail(rq, ERR_CROSS_SITE, NULL));
	}
	/* What a foreign form can send without asking first. */
	if (rq->app->identity.by_cookie && str_starts(rq->type, "text/plain"))
		return (req_fail(rq, ERR_CROSS_SITE, NULL));
	return (ERR_OK);
}

void
origin_headers(struct req *rq)
{
	struct str origin = req_header(rq, "HTTP_ORIGIN");

	if (conf_text(CONF_ALLOWED_ORIGINS)[0] == '\0')
		return;
	answer_header(rq, "Vary", "Origin");
	if (origin.p == NULL || !text_is_clean(origin, true) ||
	    !origin_is_listed(origin, true))
		return;
	if (origin_is_listed(origin, false)) {
		answer_header(rq, "Access-Control-Allow-Origin", origin.p);
		answer_header(rq, "Access-Control-Allow-Credentials", "true");
	} else {
		answer_header(rq, "Access-Control-Allow-Origin", "*");
	}
	answer_header(rq, "Access-Control-Expose-Headers",
	    "ETag, Event-Cursor, Idempotent-Replayed, Location, "
	    "Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, "
	    "X-Request-Id");
}
