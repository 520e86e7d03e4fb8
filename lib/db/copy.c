/* SPDX-License-Identifier: ISC */
/*
 * COPY, outside the pipeline.  The connection stays non-blocking and every wait
 * has the trip's deadline, as in db.c; all that is put is flushed before the next
 * is taken, or libpq would hold the whole of it.
 */
#include "copy.h"

#include <poll.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "link.h"
#include "text.h"
#include "when.h"

void
db_block(struct db *db)
{
	ASSERT(db->step_count == 0 && !db->in_block);
	(void)db_add(db, Q_BEGIN, NULL);
	db->in_block = db->conn != NULL;
}

/* After a Sync: a block whose statement failed, or that is given up, is open still. */
void
link_rollback(struct db *db)
{
	enum err err = db->err;
	struct db_error error = db->error;

	if (!db->in_block)
		return;
	db->in_block = false;
	if (db->conn == NULL ||
	    PQtransactionStatus(db->conn) == PQTRANS_IDLE)
		return;
	db->err = ERR_OK;
	(void)db_add(db, Q_ROLLBACK, NULL);
	if (db->conn != NULL)
		(void)link_sync(db);
	if (err != ERR_OK) {
		db->err = err;
		db->error = error;
	}
}

static void
lost(struct db *db)
{
	link_lost(db, ERR_CONNECTION_ERROR, PQerrorMessage(db->conn));
}

/* Everything that libpq holds goes out. */
static bool
flush(struct db *db)
{
	int left;

	while ((left = PQflush(db->conn)) > 0) {
		struct pollfd fd = { .fd = PQsocket(db->conn),
		    .events = POLLIN | POLLOUT };
		int64_t us = db->deadline - when_mono();

		if (us <= 0) {
			link_lost(db, ERR_TIMEOUT,
			    "the database took no more rows in time");
			return (false);
		}
		if (poll(&fd, 1, (int)(us / 1000) + 1) > 0 &&
		    (fd.revents & ~POLLOUT) != 0 &&
		    PQconsumeInput(db->conn) != 1)
			break;
	}
	if (left != 0)
		lost(db);
	return (left == 0);
}

/* All results of the statement outside the pipeline; the first is told. */
static ExecStatusType
take_results(struct db *db)
{
	ExecStatusType first = PGRES_EMPTY_QUERY;
	PGresult *result;

	while (link_wait(db) && (result = PQgetResult(db->conn)) != NULL) {
		ExecStatusType status = PQresultStatus(result);

		if (first == PGRES_EMPTY_QUERY)
			first = status;
		if (status == PGRES_FATAL_ERROR)
			link_refused(db, result);
		PQclear(result);
		/* It goes on saying so until the rows are in. */
		if (status == PGRES_COPY_IN)
			break;
	}
	return (first);
}

static void
enter_pipeline(struct db *db)
{
	if (db->conn != NULL && (PQstatus(db->conn) != CONNECTION_OK ||
	    PQenterPipelineMode(db->conn) != 1))
		lost(db);
}

enum err
db_copy_in(struct db *db, enum query_id id)
{
	if (db->err != ERR_OK || !link_sync(db) || db->err != ERR_OK)
		return (db->err);
	ASSERT(db->in_block);
	if (PQexitPipelineMode(db->conn) != 1 ||
	    PQsendQuery(db->conn, queries[id].sql) != 1) {
		lost(db);
		return (db->err);
	}
	db->is_copying = take_results(db) == PGRES_COPY_IN;
	if (!db->is_copying) {
		link_failed(db, ERR_DATABASE_ERROR, "that was no COPY");
		enter_pipeline(db);
	}
	return (db->err);
}

enum err
db_copy_put(struct db *db, const void *data, size_t len)
{
	ASSERT(len <= INT32_MAX);
	if (db->err != ERR_OK || len == 0)
		return (db->err);
	if (PQputCopyData(db->conn, data, (int)len) != 1)
		lost(db);
	else
		(void)flush(db);
	return (db->err);
}

static void
end_copy(struct db *db, const char *give_up)
{
	db->is_copying = false;
	if (PQputCopyEnd(db->conn, give_up) != 1) {
		lost(db);
		return;
	}
	if (!flush(db))
		return;
	(void)take_results(db);
	enter_pipeline(db);
}

enum err
db_copy_end(struct db *db)
{
	if (db->conn != NULL && db->is_copying)
		end_copy(db, db->err == ERR_OK ? NULL : "given up");
	return (db->err);
}

void
link_stop_copy(struct db *db)
{
	link_failed(db, ERR_TRANSACTION_FAILED, "given up");
	if (db->conn != NULL && db->is_copying)
		end_copy(db, "given up");
}

/* --- lines ------------------------------------------------------------------ */

/* An entry of an array, in its quotes, inside a column of a line: a backslash
 * stands for the array and is doubled for the line. */
static void
add_entry(struct buf *out, struct str text)
{
	size_t from = 0;

	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		const char *as = NULL;

		switch (text.p[i]) {
		case '"': as = "\\\\\""; break;
		case '\\': as = "\\\\\\\\"; break;
		case '\n': as = "\\n"; break;
		case '\r': as = "\\r"; break;
		case '\t': as = "\\t"; break;
		default: continue;
		}
		buf_add(out, text.p + from, i - from);
		buf_text(out, as);
		from = i + 1;
	}
	if (text.n > from)
		buf_add(out, text.p + from, text.n - from);
	buf_char(out, '"');
}

void
copy_texts(struct buf *out, const struct str *texts, unsigned count)
{
	buf_char(out, '{');
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			buf_char(out, ',');
		add_entry(out, texts[i]);
	}
	buf_char(out, '}');
}
