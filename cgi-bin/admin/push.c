/* SPDX-License-Identifier: ISC */
/*
 * Events are late when they wait for their place in the order, or when no process
 * here has read what has one.
 */
#include "push.h"

#include <stdio.h>
#include <string.h>

#include "app.h"
#include "board.h"
#include "buf.h"
#include "check.h"
#include "prometheus.h"
#include "tally.h"
#include "text.h"
#include "when.h"

#define SERVICE		"push"
#define LATE_MS		5000

/* --- health ----------------------------------------------------------------------- */

struct found {
	bool		 is_expected;	/* the supervisor starts it */
	bool		 is_there;
	uint64_t	 streams;
	uint64_t	 caught_up;	/* when the one that is first had all events */
	int64_t		 started;	/* ms since 1970, of the newest */
};

static void
look(const struct board *board, struct found *out)
{
	struct board_slot slot;

	*out = (struct found){ 0 };
	for (unsigned i = 0; i < BOARD_SLOTS; i++) {
		if (!board_slot(board, i, &slot) ||
		    strcmp(slot.service, SERVICE) != 0)
			continue;
		out->is_expected = true;
		out->is_there |= slot.state >= BOARD_IDLE;
		out->streams += slot.gauges[GAUGE_STREAMS];
		if (slot.gauges[GAUGE_CAUGHT_UP] > out->caught_up)
			out->caught_up = slot.gauges[GAUGE_CAUGHT_UP];
		if (slot.started > out->started)
			out->started = slot.started;
	}
}

/* ms by which what is told lies behind what happened. */
static int64_t
lag_of(const struct found *found, const struct db_rows *rows)
{
	int64_t behind = found->caught_up > 0 ?
	    (when_mono() - (int64_t)found->caught_up) / 1000 :
	    when_now() - found->started;
	int64_t waiting = 0;

	if (rows != NULL)
		text_int(str_of(db_text(rows, 0, "waiting")), 0, INT64_MAX,
		    &waiting);
	if (behind < waiting)
		behind = waiting;
	return (behind > 0 ? behind : 0);
}

bool
push_health(struct buf *out, const struct board *board,
    const struct db_rows *rows)
{
	struct found found;
	int64_t lag;

	look(board, &found);
	if (!found.is_expected) {
		buf_text(out, "\"push\":{\"status\":\"off\"}");
		return (true);
	}
	if (!found.is_there) {
		buf_text(out, "\"push\":{\"status\":\"down\"}");
		return (false);
	}
	lag = lag_of(&found, rows);
	buf_printf(out, "\"push\":{\"status\":\"%s\",\"lagMs\":%lld,"
	    "\"streams\":%llu}", lag > LATE_MS ? "late" : "up",
	    (long long)lag, (unsigned long long)found.streams);
	return (lag <= LATE_MS);
}

/* --- metrics ------------------------------------------------------------------------ */

static void
write_counters(struct buf *out, const struct service *push)
{
	static const struct {
		enum board_counter	 which;
		const char		*name, *help;
	} rows[] = {
		{ BOARD_EVENTS_IN, "bureau_push_events_in_total",
		    "Events read from the stream." },
		{ BOARD_EVENTS_OUT, "bureau_push_events_out_total",
		    "Events sent, counted once a client." },
		{ BOARD_STREAMS_OPENED, "bureau_push_streams_opened_total",
		    "Streams that began." },
		{ BOARD_STREAMS_DROPPED, "bureau_push_streams_dropped_total",
		    "Streams whose client took nothing for too long." },
		{ BOARD_STREAMS_RESUMED, "bureau_push_streams_resumed_total",
		    "Streams and polls that went on where they had been." },
		{ BOARD_STREAMS_RESET, "bureau_push_streams_reset_total",
		    "Streams and polls that could not." },
	};

	for (unsigned i = 0; i < COUNT_OF(rows); i++) {
		prometheus_family(out, rows[i].name, "counter", rows[i].help);
		buf_printf(out, "%s %llu\n", rows[i].name,
		    (unsigned long long)push->counters[rows[i].which]);
	}
}

static void
write_gauges(struct buf *out, const struct service *push)
{
	prometheus_family(out, "bureau_push_streams", "gauge",
	    "Connections that push holds.");
	buf_printf(out, "bureau_push_streams %llu\n",
	    (unsigned long long)push->gauges[GAUGE_STREAMS]);
	prometheus_family(out, "bureau_push_sequencer", "gauge",
	    "Whether push here gives events their order.");
	buf_printf(out, "bureau_push_sequencer %llu\n",
	    (unsigned long long)push->gauges[GAUGE_SEQUENCER]);
}

static void
write_lag(struct buf *out, const struct service *push)
{
	const char *name = "bureau_push_lag_seconds";
	unsigned long long sum = 0;

	prometheus_family(out, name, "histogram",
	    "Time from the writing of an event to its sending.");
	for (unsigned i = 0; i < BOARD_BUCKETS; i++) {
		sum += push->lag[i];
		if (i < BOARD_BUCKETS - 1)
			buf_printf(out, "%s_bucket{le=\"%g\"} %llu\n", name,
			    board_bounds[i] / 1000.0, sum);
		else
			buf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n", name,
			    sum);
	}
	buf_printf(out, "%s_sum %.6f\n%s_count %llu\n", name,
	    (double)push->lag_sum_us / 1e6, name, sum);
}

void
push_metrics(struct buf *out, const struct tallies *all)
{
	for (unsigned i = 0; i < all->service_count; i++) {
		const struct service *service = &all->services[i];

		if (strcmp(service->name, SERVICE) != 0)
			continue;
		write_counters(out, service);
		write_gauges(out, service);
		write_lag(out, service);
	}
}
