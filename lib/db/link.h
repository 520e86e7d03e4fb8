/* SPDX-License-Identifier: ISC */
/*
 * A connection from inside; for link.c, db.c and copy.c alone.
 */
#ifndef BUREAU_LINK_H
#define BUREAU_LINK_H

#include <libpq-fe.h>

#include "db.h"

#define STEPS_MAX	64		/* statements of a trip, Parse counted */
#define TEXTS_MAX	128		/* composed statements kept prepared */

/* What an answer is awaited for. */
struct step {
	struct db_rows	*rows;		/* NULL: a Parse */
	bool		*prepared;	/* set when the Parse succeeded */
	db_row		*each;		/* takes its rows, one by one; or NULL */
	void		*cls;
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
	bool		 never;			/* the unnamed one is prepared */

	struct arena	*arena;			/* of the trip */
	int64_t		 deadline;
	struct step	 steps[STEPS_MAX];
	unsigned	 step_count;
	bool		 is_open;		/* sent something, no Sync yet */
	bool		 in_block;		/* a transaction that outlives a Sync */
	bool		 is_copying;		/* outside the pipeline */
	bool		 sync_sent;		/* the one that commits */
	bool		 wait_cancelled;	/* a standby did not confirm */
	bool		 left_work;		/* for those who wait for the bell */
	bool		 is_write;		/* so that it may leave events */
	enum err	 err;			/* of this trip */
	struct db_error	 error;
	struct db_stats	 stats;
};

/* False, and the trip has failed, when there is none to be had. */
bool	link_ensure(struct db *db);
/* What was prepared is forgotten. */
void	link_close(struct db *db);
/* The first error of a trip counts; what follows it is its echo. */
void	link_failed(struct db *db, enum err err, const char *message);
/* It misbehaves: the trip has failed, and it is closed. */
void	link_lost(struct db *db, enum err err, const char *message);
/* The server says no. */
void	link_refused(struct db *db, const PGresult *result);
/* Until a result can be taken without blocking. */
bool	link_wait(struct db *db);
/* What is in the way of the next statement: a Sync, and all before it. */
bool	link_sync(struct db *db);
/* Undo what a block did, and end it. */
void	link_rollback(struct db *db);
/* Give up a COPY, back into the pipeline. */
void	link_stop_copy(struct db *db);

#endif
