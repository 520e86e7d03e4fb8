/* SPDX-License-Identifier: ISC */
/*
 * Idempotency-Key: the same request twice has one effect and one answer.
 *
 * The claim stands in the transaction before the work.  It raises where the
 * key is taken (409), belongs to another request (422), or is done already:
 * then everything behind it is void and the stored answer is read.
 *
 * Of a request that is queued (queued.c), that is the answer that says so: the
 * key is claimed when it is accepted, and spent when it is run.
 */
#include "inner.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "hash.h"

#define KEY_MAX		255

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

static void
claim(struct req *rq)
{
	const char *values[] = { rq->app->kept_as, fingerprint(rq) };

	db_add(rq->app->db, Q_IDEMPOTENCY_CLAIM, values);
}

static void
copy_header(struct req *rq, const struct db_rows *stored, const char *column,
    const char *name)
{
	const char *value = db_text(stored, 0, column);

	if (value != NULL)
		answer_header(rq, name, value);
}

/* A key that is done: the stored answer, authorised afresh. */
static enum err
replay(struct req *rq)
{
	struct app *app = rq->app;
	struct db_rows *stored;
	enum err err;

	app->keeper = NULL;
	app->authorized = NULL;
	app->flushed = false;
	answer_clear(rq);
	stored = req_query(rq, Q_IDEMPOTENCY_READ, "key", app->kept_as, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	if (db_count(stored) == 0)
		return (req_fail(rq, ERR_RESOURCE_CONFLICT,
		    "The Idempotency-Key has just expired; try again."));
	rq->err = ERR_OK;
	rq->answer.status = (int)strtol(db_text(stored, 0, "status"), NULL, 10);
	rq->answer.type = db_text(stored, 0, "type");
	buf_text(&rq->answer.body, db_text(stored, 0, "body"));
	copy_header(rq, stored, "etag", "ETag");
	copy_header(rq, stored, "location", "Location");
	copy_header(rq, stored, "applied", "Preference-Applied");
	answer_header(rq, "Idempotent-Replayed", "true");
	return (ERR_OK);
}

static const struct keeper by_key = {
	.claim = claim, .store = Q_IDEMPOTENCY_STORE, .done = "U0001",
	.replay = replay
};

enum err
idempotency_find(struct req *rq)
{
	struct str key = req_header(rq, "HTTP_IDEMPOTENCY_KEY");

	if (key.n == 0 || rq->method != POST || rq->app->queued != NULL)
		return (ERR_OK);
	if (rq->route->secret)
		return (req_fail(rq, ERR_INVALID_INPUT, "This request cannot "
		    "have an Idempotency-Key: its answer holds a secret."));
	if (key.n > KEY_MAX || !text_is_utf8(key) || !text_is_clean(key, true))
		return (req_fail(rq, ERR_INVALID_INPUT, "The Idempotency-Key "
		    "is longer than 255 bytes or not one line of text."));
	rq->app->keeper = &by_key;
	rq->app->kept_as = key.p;
	return (ERR_OK);
}
