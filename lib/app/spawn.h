/* SPDX-License-Identifier: ISC */
/*
 * One fork and exec: a child that holds what its pool_spec says and nothing
 * else of its parent's, neither descriptors, environment, signals nor rights.
 */
#ifndef BUREAU_SPAWN_H
#define BUREAU_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

struct board;
struct pool_spec;

/* Where on the board the child counts. */
struct spawn_place {
	struct board	*board;
	int		 board_fd;
	unsigned	 slot;
	uint64_t	 generation;
};

/*
 * The child's pid; -1 when the system has no room for one (errno says why).  A
 * child that cannot become what it should logs why and exits 127.
 */
pid_t	spawn(const struct pool_spec *spec, const struct spawn_place *place);

#endif
