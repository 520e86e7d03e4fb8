/* SPDX-License-Identifier: ISC */
/*
 * The private PostgreSQL: a cluster under BUREAU_HOME/pg, reachable by its Unix
 * socket in run/ alone, every role by password.  It is one pool of the
 * supervisor's, started first and stopped last.
 */
#ifndef BUREAU_CLUSTER_H
#define BUREAU_CLUSTER_H

#include <stdbool.h>

struct prefork;
struct site;

/* Make it if there is none, end what a killed supervisor left, start it and wait
 * until it answers.  False after a sentence, or when asked to stop. */
bool	cluster_start(const struct site *site, struct prefork *prefork);

/*
 * For commands that need the database for a moment: nothing when it is there
 * already (a supervisor runs, or it is not ours), else a supervisor of its own
 * until cluster_return().  cluster_borrow() wants one that has been made;
 * cluster_make() makes it where there is none.
 */
struct borrowed;

bool	cluster_borrow(const struct site *site, struct borrowed **out);
bool	cluster_make(const struct site *site, struct borrowed **out);
void	cluster_return(struct borrowed **borrowed);

#endif
