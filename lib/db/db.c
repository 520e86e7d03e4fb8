/* SPDX-License-Identifier: ISC */
/*
 * Trips over libpq's pipeline mode.
 *
 * libpq never waits here without a deadline: the connection is non-blocking
 * and every wait is a poll() of ours, because statement_timeout covers neither
 * a COMMIT that waits for a standby nor a network that drops packets.
 *
 * A connection that misbehaves is closed, never mended: what was prepared is
 * forgotten and the next trip connects again.
 */
#include "db.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "arena.h"
#include "bell.h"
#include "check.h"
#include "connect.h"
#include "log.h"
#include "rows.h"
#include "sqlstate.h"
#include "when.h"

#define STEPS_MAX	64		/* statements of a trip, Parse counted */
#define TEXTS_MAX	128		/* composed statements kept prepared */
#define PAUSE_US	250000		/* after a connect that failed */
#define LEFT_WORK	"U0002"		/* what job_bell() says */
#define LEFT_EVENTS	"U0004"		/* what event_bell() says */

/* What an answer is awaited for. */
struct step {
	struct db_rows	*rows;		/* NULL: a Parse */
	bool		*prepared;	/* set when the Parse succeeded */
};

/* A composed statement: prepared as "t<index>". */
struct text {
	char		*sql;
	bool		 prepared;
};

struct db {
	const char	*role;
	PGconn		*conn;			/* NULL: not connected */
	int64_t		 not_before;		/* no connect until then */

	bool		 prepared[Q_COUNT];
	struct text	 texts[TEXTS_MAX];
	unsigned	 text_count;

	struct arena	*arena;			/* of the trip */
	int64_t		 deadline;
	struct step	 steps[STEPS_MAX];
	unsigned	 step_count;
	bool		 is_open;		/* sent something, no Sync yet */
	bool		 sync_sent;
	bool		 wait_cancelled;	/* a standby did not confirm */
	bool		 left_work;		/* for those who wait for the bell */
	bool		 left_events;		/* for push */
	enum err	 err;			/* of this trip */
	struct db_error	 error;
	struct db_stats	 stats;
};

struct db *
db_new(const char *role)
{
	struct db *db = calloc(1, sizeof(*db));

	ASSERT(db != NULL);
	db->role = role;
	return (db);
}

static void
disconnect(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	memset(db->prepared, 0, sizeof(db->prepared));
	for (unsigned i = 0; i < db->text_count; i++) {
		free(db->texts[i].sql);
		db->texts[i] = (struct text){ NULL, false };
	}
	db->text_count = 0;
}

void
db_free(struct db **db)
{
	if (*db == NULL)
		return;
	disconnect(*db);
	free(*db);
	*db = NULL;
}

/* --- failing ---------------------------------------------------------------- */

/* The first error of a trip counts; what follows it is its echo. */
static void
trip_failed(struct db *db, enum err err, const char *message)
{
	if (db->err != ERR_OK)
		return;
	db->err = err;
	db->error.message = arena_strdup(db->arena, message);
}

static void
connection_lost(struct db *db, enum err err, const char *message)
{
	bool after_sync = db->sync_sent;

	if (after_sync)
		db->err = ERR_OK;	/* whatever was told, this matters more */
	trip_failed(db, err, message);
	db->error.unknown = after_sync;
	db->error.retry = !after_sync && err != ERR_TIMEOUT;
	log_event(LOG_WARN, "db.lost", "cause", message, NULL);
	disconnect(db);
	db->step_count = 0;
	db->is_open = db->sync_sent = false;
}

static void
statement_failed(struct db *db, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *detail = PQresultErrorField(result,
	    PG_DIAG_MESSAGE_DETAIL);
	const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	const char *message = PQresultErrorField(result,
	    PG_DIAG_MESSAGE_PRIMARY);

	if (db->err != ERR_OK)
		return;
	if (state == NULL)
		state = "";
	trip_failed(db, sqlstate_err(state),
	    message != NULL ? message : PQresultErrorMessage(result));
	snprintf(db->error.sqlstate, sizeof(db->error.sqlstate), "%s", state);
	db->error.retry = sqlstate_is_retryable(state);
	/* Only what our own functions say is meant for a client. */
	if (state[0] == 'U' && detail != NULL)
		db->error.detail = arena_strdup(db->arena, detail);
	if (state[0] == 'U' && hint != NULL)
		db->error.field = arena_strdup(db->arena, hint);
	else if (strncmp(state, "23", 2) == 0)
		db->error.field = rows_constraint_field(db->arena,
		    PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME),
		    PQresultErrorField(result, PG_DIAG_TABLE_NAME));
	/* A plan made before a migration: a new connection makes a new one. */
	if (strcmp(state, "0A000") == 0)
		db->error.retry = true;
}

/* --- connecting --------------------------------------------------------------- */

static void
on_notice(void *cls, const PGresult *result)
{
	struct db *db = cls;
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (text == NULL)
		return;
	if (state != NULL && strcmp(state, LEFT_WORK) == 0) {
		db->left_work = true;
		return;
	}
	if (state != NULL && strcmp(state, LEFT_EVENTS) == 0) {
		db->left_events = true;
		return;
	}
	/* PostgreSQL calls this a warning and the COMMIT a success, although
	 * no standby has the data. */
	if (strstr(text, "synchronous replication") != NULL)
		db->wait_cancelled = true;
	log_event(LOG_WARN, "db.notice", "text", text, NULL);
}

static bool
ensure_connected(struct db *db)
{
	int64_t now = when_mono();

	if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
		return (true);
	disconnect(db);
	if (now < db->not_before) {
		trip_failed(db, ERR_CONNECTION_ERROR,
		    "the last connect failed a moment ago");
		return (false);
	}
	db->conn = connect_now(db->role);
	if (PQstatus(db->conn) != CONNECTION_OK ||
	    PQsetnonblocking(db->conn, 1) != 0 ||
	    PQenterPipelineMode(db->conn) != 1) {
		trip_failed(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
		/* Spread out, so that children do not knock in step. */
		db->not_before = when_mono() + PAUSE_US / 2 +
		    random() % PAUSE_US;
		disconnect(db);
		return (false);
	}
	PQsetNoticeReceiver(db->conn, on_notice, db);
	db->stats.connects++;
	return (true);
}

/* --- sending ------------------------------------------------------------------- */

void
db_begin(struct db *db, struct arena *arena, int64_t deadline)
{
	ASSERT(!db->is_open);
	db->arena = arena;
	db->deadline = deadline;
	db->step_count = 0;
	db->err = ERR_OK;
	db->sync_sent = db->wait_cancelled = db->left_work =
	    db->left_events = false;
	memset(&db->error, 0, sizeof(db->error));
}

static void
await(struct db *db, struct db_rows *rows, bool *prepared)
{
	ASSERT(db->step_count < STEPS_MAX);
	db->steps[db->step_count++] = (struct step){ rows, prepared };
	db->is_open = true;
}

static struct db_rows *
send_statement(struct db *db, const char *name, const char *sql,
    bool *prepared, const char *const *values, unsigned count)
{
	struct db_rows *rows = rows_new(db->arena);

	if (db->err != ERR_OK || !ensure_connected(db))
		return (rows);
	if (!*prepared) {
		if (PQsendPrepare(db->conn, name, sql, (int)count, NULL) != 1) {
			connection_lost(db, ERR_CONNECTION_ERROR,
			    PQerrorMessage(db->conn));
			return (rows);
		}
		await(db, NULL, prepared);
		*prepared = true;	/* until its answer says otherwise */
	}
	if (PQsendQueryPrepared(db->conn, name, (int)count, values, NULL, NULL,
	    0) != 1) {
		connection_lost(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
		return (rows);
	}
	await(db, rows, NULL);
	return (rows);
}

struct db_rows *
db_add(struct db *db, enum query_id id, const char *const *values)
{
	const struct query *q = &queries[id];

	ASSERT(id > Q_NONE && id < Q_COUNT);
	return (send_statement(db, q->name, q->sql, &db->prepared[id], values,
	    q->param_count));
}

struct db_rows *
db_add_text(struct db *db, const char *sql, const char *const *values,
    unsigned count, bool for_values)
{
	char name[16];
	unsigned i;

	/* First of all: connecting anew forgets the texts. */
	if (db->err != ERR_OK || !ensure_connected(db))
		return (rows_new(db->arena));
	for (i = 0; i < db->text_count && !for_values; i++)
		if (strcmp(db->texts[i].sql, sql) == 0)
			break;
	if (i == TEXTS_MAX || for_values) {
		/* Rare shapes, too, take turns in the unnamed statement. */
		bool never = false;

		return (send_statement(db, "", sql, &never, values, count));
	}
	if (i == db->text_count) {
		db->texts[i].sql = strdup(sql);
		ASSERT(db->texts[i].sql != NULL);
		db->text_count++;
	}
	snprintf(name, sizeof(name), "t%u", i);
	return (send_statement(db, name, sql, &db->texts[i].prepared, values,
	    count));
}

/* --- waiting --------------------------------------------------------------------- */

/* Wait until a result can be taken without blocking. */
static bool
wait_ready(struct db *db)
{
	for (;;) {
		int flushed = PQflush(db->conn);
		int64_t left;
		struct pollfd fd = { .fd = PQsocket(db->conn),
		    .events = POLLIN };

		if (flushed < 0)
			break;
		if (flushed == 0 && !PQisBusy(db->conn))
			return (true);
		left = db->deadline - when_mono();
		if (left <= 0) {
			connection_lost(db, ERR_TIMEOUT,
			    "the database did not answer in time");
			return (false);
		}
		if (flushed > 0)
			fd.events |= POLLOUT;
		if (poll(&fd, 1, (int)(left / 1000) + 1) > 0 &&
		    PQconsumeInput(db->conn) != 1)
			break;
	}
	connection_lost(db, ERR_CONNECTION_ERROR, PQerrorMessage(db->conn));
	return (false);
}

/* Take the answer of one step and the NULL behind it. */
static bool
take_step(struct db *db, struct step *step)
{
	PGresult *result;
	bool ok = false;

	while (wait_ready(db) && (result = PQgetResult(db->conn)) != NULL) {
		switch (PQresultStatus(result)) {
		case PGRES_TUPLES_OK:
		case PGRES_COMMAND_OK:
			ok = true;
			break;
		case PGRES_PIPELINE_ABORTED:
			break;
		default:
			statement_failed(db, result);
			break;
		}
		if (step->rows != NULL)
			rows_keep(step->rows, result);
		else
			PQclear(result);
	}
	if (db->conn == NULL)
		return (false);
	if (step->prepared != NULL)
		*step->prepared = ok;
	if (PQstatus(db->conn) != CONNECTION_OK) {
		connection_lost(db, ERR_CONNECTION_ERROR,
		    db->error.message != NULL ? db->error.message :
		    PQerrorMessage(db->conn));
		return (false);
	}
	return (true);
}

static bool
take_steps(struct db *db)
{
	for (unsigned i = 0; i < db->step_count; i++)
		if (!take_step(db, &db->steps[i]))
			return (false);
	db->step_count = 0;
	return (true);
}

/* The Sync's own answer: the transaction has ended, well or not. */
static bool
take_sync(struct db *db)
{
	unsigned nothing = 0;

	while (wait_ready(db)) {
		PGresult *result = PQgetResult(db->conn);
		ExecStatusType status = PQresultStatus(result);

		if (result == NULL && ++nothing > 2) {
			connection_lost(db, ERR_CONNECTION_ERROR,
			    "the pipeline lost its place");
			return (false);
		}
		if (status == PGRES_FATAL_ERROR && result != NULL)
			statement_failed(db, result);
		PQclear(result);
		if (PQstatus(db->conn) != CONNECTION_OK) {
			connection_lost(db, ERR_CONNECTION_ERROR,
			    PQerrorMessage(db->conn));
			return (false);
		}
		if (result != NULL && status == PGRES_PIPELINE_SYNC)
			return (true);
	}
	return (false);
}

enum err
db_flush(struct db *db)
{
	if (db->conn == NULL || !db->is_open)
		return (db->err);
	db->stats.trips++;
	if (PQsendFlushRequest(db->conn) != 1)
		connection_lost(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
	else
		(void)take_steps(db);
	return (db->err);
}

enum err
db_commit(struct db *db)
{
	if (db->conn == NULL || !db->is_open)
		return (db->err);
	db->stats.trips++;
	if (PQpipelineSync(db->conn) != 1) {
		connection_lost(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
		return (db->err);
	}
	db->sync_sent = true;
	if (take_steps(db) && take_sync(db)) {
		db->is_open = db->sync_sent = false;
		if (db->wait_cancelled) {
			trip_failed(db, ERR_TRANSACTION_FAILED,
			    "no standby confirmed the transaction");
			db->error.unknown = true;
		}
		if (strcmp(db->error.sqlstate, "0A000") == 0)
			disconnect(db);
		if (db->err == ERR_OK && db->left_work)
			bell_ring();
		if (db->err == ERR_OK && db->left_events)
			bell_ring_push();
	}
	return (db->err);
}

void
db_void(struct db *db)
{
	static const char *const zero[] = { "0" };

	/* A transaction without an error needs one; the Sync rolls back. */
	if (db->err == ERR_OK)
		db_add(db, Q_VOID, zero);
	(void)db_commit(db);
}

bool
db_is_idle(const struct db *db)
{
	return (!db->is_open);
}

const struct db_error *
db_last_error(const struct db *db)
{
	return (&db->error);
}

const struct db_stats *
db_stats(const struct db *db)
{
	return (&db->stats);
}
