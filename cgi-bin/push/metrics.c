/* SPDX-License-Identifier: ISC */
#include "metrics.h"

#include "board.h"
#include "feed.h"
#include "sequencer.h"

void
metrics_stream(struct push *push, int by)
{
	if (by > 0)
		board_count(push->board, BOARD_STREAMS_OPENED, 1);
	else
		board_count(push->board, BOARD_STREAMS_CLOSED, 1);
}

void
metrics_in(struct push *push, unsigned events)
{
	board_count(push->board, BOARD_EVENTS_IN, events);
}

void
metrics_out(struct push *push, unsigned events)
{
	board_count(push->board, BOARD_EVENTS_OUT, events);
}

void
metrics_dropped(struct push *push)
{
	board_count(push->board, BOARD_STREAMS_DROPPED, 1);
}

void
metrics_resumed(struct push *push)
{
	board_count(push->board, BOARD_STREAMS_RESUMED, 1);
}

void
metrics_reset(struct push *push)
{
	board_count(push->board, BOARD_STREAMS_RESET, 1);
}

void
metrics_lag(struct push *push, int64_t us)
{
	board_lag(push->board, us);
}

void
metrics_tick(struct push *push)
{
	board_gauge(push->board, GAUGE_STREAMS, push->conn_count);
	board_gauge(push->board, GAUGE_CAUGHT_UP,
	    (uint64_t)feed_caught_up(push));
	board_gauge(push->board, GAUGE_SEQUENCER, sequencer_is_us(push));
}
