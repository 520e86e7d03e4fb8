/* SPDX-License-Identifier: ISC */
/*
 * Many rows into a table, at constant memory.
 *
 * COPY cannot run in a pipeline, so the trip becomes a block: BEGIN goes in front
 * of it, what was added is sent, the pipeline is left for the COPY and entered
 * again, and db_commit() ends the block with what was added since.
 *
 *	db_begin(db, arena, deadline);
 *	db_block(db);
 *	… db_add() …
 *	err = db_copy_in(db, Q_NOTES_COPY);
 *	… copy_texts(), db_copy_put() …
 *	err = db_copy_end(db);
 *	… db_add() …
 *	err = db_commit(db);
 */
#ifndef BUREAU_COPY_H
#define BUREAU_COPY_H

#include "db.h"

/* First in a trip. */
void		 db_block(struct db *db);
/* id: a query COPY … FROM STDIN.  Rows of what was added before can be read. */
enum err	 db_copy_in(struct db *db, enum query_id id);
/* Lines in PostgreSQL's text format; gone to the server when this returns. */
enum err	 db_copy_put(struct db *db, const void *data, size_t len);
enum err	 db_copy_end(struct db *db);

/* Writers of such lines: an array of texts as a column. */
struct str;
void		 copy_texts(struct buf *out, const struct str *texts,
		    unsigned count);

#endif
