/* SPDX-License-Identifier: ISC */
/*
 * The transaction around a handler: authorise, do, COMMIT in one round trip.
 *
 * Under an Idempotency-Key there are two trips: what the handler asks is
 * flushed but not committed, then its answer is stored and both commit.
 */
#include "inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "log.h"
#include "when.h"

#define TRIES_MAX 4

/* --- binding ------------------------------------------------------------------ */

static bool
row_has_param(const struct req *rq, const char *name)
{
	const struct param *p = rq->route->params;

	for (; p != NULL && p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return (true);
	return (false);
}

static const char *
bind_one(struct req *rq, const struct query *query, const char *name)
{
	size_t n = strlen(name);
	const struct value *value;

	if (strcmp(name, "ifVersion") == 0)
		return (rq->if_version);
	if (name[n - 1] == '?') {
		const char *bare = arena_memdup(rq->arena, name, n - 1);

		return (values_find(&rq->values, bare) != NULL ? "t" : "f");
	}
	value = values_find(&rq->values, name);
	if (value != NULL)
		return (value->text);
	if (!row_has_param(rq, name)) {
		log_event(LOG_ERROR, "query.unbound", "query", query->name,
		    "parameter", name, NULL);
		PANIC("a query has a parameter that its route does not");
	}
	return (NULL);
}

void
trip_bind(struct req *rq, const struct query *query, const char **values)
{
	for (unsigned i = 0; i < query->param_count; i++)
		values[i] = bind_one(rq, query, query->params[i]);
}

static const char *
pair_find(va_list pairs, const char *name, bool *found)
{
	const char *key, *value = NULL;

	*found = false;
	while (!*found && (key = va_arg(pairs, const char *)) != NULL) {
		value = va_arg(pairs, const char *);
		*found = strcmp(key, name) == 0;
	}
	return (value);
}

struct db_rows *
req_query(struct req *rq, enum query_id id, ...)
{
	const struct query *query = &queries[id];
	const char **values = arena_array(rq->arena, query->param_count + 1,
	    sizeof(*values));

	for (unsigned i = 0; i < query->param_count; i++) {
		va_list pairs;
		bool found;

		va_start(pairs, id);
		values[i] = pair_find(pairs, query->params[i], &found);
		va_end(pairs);
		if (!found)
			values[i] = bind_one(rq, query, query->params[i]);
	}
	if (rq->app->authorized == NULL)
		trip_open(rq);
	return (db_add(rq->app->db, id, values));
}

/* --- the transaction ------------------------------------------------------------- */

static void
add_authorize(struct req *rq, const char *need, bool write)
{
	struct app *app = rq->app;
	const struct identity *who = &app->identity;
	const char *values[] = {
		who->user, who->session, who->token, need, write ? "t" : "f",
		rq->id, rq->address[0] != '\0' ? rq->address : NULL, rq->agent
	};

	app->authorized = db_add(app->db, Q_AUTHORIZE, values);
}

void
trip_open(struct req *rq)
{
	struct app *app = rq->app;

	if (!app->flushed) {
		db_begin(app->db, rq->arena, app->deadline);
		add_authorize(rq, perm_rows[rq->route->need].name,
		    rq->route->tx == TX_WRITE);
		if (app->key != NULL)
			idempotency_claim(rq);
	}
}

/* Copy what authorize() said; it stands in the first row of every trip. */
static void
take_caller(struct req *rq)
{
	const struct db_rows *who = rq->app->authorized;

	rq->caller.user = db_text(who, 0, "user_id");
	rq->caller.session = db_text(who, 0, "session_id");
	rq->caller.permissions = db_text(who, 0, "permissions");
	rq->cursor = db_text(who, 0, "cursor");
}

/* What the database said, as an error of the request. */
static enum err
trip_error(struct req *rq, enum err err)
{
	const struct db_error *error = db_last_error(rq->app->db);

	if (err == ERR_INVALID_FORMAT && error->field == NULL)
		req_fail(rq, err, "A value has the wrong form.");
	else if (error->field != NULL)
		req_fail_field(rq, err, error->field, error->detail != NULL ?
		    error->detail : err_rows[err].sentence);
	else
		req_fail(rq, err, error->detail);
	rq->cause = arena_printf(rq->arena, "%s %s", error->sqlstate,
	    error->message != NULL ? error->message : "");
	return (err);
}

enum err
req_results(struct req *rq)
{
	struct app *app = rq->app;
	enum err err;

	if (app->authorized == NULL && !app->flushed)
		trip_open(rq);
	err = app->key != NULL ? db_flush(app->db) : db_commit(app->db);
	if (err != ERR_OK)
		return (trip_error(rq, err));
	if (app->authorized != NULL)
		take_caller(rq);
	app->authorized = NULL;
	app->flushed = app->key != NULL;
	return (ERR_OK);
}

/* --- when it fails ------------------------------------------------------------------ */

/* COMMIT was sent and its answer lost: ask whether it took place. */
static bool
was_committed(struct req *rq)
{
	struct app *app = rq->app;
	const char *values[] = { rq->id };
	struct db_rows *rows;

	db_begin(app->db, rq->arena, app->deadline);
	add_authorize(rq, "public", true);
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
	if (!was_committed(rq))
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
	add_authorize(rq, "public", true);
	app->authorized = NULL;
	db_add(app->db, Q_DENIED, values);
	if (db_commit(app->db) != ERR_OK)
		log_event(LOG_ERROR, "audit.denial.lost", "cause",
		    db_last_error(app->db)->message, NULL);
}

/* --- running ---------------------------------------------------------------------------- */

static enum err
run_row(struct req *rq)
{
	if (rq->route->run != NULL)
		return (rq->route->run(rq));
	return (rq->route->list != Q_NONE ? listing_run(rq) :
	    answer_query(rq, rq->route->query));
}

static enum err
attempt(struct req *rq)
{
	struct app *app = rq->app;
	enum err err;

	app->authorized = NULL;
	app->flushed = false;
	answer_clear(rq);
	rq->err = ERR_OK;
	rq->detail = rq->cause = rq->current = NULL;
	rq->errors.count = 0;
	err = run_row(rq);
	if (err == ERR_OK && app->flushed)
		return (idempotency_store(rq));
	/* Whoever asks and says all is well has waited for the answer. */
	ASSERT(err != ERR_OK || db_is_idle(app->db));
	if (!db_is_idle(app->db))
		db_void(app->db);
	return (err);
}

enum err
trip_run(struct req *rq)
{
	struct app *app = rq->app;
	enum err err = attempt(rq);

	for (int tries = 1; err != ERR_OK; tries++) {
		if (app->key != NULL && idempotency_is_known(rq))
			return (idempotency_replay(rq));
		if (tries == TRIES_MAX || when_mono() > app->deadline ||
		    !may_try_again(rq))
			break;
		board_count(app->board, BOARD_RETRIES, 1);
		err = attempt(rq);
	}
	if (err != ERR_OK)
		record_denial(rq, err);
	return (err);
}
