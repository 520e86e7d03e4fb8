/* SPDX-License-Identifier: ISC */
/*
 * A worker: does the jobs of the leased queues, one after the other.  Each kind is
 * one function in a file of its own, and a row of the table in main.c.
 */
#ifndef BUREAU_WORKER_H
#define BUREAU_WORKER_H

#include <stdbool.h>

#include "jobs.h"

struct arena;
struct db;

/* The job in hand, and what its function may use. */
struct work {
	struct arena	*arena;		/* reset when the job's end has been told */
	struct db	*db;		/* for trips of its own, as bureau_worker */
	struct job	*job;		/* cause, result and after are the function's */
};

/* Do it.  What it returns is JOB_DONE, JOB_AGAIN, JOB_FAILED or, when work_alive()
 * said to stop, JOB_CANCELLED. */
typedef enum job_end job_run(struct work *work);

/* request.c */
job_run	request_run;

/* Call it often while waiting for somebody: it says once in a while to the queue
 * that the job is still worked at, between trips of one's own.  False: stop. */
bool	work_alive(void *work);
/* How far it has come, told to whoever asked for it. */
void	work_progress(struct work *work, int percent);
/* The end as it is told: JOB_AGAIN or JOB_FAILED, and why. */
enum job_end work_failed(struct work *work, enum job_end end,
	    const char *cause);

/* --- the kinds, a file each ------------------------------------------------------- */

job_run	mail_send;
/* Somebody takes messages: without, they wait. */
bool	mail_is_possible(void);
job_run	webhook_send;

#endif
