/* SPDX-License-Identifier: ISC */
/*
 * Jobs: to look at, with what is secret in their arguments masked, and to retry,
 * cancel and hurry.  What may be done in which state is the database's to say
 * (functions/81_operators.sql); the moves are drawn in doc/jobs.md.
 */
#include "admin.h"

static route_run retry, cancel, hurry;

static const struct param retry_filter[] = {
	{ "queue", PARAM_LINE, .max = 40, .doc = "Only of this queue." },
	{ "kind", PARAM_LINE, .max = 100, .doc = "Only of this kind." },
	{ "state", PARAM_CHOICE, .choices = "failed cancelled",
	  .doc = "failed if left out." },
	{ "before", PARAM_TIME, .doc = "Only those that ended before." },
	{ "limit", PARAM_INT, .min = 1, .max = 1000,
	  .doc = "So many at most; 1000 if left out." },
	PARAMS_END
};

const struct route jobs_routes[] = {
	{ GET, "/jobs", .need = PERM_QUEUES_READ, .tx = TX_READ,
	  .list = Q_JOB_LIST,
	  .doc = "List jobs, newest first; `search` looks in arguments." },
	{ GET, "/jobs/{id}", .need = PERM_QUEUES_READ, .tx = TX_READ,
	  .query = Q_JOB_GET, .doc = "Read a job and how each try ended." },
	{ POST, "/jobs/retry", .need = PERM_QUEUES_MANAGE, .tx = TX_WRITE,
	  .params = retry_filter, .query = Q_JOBS_RETRY,
	  .doc = "Retry all jobs the filter says, the oldest first; `left` "
	  "tells how many more there are, 10,000 at most." },
	{ POST, "/jobs/{id}/retry", .need = PERM_QUEUES_MANAGE,
	  .tx = TX_WRITE, .run = retry, .returns = "JobWhole",
	  .doc = "Put a job that failed or was cancelled in again, behind "
	  "others of its key." },
	{ POST, "/jobs/{id}/cancel", .need = PERM_QUEUES_MANAGE,
	  .tx = TX_WRITE, .run = cancel, .returns = "JobWhole",
	  .doc = "End a job before it begins; one that runs is asked to stop "
	  "(cancelAsked) and may yet be done." },
	{ POST, "/jobs/{id}/run-now", .need = PERM_QUEUES_MANAGE,
	  .tx = TX_WRITE, .run = hurry, .returns = "JobWhole",
	  .doc = "Let a job that is set for later begin now." },
	ROUTES_END
};

/* Do it and tell what has become of the job. */
static enum err
act(struct req *rq, enum query_id id)
{
	struct db_rows *job;
	enum err err;

	req_query(rq, id, NULL);
	job = req_query(rq, Q_JOB_GET, NULL);
	err = req_results(rq);
	return (err != ERR_OK ? err : answer_row(rq, job));
}

static enum err
retry(struct req *rq)
{
	return (act(rq, Q_JOB_RETRY));
}

static enum err
cancel(struct req *rq)
{
	return (act(rq, Q_JOB_CANCEL));
}

static enum err
hurry(struct req *rq)
{
	return (act(rq, Q_JOB_HURRY));
}
