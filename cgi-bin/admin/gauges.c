/* SPDX-License-Identifier: ISC */
#include "gauges.h"

#include <string.h>

#include "app.h"
#include "buf.h"
#include "prometheus.h"
#include "req.h"

#define PATIENCE_US	3000000		/* whoever scrapes gives up soon, too */

void
gauges_ask(struct req *rq, struct gauges *out)
{
	req_hurry(rq, PATIENCE_US);
	out->queues = req_query(rq, Q_QUEUE_GAUGES, NULL);
	out->unchained = req_query(rq, Q_AUDIT_UNCHAINED, NULL);
	out->answers = req_results(rq) == ERR_OK;
	rq->err = ERR_OK;
}

static void
queue_sample(struct buf *out, const struct db_rows *rows, unsigned row,
    const char *name)
{
	buf_printf(out, "%s{", name);
	prometheus_label(out, "queue", db_text(rows, row, "name"));
}

static void
write_jobs(struct buf *out, const struct db_rows *rows)
{
	const char *name = "bureau_queue_jobs";

	prometheus_family(out, name, "gauge", "Jobs by state; ready are queued "
	    "and due, later are queued for a time to come.");
	for (unsigned i = 0; i < db_count(rows); i++) {
		queue_sample(out, rows, i, name);
		buf_char(out, ',');
		prometheus_label(out, "state", db_text(rows, i, "state"));
		buf_printf(out, "} %s\n", db_text(rows, i, "count"));
	}
}

/* The rows of a queue stand together; the first tells what is the queue's. */
static void
write_once(struct buf *out, const struct db_rows *rows, const char *name,
    const char *column, const char *help)
{
	const char *last = "";

	prometheus_family(out, name, "gauge", help);
	for (unsigned i = 0; i < db_count(rows); i++) {
		if (strcmp(last, db_text(rows, i, "name")) == 0)
			continue;
		last = db_text(rows, i, "name");
		queue_sample(out, rows, i, name);
		buf_printf(out, "} %s\n", db_text(rows, i, column));
	}
}

void
gauges_write(struct buf *out, const struct gauges *gauges)
{
	prometheus_family(out, "bureau_database_up", "gauge",
	    "Whether the database answered.");
	buf_printf(out, "bureau_database_up %d\n", gauges->answers);
	if (!gauges->answers)
		return;
	write_jobs(out, gauges->queues);
	write_once(out, gauges->queues, "bureau_queue_oldest_seconds",
	    "oldest", "How long the oldest job has been due.");
	write_once(out, gauges->queues, "bureau_queue_paused", "paused",
	    "Whether operators hold the queue still.");
	prometheus_family(out, "bureau_audit_unchained_rows", "gauge",
	    "Audit rows that are not in the hash chain yet.");
	buf_printf(out, "bureau_audit_unchained_rows %s\n",
	    db_text(gauges->unchained, 0, "count"));
}
