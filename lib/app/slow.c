/* SPDX-License-Identifier: ISC */
/*
 * Work that may take long, and answers that go out as they are made.  Both hold a
 * child, so half of the children are the most that are at it.
 */
#include "inner.h"

#include "arena.h"
#include "fcgi.h"

#define AGAIN	"5"		/* seconds, when there are too many */

bool
slow_begin(struct req *rq)
{
	struct app *app = rq->app;

	if (app->is_slow || board_slow_begin(app->board)) {
		app->is_slow = true;
		return (true);
	}
	req_fail(rq, ERR_SERVICE_UNAVAILABLE, "Too much that takes long is "
	    "under way; try again shortly.");
	answer_header(rq, "Retry-After", AGAIN);
	return (false);
}

void
slow_end(struct req *rq)
{
	if (rq->app->is_slow)
		board_slow_end(rq->app->board);
	rq->app->is_slow = false;
}

void
slow_goes_on(struct req *rq)
{
	struct app *app = rq->app;

	app->deadline = request_deadline();
	db_deadline(app->db, app->deadline);
	board_begin(app->board);
}

void
slow_answer(struct req *rq)
{
	struct buf head;

	rq->answer.is_stream = true;
	answer_common(rq);
	buf_init(&head, rq->arena, 65536);
	answer_head(rq, &head);
	rq->app->sent = true;
	fcgi_write(rq->app->transport, head.data, head.len);
}

void
slow_write(struct req *rq, const char *data, size_t len)
{
	if (rq->method != HEAD)
		fcgi_write(rq->app->transport, data, len);
	slow_goes_on(rq);
}
