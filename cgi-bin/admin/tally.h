/* SPDX-License-Identifier: ISC */
/*
 * The shared board counts by child; here the children of one service are one.
 */
#ifndef BUREAU_TALLY_H
#define BUREAU_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "err.h"

struct arena;

/* What the children of one service counted on one route. */
struct tally {
	char			service[BOARD_NAME];
	struct board_route	route;
};

/* The same of one service. */
struct service {
	char		name[BOARD_NAME];
	uint64_t	counters[BOARD_COUNTERS];
	uint64_t	gauges[BOARD_GAUGES];
	uint64_t	lag_sum_us, lag[BOARD_BUCKETS];
	uint64_t	states[BOARD_BUSY + 1];		/* children by state */
	uint64_t	errors[ERR_COUNT];
};

struct tallies {
	struct tally	*routes;
	unsigned	 route_count;
	struct service	 services[BOARD_SLOTS];
	unsigned	 service_count;
};

/* Whether it is a kind of job that was counted, and which. */
bool		 tally_is_job(const struct tally *tally);
const char	*tally_kind(const struct tally *tally);

/* Everything there is; in the arena. */
const struct tallies *tally(struct arena *arena, const struct board *board);

#endif
