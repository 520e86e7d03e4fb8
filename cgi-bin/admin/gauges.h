/* SPDX-License-Identifier: ISC */
/*
 * What /metrics tells from the database, and goes without when that is away.
 */
#ifndef BUREAU_GAUGES_H
#define BUREAU_GAUGES_H

#include <stdbool.h>

struct buf;
struct db_rows;
struct req;

struct gauges {
	bool		 answers;	/* the database; else there is no more */
	struct db_rows	*queues;
	struct db_rows	*unchained;
};

/* Ask for them, not for long.  That nobody answers is no error of the request. */
void	gauges_ask(struct req *rq, struct gauges *out);
void	gauges_write(struct buf *out, const struct gauges *gauges);

#endif
