/* SPDX-License-Identifier: ISC */
/*
 * Prefer: respond-async.  A write that may be done later is checked as ever, up
 * to its permission, and then kept instead of run: one trip, answered 202.  A
 * worker has it run (queued_run.c) in its turn.
 *
 * Nothing is queued that was not asked for, and nothing that holds a secret.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "prefer.h"

#define VARIABLES_MAX	65536

/* Headers that matter when it is run, beside those that have columns.  Neither
 * identity nor key: the row says who asks, and the key is spent by then. */
static const char *const kept[] = {
	"HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_IF_MATCH",
	"HTTP_IF_NONE_MATCH", "HTTP_PREFER"
};

bool
queued_may(const struct route *route)
{
	/* What is about signing in is never stored, secret or not. */
	return (!method_is_safe(route->method) && route->tx == TX_WRITE &&
	    !route->bare && !route->secret && !route->upload &&
	    !str_starts(str_of(route->path), "/auth/"));
}

enum err
queued_find(struct req *rq)
{
	const struct route *route = rq->route;
	struct str value;

	if (rq->app->queued != NULL || route->tx != TX_WRITE || route->bare ||
	    method_is_safe(rq->method) ||
	    !prefer_find(req_header(rq, "HTTP_PREFER"), "respond-async",
	    &value) || value.n > 0)
		return (ERR_OK);
	if (!queued_may(route))
		return (req_fail(rq, ERR_INVALID_INPUT, route->upload ?
		    "A file cannot be queued; what is done with it is a job "
		    "already. Send it without Prefer: respond-async." :
		    "This request cannot be queued: it may hold a secret, "
		    "which is never stored. Send it without Prefer: "
		    "respond-async."));
	rq->app->later = true;
	return (ERR_OK);
}

/* Text that a column can hold. */
static bool
is_storable(struct str text)
{
	return (text_is_utf8(text) &&
	    (text.n == 0 || memchr(text.p, '\0', text.n) == NULL));
}

static const char *
variables_json(struct req *rq)
{
	const char *comma = "";
	struct buf out;

	buf_init(&out, rq->arena, VARIABLES_MAX);
	buf_char(&out, '{');
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct str value = req_header(rq, kept[i]);

		if (value.p == NULL || !text_is_utf8(value) ||
		    !text_is_clean(value, true))
			continue;
		buf_printf(&out, "%s\"%s\":", comma, kept[i]);
		buf_json(&out, value.p, value.n);
		comma = ",";
	}
	buf_char(&out, '}');
	return (out.failed ? "{}" : out.data);
}

static enum err
answer_accepted(struct req *rq, const char *position)
{
	struct buf *out = answer_json(rq, 202);

	buf_printf(out, "{\"id\":\"%s\",\"state\":\"queued\",\"position\":%s}",
	    rq->id, position);
	answer_headerf(rq, "Location", "%s/requests/%s", API_BASE, rq->id);
	answer_header(rq, "Preference-Applied", "respond-async");
	return (ERR_OK);
}

enum err
queued_accept(struct req *rq)
{
	struct db_rows *rows;
	enum err err;

	if (!is_storable(rq->body) || !is_storable(rq->query) ||
	    !is_storable(rq->type))
		return (req_fail(rq, ERR_INVALID_INPUT, "This request cannot "
		    "be queued: it is not UTF-8 text."));
	rows = req_query(rq, Q_REQUEST_ACCEPT,
	    "method", method_names[rq->method], "path", rq->path.p,
	    "query", rq->query.p, "type", rq->type.p,
	    "variables", variables_json(rq),
	    "body", rq->body.n > 0 ? rq->body.p : "", "host", rq->host,
	    "tls", rq->is_tls ? "t" : "f", NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	return (answer_accepted(rq, db_text(rows, 0, "place")));
}
