/* SPDX-License-Identifier: ISC */
/*
 * Idempotency-Key: the same request twice has one effect and one answer.
 *
 * The claim stands in the transaction before the work.  It raises where the
 * key is taken (409), belongs to another request (422), or is done already:
 * then everything behind it is void and the stored answer is read.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "hash.h"

#define KEY_MAX		255
#define KNOWN		"U0001"		/* raised for a key that is done */

enum err
idempotency_find(struct req *rq)
{
	struct str key = req_header(rq, "HTTP_IDEMPOTENCY_KEY");

	rq->app->key = NULL;
	if (key.n == 0 || rq->method != POST)
		return (ERR_OK);
	if (rq->route->secret)
		return (req_fail(rq, ERR_INVALID_INPUT, "This request cannot "
		    "have an Idempotency-Key: its answer holds a secret."));
	if (key.n > KEY_MAX || !text_is_utf8(key) || !text_is_clean(key, true))
		return (req_fail(rq, ERR_INVALID_INPUT, "The Idempotency-Key "
		    "is longer than 255 bytes or not one line of text."));
	rq->app->key = key.p;
	return (ERR_OK);
}

/* The same key with another path or body is another request. */
static const char *
fingerprint(struct req *rq)
{
	struct buf all;

	buf_init(&all, rq->arena, rq->body.n + rq->path.n + rq->query.n + 64);
	buf_printf(&all, "%s ", method_names[rq->method]);
	buf_add(&all, rq->path.p, rq->path.n);
	buf_char(&all, '?');
	buf_add(&all, rq->query.p, rq->query.n);
	buf_char(&all, '\n');
	buf_add(&all, rq->body.p, rq->body.n);
	return (hash_bytea(rq->arena, (struct str){ all.data, all.len }));
}

void
idempotency_claim(struct req *rq)
{
	const char *values[] = { rq->app->key, fingerprint(rq) };

	db_add(rq->app->db, Q_IDEMPOTENCY_CLAIM, values);
}

enum err
idempotency_store(struct req *rq)
{
	struct app *app = rq->app;
	const struct answer *answer = &rq->answer;
	const char *status = arena_printf(rq->arena, "%d", answer->status);
	struct buf headers;
	enum err err;

	buf_init(&headers, rq->arena, 16384);
	buf_char(&headers, '{');
	if (answer->type != NULL)
		buf_printf(&headers, "\"Content-Type\":\"%s\"", answer->type);
	for (size_t i = 0; i < answer->header_count; i++) {
		buf_printf(&headers, "%s\"%s\":", headers.len > 1 ? "," : "",
		    answer->headers[i].name);
		buf_json(&headers, answer->headers[i].value,
		    strlen(answer->headers[i].value));
	}
	buf_char(&headers, '}');
	db_add(app->db, Q_IDEMPOTENCY_STORE, (const char *const[]){ app->key,
	    status, headers.data, answer->body.data });
	err = db_commit(app->db);
	return (err == ERR_OK ? ERR_OK : req_fail(rq, err, NULL));
}

bool
idempotency_is_known(struct req *rq)
{
	return (strcmp(db_last_error(rq->app->db)->sqlstate, KNOWN) == 0);
}
