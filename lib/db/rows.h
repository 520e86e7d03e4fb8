/* SPDX-License-Identifier: ISC */
/*
 * The rows behind struct db_rows; for db.c and copy.c alone.
 */
#ifndef BUREAU_ROWS_H
#define BUREAU_ROWS_H

#include <libpq-fe.h>

struct arena;
struct db_rows;

struct db_rows	*rows_new(struct arena *arena);
/* The result is cleared when the arena is reset. */
void		 rows_keep(struct db_rows *rows, PGresult *result);
/* The result stays the caller's; NULL takes it away again. */
void		 rows_lend(struct db_rows *rows, PGresult *result);
/* "users_email_key" of table users is the field email; NULL when unknown. */
const char	*rows_constraint_field(struct arena *arena,
		    const char *constraint, const char *table);

#endif
