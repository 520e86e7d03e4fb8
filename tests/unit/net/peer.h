/* SPDX-License-Identifier: ISC */
/*
 * Somebody on loopback to talk to, who says what a script says and keeps what
 * was said to them.
 */
#ifndef BUREAU_PEER_H
#define BUREAU_PEER_H

#include <stdint.h>
#include <sys/types.h>

#include "text.h"

struct arena;

/* Read up to the end of `until`, then say `say`; NULL: leave it out.  A row
 * without both ends the script, and hangs up; PEER_WAIT says nothing until the
 * other side hangs up. */
struct peer_line {
	const char	*until, *say;
};
#define PEER_WAIT "\001wait"

struct peer {
	uint16_t	 port;
	pid_t		 pid;
	int		 heard_fd;
};

struct peer	 peer_start(const struct peer_line *script);
/* Waits for its end; all that it heard. */
struct str	 peer_end(struct arena *arena, struct peer *peer);

#endif
