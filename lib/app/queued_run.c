/* SPDX-License-Identifier: ISC */
/*
 * A worker asks to have a queued request run.  It names the row by a variable that
 * no HTTP client can set, for what clients send is called HTTP_…; a web server
 * always says whose connection it is, a worker never does.
 *
 * The variables are made as they were when the request came, and it takes its
 * way through the stages once more: whether the caller may is asked afresh.  The
 * answer is stored with the work.  To the worker it is a receipt: below 500,
 * the row has its answer; else it is to call again.
 */
#include "inner.h"

#include <stddef.h>
#include <string.h>

#include "arena.h"
#include "check.h"

#define CALL		"BUREAU_REQUEST"
#define VARIABLES_MAX	16

/* Variables, and the columns they were kept in. */
static const struct {
	const char	*name, *column;
} variables[] = {
	{ "REQUEST_METHOD", "method" }, { "SCRIPT_NAME", "path" },
	{ "QUERY_STRING", "query" }, { "CONTENT_TYPE", "type" },
	{ "CONTENT_LENGTH", "length" }, { "REMOTE_ADDR", "address" },
	{ "HTTP_USER_AGENT", "agent" }, { "HTTP_HOST", "host" },
	{ "HTTPS", "https" },
};

bool
queued_is_call(const struct req *rq)
{
	return (req_header(rq, CALL).p != NULL &&
	    req_header(rq, "REMOTE_ADDR").p == NULL);
}

static char *const *
make_env(struct req *rq, const struct db_rows *row)
{
	char **env = arena_array(rq->arena, COUNT_OF(variables) +
	    VARIABLES_MAX + 1, sizeof(*env));
	struct str rest = str_of(db_text(row, 0, "variables")), line;
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(variables); i++) {
		const char *value = db_text(row, 0, variables[i].column);

		if (value != NULL)
			env[n++] = arena_printf(rq->arena, "%s=%s",
			    variables[i].name, value);
	}
	while (n < COUNT_OF(variables) + VARIABLES_MAX &&
	    str_split(&rest, '\n', &line))
		env[n++] = arena_memdup(rq->arena, line.p, line.n);
	return (env);
}

/* It was done before, by a run whose end the worker did not see. */
static enum err
done_before(struct req *rq)
{
	answer_clear(rq);
	rq->err = ERR_OK;
	rq->app->kept = true;
	return (answer_nothing(rq));
}

static const struct keeper by_id = {
	.store = Q_REQUEST_STORE, .done = "U0003", .replay = done_before
};

static enum err
load(struct req *rq, const char *id, struct db_rows **row)
{
	struct app *app = rq->app;
	enum err err;

	db_begin(app->db, rq->arena, app->deadline);
	*row = db_add(app->db, Q_REQUEST_LOAD, &id);
	err = db_commit(app->db);
	if (err != ERR_OK)
		return (req_fail_cause(rq, err,
		    db_last_error(app->db)->message));
	if (db_count(*row) == 0)
		return (req_fail(rq, ERR_RESOURCE_DELETED,
		    "No request of this id waits here for its answer."));
	return (ERR_OK);
}

enum err
queued_open(struct req *rq)
{
	struct app *app = rq->app;
	struct str named = req_header(rq, CALL);
	const char *id = arena_memdup(rq->arena, named.p, named.n);
	struct db_rows *row;
	enum err err;

	/* Push has no requests to run, nor a connection to look them up by. */
	if (!text_is_uuid(named) || app->db == NULL)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	if ((err = load(rq, id, &row)) != ERR_OK)
		return (err);
	app->queued = app->kept_as = id;
	app->keeper = &by_id;
	err = req_open(rq, rq->arena, make_env(rq, row));
	rq->app = app;
	ASSERT(strlen(id) < sizeof(rq->id));
	memcpy(rq->id, id, strlen(id) + 1);
	rq->body = str_of(db_text(row, 0, "body"));
	app->identity = (struct identity){
		.user = db_text(row, 0, "user_id"),
		.session = db_text(row, 0, "session_id"),
		.token = db_text(row, 0, "token")
	};
	return (err);
}

enum err
queued_close(struct req *rq)
{
	struct app *app = rq->app;
	enum err err;

	if (app->queued == NULL || app->kept || rq->answer.status >= 500)
		return (ERR_OK);
	db_begin(app->db, rq->arena, app->deadline);
	/* As nobody: whoever it was may be the one who is refused. */
	trip_authorize(rq, "public", true);
	app->authorized = NULL;
	err = keeper_store(rq);
	return (err == ERR_OK || keeper_is_done(rq) ? ERR_OK : err);
}
