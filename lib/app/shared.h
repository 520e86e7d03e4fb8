/* SPDX-License-Identifier: ISC */
/*
 * The bytes of the board, for board.c and board_limit.c alone.
 */
#ifndef BUREAU_SHARED_H
#define BUREAU_SHARED_H

#include <stdatomic.h>

#include "board.h"
#include "siphash.h"

#define BOARD_MAGIC	0x6272616f42757242	/* the first bytes of every board */
#define BOARD_LAYOUT	2		/* count it up when a struct below changes */

#define BOARD_CELLS	65536		/* of the rate limits; a power of two */

typedef _Atomic uint64_t counter;

struct shared_route {
	char		label[BOARD_LABEL];
	counter		status[4];
	counter		sum_us;
	counter		buckets[BOARD_BUCKETS];
};

struct shared_error {
	counter		code;
	counter		count;
};

struct shared_slot {
	char			service[BOARD_NAME];
	counter			pid;		/* 0: no child has it */
	counter			started;
	counter			generation;
	counter			state;		/* enum board_state */
	counter			busy_since;	/* us of when_mono(), 0 when idle */
	counter			slow;		/* 1: at what may take long */
	counter			counters[BOARD_COUNTERS];
	counter			gauges[BOARD_GAUGES];
	counter			lag_sum_us;
	counter			lag[BOARD_BUCKETS];
	counter			errors_used;
	counter			routes_used;
	struct shared_error	errors[BOARD_ERRORS];
	struct shared_route	routes[BOARD_ROUTES];
};

struct shared {
	uint64_t		magic;
	uint32_t		layout;
	uint32_t		size;		/* of this struct */
	int64_t			since;		/* when it was made, ms */
	int64_t			since_mono;	/* the limits' zero of time, us */
	uint8_t			key[SIPHASH_KEY];
	counter			cells[BOARD_CELLS];
	struct shared_slot	slots[BOARD_SLOTS];
};

struct board {
	struct shared		*mem;
	struct shared_slot	*slot;		/* the caller's own */
};

static inline uint64_t
board_get(const counter *c)
{
	return (atomic_load_explicit(c, memory_order_acquire));
}

static inline void
board_put(counter *c, uint64_t value)
{
	atomic_store_explicit(c, value, memory_order_release);
}

static inline void
board_add(counter *c, uint64_t n)
{
	atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

#endif
