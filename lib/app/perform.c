/* SPDX-License-Identifier: ISC */
/*
 * Runs a request in its transaction, again where nothing was written and another
 * try may succeed, and tells refusals to the audit log.
 */
#include "inner.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "log.h"
#include "when.h"

#define TRIES_MAX 4

/* --- when it fails ------------------------------------------------------------------ */

/* COMMIT was sent and its answer lost: ask whether it took place. */
static bool
was_committed(struct req *rq)
{
	struct app *app = rq->app;
	const char *values[] = { rq->id };
	struct db_rows *rows;

	db_begin(app->db, rq->arena, app->deadline);
	trip_authorize(rq, "public", true);
	rows = db_add(app->db, Q_REQUEST_COMMITTED, values);
	app->authorized = NULL;
	/* Not known is not committed only where the answer says so. */
	return (db_commit(app->db) != ERR_OK ||
	    strcmp(db_text(rows, 0, "done"), "t") == 0);
}

static bool
may_try_again(struct req *rq)
{
	const struct db_error *error = db_last_error(rq->app->db);

	if (!error->unknown)
		return (error->retry);
	if (rq->route->tx == TX_READ)
		return (true);
	/* A keeper will say, once the old transaction is over. */
	if (!was_committed(rq) || rq->app->keeper != NULL || rq->app->later)
		return (true);
	req_fail(rq, ERR_TRANSACTION_FAILED, "It may have been stored, but the "
	    "answer was lost. Look before you try again.");
	return (false);
}

/* A refusal is told in the audit log, in a transaction of its own. */
static void
record_denial(struct req *rq, enum err err)
{
	struct app *app = rq->app;
	char label[128], code[16];
	const char *values[] = { app->identity.user, label, code };

	if (err != ERR_INSUFFICIENT_PERMISSIONS && err != ERR_ACCOUNT_REVOKED)
		return;
	route_label(rq->route, label, sizeof(label));
	snprintf(code, sizeof(code), "%d", err_rows[err].code);
	db_begin(app->db, rq->arena, app->deadline);
	/* Whoever still has access is the actor of the row, too. */
	trip_authorize(rq, "public", true);
	app->authorized = NULL;
	db_add(app->db, Q_DENIED, values);
	if (db_commit(app->db) != ERR_OK)
		log_event(LOG_ERROR, "audit.denial.lost", "cause",
		    db_last_error(app->db)->message, NULL);
}

/* --- running ---------------------------------------------------------------------------- */

enum err
perform_row(struct req *rq)
{
	if (rq->route->run != NULL)
		return (rq->route->run(rq));
	return (rq->route->list != Q_NONE ? listing_run(rq) :
	    answer_query(rq, rq->route->query));
}

static enum err
attempt(struct req *rq, route_run *run)
{
	struct app *app = rq->app;
	enum err err;

	app->authorized = NULL;
	app->flushed = false;
	answer_clear(rq);
	rq->err = ERR_OK;
	rq->detail = rq->cause = rq->current = NULL;
	rq->errors.count = 0;
	/* What the last request's trip said is over. */
	db_begin(app->db, rq->arena, app->deadline);
	err = run(rq);
	if (err == ERR_OK && app->flushed)
		return (app->keeper != NULL ? keeper_store(rq) :
		    trip_commit(rq));
	/* Whoever asks and says all is well has waited for the answer. */
	ASSERT(err != ERR_OK || db_is_idle(app->db));
	if (!db_is_idle(app->db))
		db_void(app->db);
	return (err);
}

enum err
perform(struct req *rq, route_run *run)
{
	struct app *app = rq->app;
	enum err err = attempt(rq, run);

	for (int tries = 1; err != ERR_OK; tries++) {
		if (app->keeper != NULL && keeper_is_done(rq))
			return (app->keeper->replay(rq));
		if (tries == TRIES_MAX || when_mono() > app->deadline ||
		    app->sent || rq->route->upload ||
		    !may_try_again(rq))
			break;
		board_count(app->board, BOARD_RETRIES, 1);
		err = attempt(rq, run);
	}
	if (err != ERR_OK)
		record_denial(rq, err);
	return (err);
}
