/* SPDX-License-Identifier: ISC */
/*
 * How many processes may hash a password at once: hashing takes tens of
 * megabytes and a tenth of a second of a core, and anybody may ask for it.
 *
 * A place is a locked byte of a file that all children share (the board's
 * memfd, of which no content is touched).  The kernel owns the locks, so a child
 * that is killed leaves its place.  The locks belong to the process: it must not
 * close any descriptor of that file while it stands inside.
 */
#ifndef BUREAU_GATE_H
#define BUREAU_GATE_H

#include <stdbool.h>
#include <stdint.h>

#define GATE_PLACES 3		/* hash at once */
#define GATE_SEATS  2		/* wait for a place; who finds none is sent away */

/* fd: an open, writable descriptor of the shared file, kept open by the caller;
 * -1: this process stands alone (plain CGI) and is always let in. */
void	gate_open(int fd);
/* The descriptor the supervisor handed down, or -1. */
int	gate_given(void);

/* Wait for a place until `until` (when_mono()); false: all are taken, and so is
 * every seat, or nobody left in time.  The bounded waiting keeps the other
 * children free for those who have signed in. */
bool	gate_enter(int64_t until);
void	gate_leave(void);

#endif
