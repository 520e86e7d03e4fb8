/* SPDX-License-Identifier: ISC */
/*
 * How this installation is: for people and load balancers, so it says neither
 * where things are nor why they fail; that is in the log.
 *
 * /health always answers 200 and tells what is degraded, so that a database
 * that is away does not make an orchestrator kill healthy processes.
 * /health/ready answers 503 until requests can be served.
 */
#include "config.h"

#include "admin.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "board.h"
#include "conf.h"
#include "push.h"
#include "when.h"

#define PATIENCE_US	3000000		/* what asks is itself in a hurry */
#define DISK_LOW	5		/* percent free */
#define QUEUE_LATE	60		/* seconds a job may be due */

static route_run health, ready;

const struct route health_routes[] = {
	{ GET, "/health", .bare = true, .need = PERM_PUBLIC, .tx = TX_READ,
	  .run = health, .returns = "Health",
	  .doc = "How the installation is; degraded is no error." },
	{ GET, "/health/ready", .bare = true, .need = PERM_PUBLIC,
	  .tx = TX_READ, .run = ready, .returns = "Readiness",
	  .doc = "Whether requests can be served: 200, else 503." },
	ROUTES_END
};

/* Opened before rights are given up; -1 where there is no /proc. */
static int statm = -1;

void
health_open(void)
{
	statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

static long long
resident_bytes(void)
{
	struct rusage usage;
	char text[128] = "";
	const char *second;

	if (statm >= 0 && pread(statm, text, sizeof(text) - 1, 0) > 0 &&
	    (second = strchr(text, ' ')) != NULL)
		return (strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE));
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return (0);
	return (usage.ru_maxrss * 1024LL);
}

static void
add_memory(struct buf *out)
{
	struct mallinfo2 heap = mallinfo2();

	buf_printf(out, ",\"memoryUsage\":{\"rss\":%lld,\"heapUsed\":%zu,"
	    "\"heapTotal\":%zu,\"external\":%zu}", resident_bytes(),
	    heap.uordblks, heap.arena + heap.hblkhd, heap.hblkhd);
}

/* Free space where the state is kept, in percent; -1 when nobody knows. */
static int
disk_free(void)
{
	const char *home = getenv("BUREAU_HOME");
	struct statvfs disk;

	if (statvfs(home != NULL ? home : "/", &disk) != 0 ||
	    disk.f_blocks == 0)
		return (-1);
	return ((int)(disk.f_bavail * 100 / disk.f_blocks));
}

static void
add_disk(struct buf *out, int percent)
{
	if (percent < 0)
		buf_text(out, "\"disk\":{\"status\":\"unknown\"}");
	else
		buf_printf(out, "\"disk\":{\"status\":\"%s\","
		    "\"freePercent\":%d}", percent < DISK_LOW ? "low" : "up",
		    percent);
}

/* Ask the database something, and, if wanted, for the events that wait; us: how
 * long it took.  NULL: no answer. */
static struct db_rows *
ask_database(struct req *rq, enum query_id query, struct db_rows **waiting,
    int64_t *us)
{
	int64_t before = when_mono();
	struct db_rows *rows;

	req_hurry(rq, PATIENCE_US);
	rows = req_query(rq, query, NULL);
	if (waiting != NULL)
		*waiting = req_query(rq, Q_PUSH_WAITING, NULL);
	if (req_results(rq) != ERR_OK)
		rows = NULL;
	*us = when_mono() - before;
	return (rows);
}

/* Jobs that are due wait where there are many; where none moves either, nobody
 * does them.  True: they are done. */
static bool
add_queue(struct buf *out, const struct db_rows *rows)
{
	int64_t oldest = 0;
	bool late, moves;

	if (rows == NULL) {
		buf_text(out, "\"queue\":{\"status\":\"unknown\"}");
		return (false);
	}
	text_int(str_of(db_text(rows, 0, "oldest")), 0, INT64_MAX, &oldest);
	moves = db_text(rows, 0, "moves")[0] == 't';
	late = oldest > QUEUE_LATE;
	buf_printf(out, "\"queue\":{\"status\":\"%s\","
	    "\"oldestSeconds\":%lld}", !late ? "up" : moves ? "late" :
	    "stuck", (long long)oldest);
	return (!late || moves);
}

static enum err
health(struct req *rq)
{
	int64_t us, now = when_now();
	struct db_rows *waiting;
	struct db_rows *queue = ask_database(rq, Q_QUEUE_HEALTH, &waiting, &us);
	int percent = disk_free();
	char timestamp[WHEN_SIZE];
	struct buf *out, checks;
	bool well;

	/* That it is away is the answer here, not an error. */
	rq->err = ERR_OK;
	when_format(now, timestamp);
	buf_init(&checks, rq->arena, 1024);
	well = add_queue(&checks, queue);
	buf_char(&checks, ',');
	well = push_health(&checks, req_board(rq), queue == NULL ? NULL :
	    waiting) && well && (percent < 0 || percent >= DISK_LOW);
	out = answer_json(rq, 200);
	buf_printf(out, "{\"status\":\"%s\",\"timestamp\":\"%s\","
	    "\"version\":\"" PACKAGE_VERSION "\",\"environment\":",
	    well ? "healthy" : "degraded", timestamp);
	buf_json(out, conf_text(CONF_ENVIRONMENT),
	    strlen(conf_text(CONF_ENVIRONMENT)));
	buf_printf(out, ",\"uptime\":%lld",
	    (long long)(now - board_since(req_board(rq))) / 1000);
	add_memory(out);
	buf_printf(out, ",\"checks\":{\"database\":{\"status\":\"%s\","
	    "\"latencyMs\":%.1f},%s,", queue != NULL ? "up" : "down",
	    (double)us / 1000, checks.data);
	add_disk(out, percent);
	buf_text(out, "}}");
	return (ERR_OK);
}

static enum err
ready(struct req *rq)
{
	int64_t us;

	if (ask_database(rq, Q_PING, NULL, &us) == NULL)
		return (req_fail(rq, ERR_CONNECTION_ERROR, NULL));
	buf_text(answer_json(rq, 200), "{\"status\":\"ready\"}");
	return (ERR_OK);
}
