/* SPDX-License-Identifier: ISC */
/*
 * A connection to PostgreSQL that never waits, for a process with an event loop.
 *
 * It connects by itself, again and again, and tells when it is up or lost.  What
 * is asked goes out at once, each query a transaction of its own, and is answered
 * in order; also when the connection is lost, so that whoever asked always hears.
 * Nothing is asked twice.
 *
 *	struct pollfd fd = { async_fd(a), async_events(a) };
 *	poll(&fd, 1, until async_wake(a)) … async_turn(a);
 *
 * The descriptor may change at any turn.  Functions that are called may ask more,
 * but not free the connection.
 */
#ifndef BUREAU_ASYNC_H
#define BUREAU_ASYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "db.h"

#define ASYNC_ASKS_MAX	1024	/* unanswered at once */

struct async;

/* rows: as long as the call; NULL when err is not ERR_OK. */
typedef void async_answer(void *cls, enum err err,
    const struct db_error *error, const struct db_rows *rows);

struct async_hooks {
	void	(*up)(void *cls);
	void	(*down)(void *cls);	/* everybody who waited has been told */
	/* NOTIFY; NULL where nothing is listened to. */
	void	(*told)(void *cls, const char *channel, const char *payload);
	void	*cls;
};

/* role: as of db_new(); options: "-c name=value …" of this connection. */
struct async	*async_new(const char *role, const char *options,
		    const struct async_hooks *hooks);
/* Who waits for an answer hears no more. */
void		 async_free(struct async **async);

bool		 async_is_up(const struct async *async);
/* Questions without an answer yet. */
unsigned	 async_pending(const struct async *async);
/* As db_add().  False: it is not up, or too much is pending; answer is not
 * called then. */
bool		 async_ask(struct async *async, enum query_id id,
		    const char *const *values, async_answer *answer, void *cls);

int		 async_fd(const struct async *async);	/* -1: none now */
short		 async_events(const struct async *async);	/* of poll() */
int64_t		 async_wake(const struct async *async);	/* when_mono() */
void		 async_turn(struct async *async);

#endif
