/* SPDX-License-Identifier: ISC */
/*
 * Events on their way in: from the tables into the ring, in the order of `stream`.
 *
 * It is listened first and read then, and looked without being told as well, so a
 * NOTIFY that is lost costs half a second.  Events that change who may see what make
 * followers and groups stale before they, or any event behind them, are in the ring.
 */
#ifndef BUREAU_FEED_H
#define BUREAU_FEED_H

#include "push.h"
#include "ring.h"

struct async_hooks;

struct feed	*feed_new(void);
void		 feed_free(struct feed **feed);
/* Of the connection `feeding`. */
struct async_hooks feed_hooks(struct push *push);

/* There is something behind this place. */
void		 feed_poke(struct push *push);
void		 feed_turn(struct push *push);
int64_t		 feed_wake(const struct push *push);

/* Whether it is known where the stream stands; nobody is let in before. */
bool		 feed_is_ready(const struct push *push);
const char	*feed_epoch(const struct push *push);
/* When all that had been committed was in the ring; 0: never. */
int64_t		 feed_caught_up(const struct push *push);

/* A row of push_page as an entry. */
struct entry	*feed_entry(struct push *push, const struct db_rows *rows,
		    unsigned row);

#endif
