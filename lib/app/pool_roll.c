/* SPDX-License-Identifier: ISC */
/*
 * Rolling: a new generation of children beside the old one on the same socket,
 * which is asked to stop when the new one is ready.  Nobody is refused
 * meanwhile, because one of them always accepts.
 */
#include "pool.h"

#include "board.h"
#include "log.h"
#include "when.h"

#define ROLL_FAILURES	3		/* of a new child, until it is given up */

/* What a roll has come to, for one pool. */
struct roll_count {
	unsigned	old;		/* children of older generations left */
	unsigned	ready;		/* new ones that may take over */
	bool		failing;	/* a new one keeps dying */
};

static struct roll_count
roll_look(const struct prefork *prefork, const struct pool *pool)
{
	struct roll_count count = { 0 };

	for (unsigned i = 0; i < pool->seat_count; i++) {
		const struct seat *seat = &pool->seats[i];

		if (seat->state == SEAT_EMPTY)
			continue;
		if (seat->generation != pool->generation) {
			count.old++;
			continue;
		}
		count.ready += pool_is_ready(prefork, pool, seat);
		count.failing |= seat->failures >= ROLL_FAILURES;
	}
	return (count);
}

/* Ask the children of the pool's generation, or all others, to stop. */
static void
end_generation(struct pool *pool, bool others, int64_t drain)
{
	int64_t kill_at = when_mono() + drain;

	for (unsigned i = 0; i < pool->seat_count; i++)
		if ((pool->seats[i].generation != pool->generation) == others)
			pool_ask_to_stop(pool, &pool->seats[i], kill_at);
}

/* Back to the old generation, and to its full number. */
static void
roll_give_up(struct prefork *prefork, struct pool *pool)
{
	unsigned running = 0;

	log_event(LOG_ERROR, "roll.failed", "pool", pool->spec.name, "why",
	    "the new children do not start; the old ones stay", NULL);
	end_generation(pool, false, prefork->drain);
	pool->generation--;
	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool->seats[i].state == SEAT_RUNNING) {
			pool->seats[i].generation = pool->generation;
			running++;
		}
	if (running < pool->spec.count)
		pool_fill(pool, pool->spec.count - running);
	pool->rolling = false;
}

void
pool_tend_roll(struct prefork *prefork, struct pool *pool)
{
	struct roll_count count = roll_look(prefork, pool);

	if (count.failing && count.old > 0)
		roll_give_up(prefork, pool);
	else if (count.old == 0)
		pool->rolling = false;
	else if (count.ready >= pool->spec.count)
		end_generation(pool, true, prefork->drain);
}

/* Put a pool's new generation on the seats that are empty. */
static void
roll_begin(struct pool *pool, uint64_t generation)
{
	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool->seats[i].state == SEAT_WAITING)
			pool->seats[i].state = SEAT_EMPTY;
	pool->generation = generation;
	pool->rolling = true;
	pool_fill(pool, pool->spec.count);
}

void
prefork_roll(struct prefork *prefork, int64_t drain_us)
{
	prefork->drain = drain_us;
	if (prefork_rolling(prefork)) {
		prefork->roll_again = true;
		return;
	}
	prefork->generation++;
	for (int i = 0; i < prefork->pool_count; i++)
		if (prefork->pools[i].spec.rolls)
			roll_begin(&prefork->pools[i], prefork->generation);
}

bool
prefork_rolling(const struct prefork *prefork)
{
	for (int i = 0; i < prefork->pool_count; i++)
		if (prefork->pools[i].rolling)
			return (true);
	return (false);
}
