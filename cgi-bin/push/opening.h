/* SPDX-License-Identifier: ISC */
/*
 * A request on its way from open.c, which asks the database about it, through what
 * its route finds out (routes.c), to what it becomes (entrance.c).  It occupies a
 * place, with an arena of its own, until it is answered or is a stream or a poll.
 */
#ifndef BUREAU_OPENING_H
#define BUREAU_OPENING_H

#include "front.h"
#include "push.h"
#include "req.h"

#define WAIT_MOST	60		/* seconds a poll may wait */

struct arena;
struct buf;
struct conn;
struct db_rows;

enum what { OPEN_STREAM, OPEN_POLL, OPEN_PRESENCE };

struct opening {
	struct opening	*next;		/* of the free ones */
	struct push	*push;
	struct conn	*conn;		/* NULL: it is closed meanwhile */
	struct arena	*arena;
	struct req	 rq;
	struct front_caller who;
	uint64_t	 then;		/* the clock of followers */
	/* What its route found out. */
	enum what	 what;
	bool		 has_cursor;
	char		 epoch[16];	/* of the cursor; "": of no history of ours */
	int64_t		 seq;
};

/* The headers of its answer. */
void	opening_head(struct opening *o, struct buf *head);
/* Send them, and a body behind them where there is one. */
void	opening_send(struct opening *o, struct buf *head,
	    const struct buf *body);
/* The whole answer; the place is free again. */
void	opening_answer(struct opening *o, enum err err);
void	opening_vacate(struct opening *o);
/* Who it is is known: let it in, or say why not. */
void	opening_let_in(struct opening *o, const struct db_rows *rows);

#endif
