/* SPDX-License-Identifier: ISC */
/*
 * The answer beside what it tells of: stored in the transaction that did the
 * work, which has been sent but not committed.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"

#define HEADERS_MAX	16384

static const char *
headers_json(const struct req *rq)
{
	const struct answer *answer = &rq->answer;
	struct buf out;

	buf_init(&out, rq->arena, HEADERS_MAX);
	buf_char(&out, '{');
	if (answer->type != NULL)
		buf_printf(&out, "\"Content-Type\":\"%s\"", answer->type);
	for (size_t i = 0; i < answer->header_count; i++) {
		buf_printf(&out, "%s\"%s\":", out.len > 1 ? "," : "",
		    answer->headers[i].name);
		buf_json(&out, answer->headers[i].value,
		    strlen(answer->headers[i].value));
	}
	buf_char(&out, '}');
	return (out.failed ? "{}" : out.data);
}

enum err
keeper_store(struct req *rq)
{
	struct app *app = rq->app;
	const char *values[] = {
		app->kept_as, arena_printf(rq->arena, "%d", rq->answer.status),
		headers_json(rq), rq->answer.body.data
	};
	enum err err;

	/* What cannot be told must not be done. */
	if (rq->answer.body.failed) {
		db_void(app->db);
		return (req_fail_cause(rq, ERR_DATABASE_ERROR,
		    "the answer is larger than the buffer"));
	}
	db_add(app->db, app->keeper->store, values);
	err = db_commit(app->db);
	app->kept = err == ERR_OK;
	return (err == ERR_OK ? ERR_OK : req_fail(rq, err, NULL));
}

bool
keeper_is_done(const struct req *rq)
{
	return (strcmp(db_last_error(rq->app->db)->sqlstate,
	    rq->app->keeper->done) == 0);
}
