/* SPDX-License-Identifier: ISC */
/*
 * One connection to PostgreSQL and its trips.
 *
 * A trip queues statements (db_add), sends them in one pipeline and waits for
 * all answers (db_commit).  The pipeline is one implicit transaction: an error
 * in any statement voids the rest and nothing is written.  db_flush() waits
 * without committing; what is added then belongs to the same transaction.
 *
 *	db_begin(db, arena, deadline);
 *	note = db_add(db, Q_NOTE_GET, values);
 *	err = db_commit(db);
 *	if (err == ERR_OK && db_count(note) == 1) …
 *
 * A commit that put jobs in rings the workers' bell (bell.h), whoever asked for it;
 * that of a trip which was said to write rings push's.
 *
 * Statements are prepared on first use, in the same trip.  Results live until
 * the arena is reset.
 */
#ifndef BUREAU_DB_H
#define BUREAU_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "query.h"

struct arena;
struct buf;
struct db;
struct db_rows;

/* What went wrong in the last trip, for the log and for the client. */
struct db_error {
	char		 sqlstate[6];	/* "" when the server said none */
	const char	*message;	/* private */
	const char	*detail;	/* may be shown; NULL for most */
	const char	*field;		/* the field at fault, if known */
	bool		 retry;		/* nothing was written; may be tried again */
	bool		 unknown;	/* COMMIT was sent, its answer is lost */
};

/* Counts since the process began. */
struct db_stats {
	uint64_t	 trips, connects;
};

/* One row of many, gone when this returns. */
typedef void	 db_row(void *cls, const struct db_rows *row);

/* role: "bureau_auth"; connects at the first trip. */
struct db	*db_new(const char *role);
void		 db_free(struct db **db);

/* deadline: when_mono() by which every wait of the trip ends. */
void		 db_begin(struct db *db, struct arena *arena, int64_t deadline);
/* Of the trip that has begun: it may leave events. */
void		 db_writes(struct db *db);
/* One value a parameter of the query, in its order; NULL is null. */
struct db_rows	*db_add(struct db *db, enum query_id id,
		    const char *const *values);
/* A statement composed at run time (list.h); it is prepared under its text, or
 * planned for these very values: what it finds differs too much with them. */
struct db_rows	*db_add_text(struct db *db, const char *sql,
		    const char *const *values, unsigned count,
		    bool for_values);
/* Of the statement added last: hands its rows to take() one at a time, while
 * the trip waits, and keeps none; at their end there is a call without a row.
 * They may be many; the rest of the trip can still fail. */
void		 db_each(struct db *db, db_row *take, void *cls);
enum err	 db_flush(struct db *db);
enum err	 db_commit(struct db *db);
/* Wait longer, or less long: what follows a step forward. */
void		 db_deadline(struct db *db, int64_t deadline);
/* Void what was flushed and end the trip. */
void		 db_void(struct db *db);
/* Nothing is queued or open. */
bool		 db_is_idle(const struct db *db);

const struct db_error	*db_last_error(const struct db *db);
const struct db_stats	*db_stats(const struct db *db);

/* Rows of a statement whose trip succeeded. */
unsigned	 db_count(const struct db_rows *rows);
const char	*db_text(const struct db_rows *rows, unsigned row,
		    const char *column);	/* NULL: null or no such column */
/* A row as a JSON object; columns beginning with _ are left out. */
void		 db_json(const struct db_rows *rows, unsigned row,
		    struct buf *out);
/* As lines of CSV: the names of the columns, and a row; an array is joined by ;. */
void		 db_csv_head(const struct db_rows *rows, struct buf *out);
void		 db_csv(const struct db_rows *rows, unsigned row,
		    struct buf *out);

#endif
