/* SPDX-License-Identifier: ISC */
/*
 * Who supervises this home: the process that holds the lock on run/bureau.pid.
 * The kernel releases the lock with the process, so a file left behind by a
 * kill says nothing; the number in it is for people.
 */
#ifndef BUREAU_PIDFILE_H
#define BUREAU_PIDFILE_H

#include <sys/types.h>

struct site;

/* The descriptor that holds the lock; -1 and a sentence when another does. */
int	pidfile_take(const struct site *site);
/* Its holder; 0 when nobody runs. */
pid_t	pidfile_holder(const struct site *site);

#endif
