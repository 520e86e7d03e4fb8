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
#include "link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bell.h"
#include "check.h"
#include "conf.h"
#include "log.h"
#include "rows.h"
#include "sqlstate.h"
#include "when.h"

struct db *
db_new(const char *role)
{
	struct db *db = calloc(1, sizeof(*db));

	ASSERT(db != NULL);
	db->role = role;
	return (db);
}

void
db_free(struct db **db)
{
	if (*db == NULL)
		return;
	link_close(*db);
	free(*db);
	*db = NULL;
}

/* --- sending ------------------------------------------------------------------- */

void
db_deadline(struct db *db, int64_t deadline)
{
	db->deadline = deadline;
}

void
db_writes(struct db *db)
{
	db->is_write = true;
}

void
db_begin(struct db *db, struct arena *arena, int64_t deadline)
{
	ASSERT(db_is_idle(db));
	db->arena = arena;
	db->deadline = deadline;
	db->step_count = 0;
	db->err = ERR_OK;
	db->sync_sent = db->wait_cancelled = db->left_work =
	    db->is_write = false;
	memset(&db->error, 0, sizeof(db->error));
}

static void
await(struct db *db, struct db_rows *rows, bool *prepared)
{
	ASSERT(db->step_count < STEPS_MAX);
	db->steps[db->step_count++] = (struct step){ rows, prepared, NULL,
	    NULL };
	db->is_open = true;
}

static struct db_rows *
send_statement(struct db *db, const char *name, const char *sql,
    bool *prepared, const char *const *values, unsigned count)
{
	struct db_rows *rows = rows_new(db->arena);

	if (db->err != ERR_OK || !link_ensure(db))
		return (rows);
	if (!*prepared) {
		if (PQsendPrepare(db->conn, name, sql, (int)count, NULL) != 1) {
			link_lost(db, ERR_CONNECTION_ERROR,
			    PQerrorMessage(db->conn));
			return (rows);
		}
		await(db, NULL, prepared);
		*prepared = true;	/* until its answer says otherwise */
	}
	if (PQsendQueryPrepared(db->conn, name, (int)count, values, NULL, NULL,
	    0) != 1) {
		link_lost(db, ERR_CONNECTION_ERROR,
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
	if (db->err != ERR_OK || !link_ensure(db))
		return (rows_new(db->arena));
	for (i = 0; i < db->text_count && !for_values; i++)
		if (strcmp(db->texts[i].sql, sql) == 0)
			break;
	if (i == TEXTS_MAX || for_values) {
		/* Rare shapes, too, take turns in the unnamed statement. */
		db->never = false;
		return (send_statement(db, "", sql, &db->never, values,
		    count));
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

void
db_each(struct db *db, db_row *take, void *cls)
{
	if (db->step_count == 0)
		return;		/* nothing could be sent */
	db->steps[db->step_count - 1].each = take;
	db->steps[db->step_count - 1].cls = cls;
}

/* --- waiting --------------------------------------------------------------------- */

bool
link_wait(struct db *db)
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
			link_lost(db, ERR_TIMEOUT,
			    "the database did not answer in time");
			return (false);
		}
		if (flushed > 0)
			fd.events |= POLLOUT;
		if (poll(&fd, 1, (int)(left / 1000) + 1) > 0 &&
		    PQconsumeInput(db->conn) != 1)
			break;
	}
	link_lost(db, ERR_CONNECTION_ERROR, PQerrorMessage(db->conn));
	return (false);
}

/* For the length of a call, and no more of it is kept than this one. */
static void
lend_row(const struct step *step, PGresult *result)
{
	ASSERT(step->each != NULL);
	rows_lend(step->rows, result);
	step->each(step->cls, step->rows);
	rows_lend(step->rows, NULL);
	PQclear(result);
}

/* Take the answer of one step and the NULL behind it. */
static bool
take_step(struct db *db, struct step *step)
{
	PGresult *result;
	bool ok = false;

	if (step->each != NULL)
		(void)PQsetSingleRowMode(db->conn);
	while (link_wait(db) && (result = PQgetResult(db->conn)) != NULL) {
		switch (PQresultStatus(result)) {
		case PGRES_SINGLE_TUPLE:
			lend_row(step, result);
			continue;
		case PGRES_TUPLES_OK:
			ok = true;
			if (step->each == NULL)
				break;
			lend_row(step, result);	/* the end: none */
			continue;
		case PGRES_COMMAND_OK:
			ok = true;
			break;
		case PGRES_PIPELINE_ABORTED:
			break;
		default:
			link_refused(db, result);
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
		link_lost(db, ERR_CONNECTION_ERROR,
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

	while (link_wait(db)) {
		PGresult *result = PQgetResult(db->conn);
		ExecStatusType status = PQresultStatus(result);

		if (result == NULL && ++nothing > 2) {
			link_lost(db, ERR_CONNECTION_ERROR,
			    "the pipeline lost its place");
			return (false);
		}
		if (status == PGRES_FATAL_ERROR && result != NULL)
			link_refused(db, result);
		PQclear(result);
		if (PQstatus(db->conn) != CONNECTION_OK) {
			link_lost(db, ERR_CONNECTION_ERROR,
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
		link_lost(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
	else
		(void)take_steps(db);
	return (db->err);
}

bool
link_sync(struct db *db)
{
	db->stats.trips++;
	if (PQpipelineSync(db->conn) != 1) {
		link_lost(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
		return (false);
	}
	if (!take_steps(db) || !take_sync(db))
		return (false);
	db->is_open = false;
	return (true);
}

enum err
db_commit(struct db *db)
{
	if (db->in_block && db->conn != NULL)
		(void)db_add(db, Q_COMMIT, NULL);
	if (db->conn == NULL || !db->is_open)
		return (db->err);
	db->sync_sent = true;
	if (link_sync(db)) {
		db->sync_sent = false;
		link_rollback(db);
		if (db->wait_cancelled) {
			link_failed(db, ERR_TRANSACTION_FAILED,
			    "no standby confirmed the transaction");
			db->error.unknown = true;
		}
		if (strcmp(db->error.sqlstate, "0A000") == 0)
			link_close(db);
		if (db->err == ERR_OK && db->left_work)
			bell_ring();
		if (db->err == ERR_OK && db->is_write)
			bell_ring_push();
	}
	return (db->err);
}

void
db_void(struct db *db)
{
	static const char *const zero[] = { "0" };

	if (db->in_block) {
		link_stop_copy(db);
		if (db->is_open)
			(void)link_sync(db);
		link_rollback(db);
		return;
	}
	/* A transaction without an error needs one; the Sync rolls back. */
	if (db->err == ERR_OK)
		db_add(db, Q_VOID, zero);
	(void)db_commit(db);
}

bool
db_is_idle(const struct db *db)
{
	return (!db->is_open && !db->in_block);
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
