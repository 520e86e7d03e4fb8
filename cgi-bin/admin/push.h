/* SPDX-License-Identifier: ISC */
/*
 * How push is, as far as the board tells.
 */
#ifndef BUREAU_ADMIN_PUSH_H
#define BUREAU_ADMIN_PUSH_H

#include <stdbool.h>
#include <stdint.h>

struct board;
struct buf;
struct db_rows;
struct tallies;

/* For /health; rows: of push_waiting, NULL where the database is away.  True: what
 * happens is told in time, or is not to be told here. */
bool	push_health(struct buf *out, const struct board *board,
	    const struct db_rows *rows);
/* For /metrics. */
void	push_metrics(struct buf *out, const struct tallies *all);

#endif
