/* SPDX-License-Identifier: ISC */
/*
 * libpq in pipeline mode, a Sync behind each question.  Answers come in the order
 * of the questions, so a ring of who asked is all there is to know.
 *
 * As in db.c, a connection that misbehaves is closed and never mended.
 */
#include "async.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "arena.h"
#include "check.h"
#include "connect.h"
#include "log.h"
#include "rows.h"
#include "sqlstate.h"
#include "when.h"

#define PAUSE_US	INT64_C(250000)		/* after a connect that failed */
#define CONNECT_US	INT64_C(9000000)	/* for all hosts together */
#define ANSWER_US	INT64_C(15000000)	/* for the oldest question */
#define ARENA_LIMIT	(64 * 1024 * 1024)
#define NULLS_MAX	3	/* between two answers, of a connection that is well */

enum state { DOWN, CONNECTING, UP };

struct ask {
	enum query_id	 id;
	bool		 preparing;	/* its Parse has not been answered */
	async_answer	*answer;	/* may be NULL */
	void		*cls;
	int64_t		 deadline;
};

struct async {
	const char		*role, *options;
	struct async_hooks	 hooks;
	PGconn			*conn;
	enum state		 state;
	PostgresPollingStatusType wants;	/* while connecting */
	bool			 unsent;	/* libpq holds what the socket did not take */
	int64_t			 until;		/* of this state */
	bool			 prepared[Q_COUNT];
	struct ask		 asks[ASYNC_ASKS_MAX];
	unsigned		 first, count;

	/* Of the question at the front. */
	struct arena		*arena;
	struct db_rows		*rows;
	enum err		 err;
	struct db_error		 error;
};

struct async *
async_new(const char *role, const char *options,
    const struct async_hooks *hooks)
{
	struct async *async = calloc(1, sizeof(*async));

	ASSERT(async != NULL);
	async->role = role;
	async->options = options;
	async->hooks = *hooks;
	async->arena = arena_new(ARENA_PLAIN, ARENA_LIMIT);
	return (async);
}

void
async_free(struct async **async)
{
	if (*async == NULL)
		return;
	PQfinish((*async)->conn);
	arena_free(&(*async)->arena);
	free(*async);
	*async = NULL;
}

bool
async_is_up(const struct async *async)
{
	return (async->state == UP);
}

unsigned
async_pending(const struct async *async)
{
	return (async->count);
}

/* --- answers ------------------------------------------------------------------------- */

static struct ask *
front(struct async *async)
{
	return (&async->asks[async->first]);
}

/* Tell who asked; the next question is at the front then. */
static void
tell(struct async *async)
{
	struct ask ask = *front(async);

	async->first = (async->first + 1) % ASYNC_ASKS_MAX;
	async->count--;
	if (ask.answer != NULL)
		ask.answer(ask.cls, async->err, &async->error,
		    async->err == ERR_OK ? async->rows : NULL);
	arena_reset(async->arena);
	async->rows = NULL;
	async->err = ERR_OK;
	memset(&async->error, 0, sizeof(async->error));
}

static void
lost(struct async *async, const char *why)
{
	bool was_up = async->state == UP;
	unsigned waiting = async->count;

	log_event(LOG_WARN, "db.lost", "cause", why, NULL);
	PQfinish(async->conn);
	async->conn = NULL;
	async->state = DOWN;
	/* Spread out, so that processes do not knock in step. */
	async->until = when_mono() + PAUSE_US / 2 + random() % PAUSE_US;
	async->unsent = false;
	memset(async->prepared, 0, sizeof(async->prepared));
	while (waiting-- > 0) {
		async->err = ERR_CONNECTION_ERROR;
		tell(async);
	}
	if (was_up)
		async->hooks.down(async->hooks.cls);
}

static void
statement_failed(struct async *async, const PGresult *result)
{
	if (async->err != ERR_OK)
		return;
	async->err = sqlstate_read(async->arena, result, &async->error);
	if (async->error.sqlstate[0] != 'U')
		log_event(LOG_WARN, "db.failed", "cause",
		    async->error.message, NULL);
}

static void
take_rows(struct async *async, PGresult *result)
{
	async->rows = rows_new(async->arena);
	rows_keep(async->rows, result);
}

/* One result of the question at the front. */
static void
take(struct async *async, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	struct ask *ask = front(async);
	bool well = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;

	ASSERT(async->count > 0);
	if (status == PGRES_PIPELINE_SYNC) {
		PQclear(result);
		tell(async);
		return;
	}
	if (!well && status != PGRES_PIPELINE_ABORTED)
		statement_failed(async, result);
	if (ask->preparing) {
		ask->preparing = false;
		async->prepared[ask->id] = well;
		PQclear(result);
	} else if (well) {
		take_rows(async, result);
	} else {
		PQclear(result);
	}
}

static void
take_notifies(struct async *async)
{
	PGnotify *notify;

	while (async->conn != NULL &&
	    (notify = PQnotifies(async->conn)) != NULL) {
		if (async->hooks.told != NULL)
			async->hooks.told(async->hooks.cls, notify->relname,
			    notify->extra);
		PQfreemem(notify);
	}
}

static void
take_all(struct async *async)
{
	unsigned nulls = 0;

	while (async->conn != NULL && async->count > 0 && nulls < NULLS_MAX &&
	    !PQisBusy(async->conn)) {
		PGresult *result = PQgetResult(async->conn);

		nulls = result == NULL ? nulls + 1 : 0;
		if (result != NULL)
			take(async, result);
	}
}

/* --- asking --------------------------------------------------------------------------- */

static void
flush(struct async *async)
{
	int left = PQflush(async->conn);

	if (left < 0)
		lost(async, PQerrorMessage(async->conn));
	else
		async->unsent = left > 0;
}

/* What was sent is one transaction. */
static bool
ask_sent(struct async *async, const struct ask *ask)
{
	if (PQpipelineSync(async->conn) != 1)
		return (false);
	async->asks[(async->first + async->count++) % ASYNC_ASKS_MAX] = *ask;
	/* What fails is found out when its answer is awaited. */
	async->unsent = PQflush(async->conn) > 0;
	return (true);
}

static bool
may_ask(const struct async *async)
{
	return (async->state == UP && async->count < ASYNC_ASKS_MAX);
}

bool
async_ask(struct async *async, enum query_id id, const char *const *values,
    async_answer *answer, void *cls)
{
	const struct query *q = &queries[id];
	struct ask ask = { id, !async->prepared[id], answer, cls,
	    when_mono() + ANSWER_US };

	ASSERT(id > Q_NONE && id < Q_COUNT);
	if (!may_ask(async))
		return (false);
	/* What fails here is found out at the next turn. */
	if (ask.preparing && PQsendPrepare(async->conn, q->name, q->sql,
	    (int)q->param_count, NULL) != 1)
		return (false);
	async->prepared[id] = true;
	return (PQsendQueryPrepared(async->conn, q->name, (int)q->param_count,
	    values, NULL, NULL, 0) == 1 && ask_sent(async, &ask));
}

/* --- turning -------------------------------------------------------------------------- */

static void
on_notice(void *cls, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	(void)cls;
	/* What our own functions say is meant for the bell. */
	if (state == NULL || state[0] != 'U')
		log_event(LOG_WARN, "db.notice", "text",
		    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

static void
begin(struct async *async)
{
	async->conn = connect_begin(async->role, async->options);
	ASSERT(async->conn != NULL);
	PQsetNoticeReceiver(async->conn, on_notice, NULL);
	async->state = CONNECTING;
	async->wants = PGRES_POLLING_WRITING;
	async->until = when_mono() + CONNECT_US;
	if (PQstatus(async->conn) == CONNECTION_BAD)
		lost(async, PQerrorMessage(async->conn));
}

static void
go_on_connecting(struct async *async)
{
	struct pollfd fd = { .fd = PQsocket(async->conn),
	    .events = async_events(async) };

	/* Only what is ready may be polled for. */
	if (poll(&fd, 1, 0) <= 0)
		return;
	async->wants = PQconnectPoll(async->conn);
	if (async->wants == PGRES_POLLING_FAILED) {
		lost(async, PQerrorMessage(async->conn));
		return;
	}
	if (async->wants != PGRES_POLLING_OK)
		return;
	if (PQsetnonblocking(async->conn, 1) != 0 ||
	    PQenterPipelineMode(async->conn) != 1) {
		lost(async, PQerrorMessage(async->conn));
		return;
	}
	async->state = UP;
	async->hooks.up(async->hooks.cls);
}

static void
go_on(struct async *async)
{
	if (PQconsumeInput(async->conn) != 1 ||
	    PQstatus(async->conn) != CONNECTION_OK) {
		/* The answers that came before it was lost. */
		take_all(async);
		if (async->conn != NULL)
			lost(async, PQerrorMessage(async->conn));
		return;
	}
	take_all(async);
	take_notifies(async);
	if (async->conn != NULL && async->unsent)
		flush(async);
}

void
async_turn(struct async *async)
{
	int64_t now = when_mono();

	if (async->state == DOWN && now >= async->until)
		begin(async);
	if (async->state == CONNECTING && now >= async->until)
		lost(async, "the database did not answer in time");
	if (async->state == CONNECTING)
		go_on_connecting(async);
	if (async->state == UP && async->count > 0 &&
	    now >= front(async)->deadline)
		lost(async, "the database did not answer in time");
	if (async->state == UP)
		go_on(async);
}

int
async_fd(const struct async *async)
{
	return (async->conn == NULL ? -1 : PQsocket(async->conn));
}

short
async_events(const struct async *async)
{
	if (async->state == CONNECTING)
		return ((short)(async->wants == PGRES_POLLING_READING ?
		    POLLIN : POLLOUT));
	return ((short)(async->unsent ? POLLIN | POLLOUT : POLLIN));
}

int64_t
async_wake(const struct async *async)
{
	if (async->state != UP)
		return (async->until);
	/* Found broken by what was asked: no descriptor tells of it any more. */
	if (PQstatus(async->conn) != CONNECTION_OK)
		return (0);
	return (async->count > 0 ? async->asks[async->first].deadline :
	    INT64_MAX);
}
