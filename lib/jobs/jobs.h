/* SPDX-License-Identifier: ISC */
/*
 * A worker's side of the queue: claim jobs, say that one is still at it, tell
 * how they ended.  Putting jobs in is SQL: job_add().  The states are drawn in
 * doc/jobs.md.
 *
 * A turn tells how the last jobs ended and claims the next ones, in one
 * transaction.  What it could not tell, for the database was away, is kept and
 * told at the next turn; a claim whose answer was lost is given back there.
 */
#ifndef BUREAU_JOBS_H
#define BUREAU_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct arena;
struct db;
struct jobs;

enum job_end {
	JOB_DONE,
	JOB_AGAIN,		/* it failed, and may work after a while */
	JOB_FAILED,		/* it failed for good */
	JOB_CANCELLED,		/* it was asked to stop, and did */
	JOB_BACK		/* it was not begun */
};

/* One job in hand; lives until the turn after it ended. */
struct job {
	const char	*id;
	const char	*kind;
	struct str	 args;		/* a JSON object, secrets merged in */
	const char	*attempt;	/* a number, the first is 1 */
	const char	*key;		/* one after the other; NULL: in any order */

	/* How it ended, for jobs_turn(). */
	enum job_end	 end;
	const char	*cause;		/* why it failed, for operators: no secret */
	const char	*result;	/* JSON; NULL: none */
	int64_t		 after;		/* seconds until the next try; 0: its kind's */
};

/* worker: the name by which it is known over all hosts, as long as it runs
 * unique; queues: names as a PostgreSQL array, those whose kinds it knows. */
struct jobs	*jobs_new(struct db *db, const char *worker,
		    const char *queues);
void		 jobs_free(struct jobs **jobs);

/* Whatever a predecessor of this name had in hand is lost.  False: ask again. */
bool		 jobs_recover(struct jobs *jobs, struct arena *arena);
/* Tell how `ended` ended, and claim: the jobs and their count.  ended is the
 * array of the turn before, or NULL.  claim false: only tell.  False when the
 * database did not answer; then the same ended must be told again. */
bool		 jobs_turn(struct jobs *jobs, struct arena *arena,
		    const struct job *ended, unsigned ended_count, bool claim,
		    struct job **out, unsigned *count_out);
/* Whether one that was claimed behind others may begin by now; false: how it
 * ends instead is in it. */
bool		 jobs_may_begin(struct jobs *jobs, struct arena *arena,
		    struct job *job);
/* Still at it.  False: stop, for it was cancelled or is another's by now. */
bool		 jobs_beat(struct jobs *jobs, struct arena *arena,
		    const struct job *job);
/* Percent done; told to whoever caused it. */
void		 jobs_progress(struct jobs *jobs, struct arena *arena,
		    const struct job *job, int percent);
/* Do jobs that are functions of the database; how many, -1 when it was away. */
int		 jobs_inside(struct jobs *jobs, struct arena *arena);
/* What the clock asks for. */
void		 jobs_tick(struct jobs *jobs, struct arena *arena);

#endif
