/* SPDX-License-Identifier: ISC */
/*
 * The inside of prefork.h, shared by the files that keep children alive:
 * prefork.c tends them, pool_roll.c swaps generations, pool_tell.c looks on.
 *
 * A pool has seats: twice its count where it rolls, so that a new generation can
 * sit beside the old one.  A seat is empty, waits for the moment its child may
 * start (again), runs, or is ending.
 */
#ifndef BUREAU_POOL_H
#define BUREAU_POOL_H

#include <signal.h>

#include "prefork.h"

enum seat_state { SEAT_EMPTY, SEAT_WAITING, SEAT_RUNNING, SEAT_ENDING };

struct seat {
	enum seat_state	state;
	pid_t		pid;		/* when running or ending */
	uint64_t	generation;
	int64_t		started;	/* us, when_mono() */
	int64_t		start_at;	/* when waiting */
	int64_t		kill_at;	/* INT64_MAX unless it is to be killed */
	uint64_t	answered;	/* requests of its slot at its start */
	unsigned	failures;	/* short lives in a row */
	unsigned	slot;
};

struct pool {
	struct pool_spec spec;
	struct seat	*seats;
	unsigned	 seat_count;
	uint64_t	 generation;	/* of children started from now on */
	bool		 rolling;	/* until none of an older one is left */
};

struct prefork {
	struct board	*board;
	int		 board_fd;
	int		 signal_fd;
	sigset_t	 old_mask;
	struct pool	*pools;
	int		 pool_count;
	unsigned	 slots_used;
	uint64_t	 generation;
	int64_t		 drain;		/* of the roll under way, us */
	bool		 roll_again;
	bool		 stop_asked;
	bool		 reload_asked;
	int		 stopping;	/* stages from this one up end; -1 none */
};

/* Give empty seats a child each, to be started at the next turn. */
void	pool_fill(struct pool *pool, unsigned wanted);
/* Ask the seat's child to end, and kill it then; a waiting one never starts. */
void	pool_ask_to_stop(struct pool *pool, struct seat *seat, int64_t kill_at);
/* Its child has said that it is ready; without a board, it runs. */
bool	pool_is_ready(const struct prefork *prefork, const struct pool *pool,
	    const struct seat *seat);
/* Move a pool that rolls as far as it can. */
void	pool_tend_roll(struct prefork *prefork, struct pool *pool);

#endif
