/* SPDX-License-Identifier: ISC */
/*
 * How the commands see what runs: run/control.sock, which only the supervisor's
 * own user may open.  Whoever connects is told the state and nothing is read
 * from them; orders are signals to the holder of the pid file.
 *
 * The answer is one line, "PID GENERATION ROLLING STARTED" (numbers), and
 * then the same and every child as JSON.
 */
#ifndef BUREAU_CONTROL_H
#define BUREAU_CONTROL_H

struct board;
struct prefork;
struct site;

/* A listening descriptor; -1 after a sentence. */
int	control_open(const struct site *site);
/* Answer whoever waits at it. */
void	control_answer(int fd, const struct site *site,
	    const struct prefork *prefork, const struct board *board);

#endif
