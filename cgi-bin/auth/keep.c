/* SPDX-License-Identifier: ISC */
/*
 * Tokens as a client keeps them: an access token for a quarter of an hour, a
 * refresh token for the rest, in cookies for browsers and in the body for
 * others.  The access cookie lives as long as the refresh token, so that an
 * old one is answered "expired" and not "nobody".
 */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "cookie.h"
#include "gate.h"
#include "jwt.h"
#include "log.h"
#include "refresh.h"
#include "when.h"

#define REFRESH_PATH	"/api/v1/auth"

/* As long as the process. */
static struct arena *lasting;
static struct str refresh_key;

void
keep_open(void)
{
	lasting = arena_new(ARENA_PLAIN, 65536);
	if (!jwt_can_sign() || !text_base64url_decode(lasting,
	    str_of(conf_text(CONF_REFRESH_KEY)), &refresh_key) ||
	    refresh_key.n < REFRESH_KEY_MIN) {
		log_event(LOG_ERROR, "auth.keys", "why", "JWT_PRIVATE_KEY or "
		    "REFRESH_KEY is missing; start auth from `bureau serve`",
		    NULL);
		exit(EXIT_FAILURE);
	}
	gate_open(gate_given());
}

const char *
auth_interval(struct req *rq, enum conf_key key)
{
	return (arena_printf(rq->arena, "%lld seconds",
	    (long long)conf_int(key)));
}

static void
set_cookie(struct req *rq, const char *name, const char *path,
    struct str value, int64_t max_age)
{
	struct buf line;
	const struct cookie cookie = {
		.name = req_cookie_name(rq, name), .value = value,
		.path = path, .max_age = max_age, .site = COOKIE_STRICT,
		.secure = rq->is_tls
	};

	buf_init(&line, rq->arena, 8192);
	if (cookie_write(&line, &cookie))
		answer_header(rq, "Set-Cookie", line.data);
}

void
keep_nothing(struct req *rq)
{
	set_cookie(rq, "jwt", "/", STR(""), 0);
	set_cookie(rq, "refresh", REFRESH_PATH, STR(""), 0);
}

bool
keep_find(struct req *rq, struct str given, struct refresh *out,
    bool *by_cookie)
{
	struct str token = given;

	*by_cookie = given.p == NULL;
	if (*by_cookie &&
	    !req_cookie(rq, req_cookie_name(rq, "refresh"), &token))
		return (false);
	return (refresh_check(rq->arena, refresh_key, token, out));
}

void
keep_leave_former(struct req *rq)
{
	struct refresh former;
	bool by_cookie;

	if (keep_find(rq, (struct str){ NULL, 0 }, &former, &by_cookie))
		req_query(rq, Q_SESSION_LEAVE, "session", former.session,
		    "reason", "signed in again", NULL);
}

/* {…user, "user": {…}} open at its end, or just an open brace. */
static void
begin_body(struct buf *out, const struct db_rows *user)
{
	size_t start = out->len;
	struct str row;

	if (user == NULL) {
		buf_char(out, '{');
		return;
	}
	db_json(user, 0, out);
	row = (struct str){ arena_memdup(out->arena, out->data + start,
	    out->len - start), out->len - start };
	out->data[--out->len] = '\0';
	buf_text(out, ",\"user\":");
	buf_add(out, row.p, row.n);
	buf_char(out, ',');
}

enum err
keep_tokens(struct req *rq, const char *user_id, const char *session,
    int64_t generation, const struct db_rows *user, bool quiet)
{
	int64_t now = when_now() / 1000;
	int64_t lifetime = conf_int(CONF_JWT_EXPIRES_IN);
	int64_t idle = conf_int(CONF_JWT_REFRESH_EXPIRES_IN);
	struct jwt_claims claims = {
		.issued = now, .expires = now + lifetime
	};
	struct refresh refresh = { .generation = generation };
	struct str access, next;
	struct buf *out;

	snprintf(claims.user, sizeof(claims.user), "%s", user_id);
	snprintf(claims.session, sizeof(claims.session), "%s", session);
	snprintf(refresh.session, sizeof(refresh.session), "%s", session);
	access = jwt_sign(rq->arena, &claims);
	next = refresh_make(rq->arena, refresh_key, &refresh);
	set_cookie(rq, "jwt", "/", access, idle);
	set_cookie(rq, "refresh", REFRESH_PATH, next, idle);

	out = answer_json(rq, rq->route->status != 0 ? rq->route->status :
	    200);
	begin_body(out, user);
	if (!quiet) {
		buf_text(out, "\"accessToken\":");
		buf_json(out, access.p, access.n);
		buf_text(out, ",\"refreshToken\":");
		buf_json(out, next.p, next.n);
		buf_char(out, ',');
	}
	buf_printf(out, "\"expiresIn\":%lld}", (long long)lifetime);
	return (ERR_OK);
}
