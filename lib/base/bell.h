/* SPDX-License-Identifier: ISC */
/*
 * The doorbell: after a COMMIT that left work behind, whoever committed rings,
 * and one of those who wait for work wakes up.
 *
 * It is a pair of datagram sockets that the supervisor makes and hands to its
 * children (BUREAU_BELL_FD): the ringing end to all, the hearing end to workers.  A
 * ring says nothing but that there is something to look for, so one that is lost
 * costs a moment until the next look.
 *
 * Push has a pair of its own (BUREAU_PUSH_FD) for commits of writes.  It is
 * also told there what is not worth storing, as a JSON object: doc/push.md.
 */
#ifndef BUREAU_BELL_H
#define BUREAU_BELL_H

#include <stdbool.h>
#include <stddef.h>

/* Take the ends that the environment names; without any, ringing does nothing
 * and waiting only waits. */
void	bell_open(void);
/* Never waits: a full socket is ringing already. */
void	bell_ring(void);
void	bell_ring_push(void);
/* Have push tell it on; lost where nobody hears.  False: longer than BELL_SAY_MAX. */
bool	bell_say(const char *json, size_t n);
/* The hearing end, for who waits for other things too; -1: there is none. */
int	bell_hearing(void);

#define BELL_SAY_MAX 1024

/* Wait for one ring or BELL_PATIENCE_MS, whichever comes first; one ring wakes one
 * waiter.  True when it rang.  Also ends at a signal. */
bool	bell_wait(void);

#define BELL_PATIENCE_MS 500

/* For the supervisor: both ends, close-on-exec. */
void	bell_make(int *ring_fd, int *hear_fd);

#endif
