/* SPDX-License-Identifier: ISC */
/*
 * The shared board as Prometheus reads it.
 *
 * What stands on it was written by processes that may be broken, so names are
 * escaped and numbers only shown.
 */
#include "config.h"

#include "admin.h"

#include <arpa/inet.h>
#include <string.h>

#include "arena.h"
#include "board.h"
#include "check.h"
#include "conf.h"
#include "gauges.h"
#include "hash.h"
#include "prometheus.h"
#include "push.h"
#include "tally.h"
#include "when.h"

#define BEARER		"Bearer "

static route_run metrics;

const struct route metrics_routes[] = {
	{ GET, "/metrics", .bare = true, .need = PERM_PUBLIC, .tx = TX_READ,
	  .run = metrics, .doc = "Counters in Prometheus' text format, for the "
	  "addresses of METRICS_ALLOW and the bearer of METRICS_TOKEN." },
	ROUTES_END
};

/* --- who may -------------------------------------------------------------------- */

static bool
same_address(const char *a, const char *b)
{
	struct in6_addr in_a, in_b;
	int family = strchr(a, ':') != NULL ? AF_INET6 : AF_INET;

	return (inet_pton(family, a, &in_a) == 1 &&
	    inet_pton(family, b, &in_b) == 1 && memcmp(&in_a, &in_b,
	    family == AF_INET6 ? 16 : 4) == 0);
}

static bool
address_is_listed(struct req *rq)
{
	struct str rest = str_of(conf_text(CONF_METRICS_ALLOW)), piece;

	while (str_split(&rest, ' ', &piece))
		if (same_address(arena_memdup(rq->arena, piece.p, piece.n),
		    rq->address))
			return (true);
	return (false);
}

/* Hashes are compared, so the time taken tells nothing of the token. */
static bool
has_token(const struct req *rq)
{
	struct str header = req_header(rq, "HTTP_AUTHORIZATION");
	struct str want = str_of(conf_text(CONF_METRICS_TOKEN));
	unsigned char given[HASH_SIZE], right[HASH_SIZE];

	if (want.n == 0 || header.n < sizeof(BEARER) - 1 ||
	    strncasecmp(header.p, BEARER, sizeof(BEARER) - 1) != 0)
		return (false);
	header.p += sizeof(BEARER) - 1;
	header.n -= sizeof(BEARER) - 1;
	hash_sha256(header, given);
	hash_sha256(want, right);
	return (memcmp(given, right, HASH_SIZE) == 0);
}

/* --- writing ------------------------------------------------------------------------ */

/* Behind them stand further labels, or the end. */
static void
sample(struct buf *out, const char *name, const struct tally *t)
{
	buf_printf(out, "%s{", name);
	if (tally_is_job(t)) {
		prometheus_label(out, "kind", tally_kind(t));
		return;
	}
	prometheus_label(out, "service", t->service);
	buf_char(out, ',');
	prometheus_label(out, "route", t->route.label);
}

/* What is told of requests and, under other names, of jobs. */
struct what {
	bool		 of_jobs;
	const char	*count, *count_help, *by;
	const char	*classes[4];
	const char	*duration, *duration_help;
};

static const struct what requests = {
	.count = "bureau_http_requests_total",
	.count_help = "Requests answered.",
	.by = "status", .classes = { "2xx", "3xx", "4xx", "5xx" },
	.duration = "bureau_http_request_duration_seconds",
	.duration_help = "Time from accept to answer.",
};

/* The classes are those of bin/worker's status_of(). */
static const struct what jobs = {
	.of_jobs = true,
	.count = "bureau_jobs_total",
	.count_help = "Tries of jobs that workers ended.",
	.by = "outcome", .classes = { "done", "again", "cancelled", "failed" },
	.duration = "bureau_job_duration_seconds",
	.duration_help = "Time a worker was at a job.",
};

static void
write_counts(struct buf *out, const struct tallies *all,
    const struct what *what)
{
	prometheus_family(out, what->count, "counter", what->count_help);
	for (unsigned i = 0; i < all->route_count; i++) {
		const struct tally *t = &all->routes[i];

		if (tally_is_job(t) != what->of_jobs)
			continue;
		for (unsigned k = 0; k < COUNT_OF(what->classes); k++) {
			sample(out, what->count, t);
			buf_printf(out, ",%s=\"%s\"} %llu\n", what->by,
			    what->classes[k],
			    (unsigned long long)t->route.status[k]);
		}
	}
}

static void
write_histogram(struct buf *out, const struct tally *t, const char *name)
{
	char series[64];
	unsigned long long sum = 0;

	snprintf(series, sizeof(series), "%s_bucket", name);
	for (unsigned i = 0; i < BOARD_BUCKETS; i++) {
		sum += t->route.buckets[i];
		sample(out, series, t);
		if (i < BOARD_BUCKETS - 1)
			buf_printf(out, ",le=\"%g\"} %llu\n",
			    board_bounds[i] / 1000.0, sum);
		else
			buf_printf(out, ",le=\"+Inf\"} %llu\n", sum);
	}
	snprintf(series, sizeof(series), "%s_sum", name);
	sample(out, series, t);
	buf_printf(out, "} %.6f\n", (double)t->route.sum_us / 1e6);
	snprintf(series, sizeof(series), "%s_count", name);
	sample(out, series, t);
	buf_printf(out, "} %llu\n", sum);
}

static void
write_durations(struct buf *out, const struct tallies *all,
    const struct what *what)
{
	prometheus_family(out, what->duration, "histogram", what->duration_help);
	for (unsigned i = 0; i < all->route_count; i++)
		if (tally_is_job(&all->routes[i]) == what->of_jobs)
			write_histogram(out, &all->routes[i], what->duration);
}

static void
service_sample(struct buf *out, const char *name, const struct service *s)
{
	buf_printf(out, "%s{", name);
	prometheus_label(out, "service", s->name);
}

static void
write_errors(struct buf *out, const struct tallies *all)
{
	const char *name = "bureau_http_errors_total";

	prometheus_family(out, name, "counter", "Answers that were errors, by API code.");
	for (unsigned i = 0; i < all->service_count; i++)
		for (enum err e = ERR_OK + 1; e < ERR_COUNT; e++) {
			if (all->services[i].errors[e] == 0)
				continue;
			service_sample(out, name, &all->services[i]);
			buf_printf(out, ",code=\"%d\",name=\"%s\"} %llu\n",
			    err_rows[e].code, err_rows[e].name,
			    (unsigned long long)all->services[i].errors[e]);
		}
}

static void
write_counters(struct buf *out, const struct tallies *all)
{
	static const struct {
		enum board_counter	 which;
		const char		*name, *help;
	} rows[] = {
		{ BOARD_TRIPS, "bureau_db_trips_total",
		    "Round trips to PostgreSQL." },
		{ BOARD_RECONNECTS, "bureau_db_reconnects_total",
		    "Connections to PostgreSQL made again." },
		{ BOARD_RETRIES, "bureau_db_retries_total",
		    "Transactions run again." },
		{ BOARD_LIMITED, "bureau_rate_limited_total",
		    "Requests refused by a rate limit." },
		{ BOARD_STARTS, "bureau_child_starts_total",
		    "Children started." },
		{ BOARD_CRASHES, "bureau_child_crashes_total",
		    "Children that ended without being asked to." },
		{ BOARD_TIMEOUTS, "bureau_child_timeouts_total",
		    "Children ended by the watchdog." },
	};

	for (unsigned r = 0; r < COUNT_OF(rows); r++) {
		prometheus_family(out, rows[r].name, "counter", rows[r].help);
		for (unsigned i = 0; i < all->service_count; i++) {
			service_sample(out, rows[r].name, &all->services[i]);
			buf_printf(out, "} %llu\n", (unsigned long long)
			    all->services[i].counters[rows[r].which]);
		}
	}
}

static void
write_children(struct buf *out, const struct tallies *all)
{
	static const char *const states[] = {
		[BOARD_STARTING] = "starting", [BOARD_IDLE] = "idle",
		[BOARD_BUSY] = "busy",
	};
	const char *name = "bureau_children";

	prometheus_family(out, name, "gauge", "Children by what they do now.");
	for (unsigned i = 0; i < all->service_count; i++)
		for (unsigned s = BOARD_STARTING; s <= BOARD_BUSY; s++) {
			service_sample(out, name, &all->services[i]);
			buf_printf(out, ",state=\"%s\"} %llu\n", states[s],
			    (unsigned long long)all->services[i].states[s]);
		}
}

static void
write_process(struct buf *out, const struct board *board)
{
	prometheus_family(out, "bureau_uptime_seconds", "gauge",
	    "Seconds since the supervisor started.");
	buf_printf(out, "bureau_uptime_seconds %.3f\n",
	    (double)(when_now() - board_since(board)) / 1000);
	prometheus_family(out, "bureau_build_info", "gauge", "What runs; always 1.");
	buf_text(out, "bureau_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
}

static enum err
metrics(struct req *rq)
{
	const struct tallies *all;
	struct gauges found;
	struct buf *out;

	if (!address_is_listed(rq) && !has_token(rq))
		return (req_fail(rq, ERR_INSUFFICIENT_PERMISSIONS, NULL));
	gauges_ask(rq, &found);
	all = tally(rq->arena, req_board(rq));
	out = answer_json(rq, 200);
	rq->answer.type = "text/plain; version=0.0.4; charset=utf-8";
	write_counts(out, all, &requests);
	write_durations(out, all, &requests);
	write_counts(out, all, &jobs);
	write_durations(out, all, &jobs);
	write_errors(out, all);
	write_counters(out, all);
	write_children(out, all);
	push_metrics(out, all);
	write_process(out, req_board(rq));
	gauges_write(out, &found);
	return (ERR_OK);
}
