/* SPDX-License-Identifier: ISC */
/*
 * What may be known about the children; nothing here changes them.
 */
#include "pool.h"

#include "board.h"
#include "when.h"

bool
pool_is_ready(const struct prefork *prefork, const struct pool *pool,
    const struct seat *seat)
{
	return (seat->state == SEAT_RUNNING && (!pool->spec.on_board ||
	    board_state(prefork->board, seat->slot) >= BOARD_IDLE));
}

unsigned
prefork_running(const struct prefork *prefork, int number)
{
	const struct pool *pool = &prefork->pools[number];
	unsigned n = 0;

	for (unsigned i = 0; i < pool->seat_count; i++)
		n += pool->seats[i].pid > 0;
	return (n);
}

bool
prefork_ready(const struct prefork *prefork, int number)
{
	const struct pool *pool = &prefork->pools[number];

	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool_is_ready(prefork, pool, &pool->seats[i]))
			return (true);
	return (false);
}

unsigned
prefork_failures(const struct prefork *prefork, int number)
{
	const struct pool *pool = &prefork->pools[number];
	unsigned most = 0;

	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool->seats[i].failures > most)
			most = pool->seats[i].failures;
	return (most);
}

uint64_t
prefork_generation(const struct prefork *prefork)
{
	return (prefork->generation);
}

static bool
find_seat(const struct prefork *prefork, unsigned n, const struct pool **pool_out,
    const struct seat **seat_out)
{
	for (int i = 0; i < prefork->pool_count; i++) {
		const struct pool *pool = &prefork->pools[i];

		for (unsigned k = 0; k < pool->seat_count; k++)
			if (pool->seats[k].state != SEAT_EMPTY && n-- == 0) {
				*pool_out = pool;
				*seat_out = &pool->seats[k];
				return (true);
			}
	}
	return (false);
}

bool
prefork_child(const struct prefork *prefork, unsigned n, struct child_info *out)
{
	const struct pool *pool;
	const struct seat *seat;

	if (!find_seat(prefork, n, &pool, &seat))
		return (false);
	*out = (struct child_info){
		.pool = pool->spec.name, .pid = seat->pid,
		.generation = seat->generation,
		.age_us = seat->pid > 0 ? when_mono() - seat->started : 0,
		.slot = seat->slot, .on_board = pool->spec.on_board,
		.ending = seat->state == SEAT_ENDING,
		.failures = seat->failures
	};
	return (true);
}
