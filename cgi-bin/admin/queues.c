/* SPDX-License-Identifier: ISC */
/*
 * Queues: how full they are, how fast they go, and holding one still.
 */
#include "admin.h"

static route_run pause_queue, resume_queue;

static const struct param queue_name[] = {
	{ "name", PARAM_LINE, IN_PATH, .required = true, .max = 40,
	  .doc = "The queue's name." },
	PARAMS_END
};

const struct route queues_routes[] = {
	{ GET, "/queues", .need = PERM_QUEUES_READ, .tx = TX_READ,
	  .list = Q_QUEUE_LIST, .doc = "List the queues: jobs by state, age of "
	  "the oldest that is due, rates and times of the last 15 minutes." },
	{ POST, "/queues/{name}/pause", .need = PERM_QUEUES_MANAGE,
	  .tx = TX_WRITE, .params = queue_name, .run = pause_queue,
	  .returns = "QueueState",
	  .doc = "Begin no more jobs of this queue; those that run go on." },
	{ POST, "/queues/{name}/resume", .need = PERM_QUEUES_MANAGE,
	  .tx = TX_WRITE, .params = queue_name, .run = resume_queue,
	  .returns = "QueueState", .doc = "Begin jobs of this queue again." },
	ROUTES_END
};

static enum err
set_paused(struct req *rq, const char *paused)
{
	struct db_rows *queue;
	enum err err;

	req_query(rq, Q_QUEUE_PAUSE, "pause", paused, NULL);
	queue = req_query(rq, Q_QUEUE_GET, NULL);
	err = req_results(rq);
	return (err != ERR_OK ? err : answer_row(rq, queue));
}

static enum err
pause_queue(struct req *rq)
{
	return (set_paused(rq, "true"));
}

static enum err
resume_queue(struct req *rq)
{
	return (set_paused(rq, "false"));
}
