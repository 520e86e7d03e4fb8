/* SPDX-License-Identifier: ISC */
/*
 * What push counts, on the board of all processes, where /metrics and /health find
 * it.
 */
#ifndef BUREAU_METRICS_H
#define BUREAU_METRICS_H

#include "push.h"

void	metrics_stream(struct push *push, int by);	/* one more, one less */
void	metrics_in(struct push *push, unsigned events);
void	metrics_out(struct push *push, unsigned events);
void	metrics_dropped(struct push *push);
void	metrics_resumed(struct push *push);
void	metrics_reset(struct push *push);
/* An event was told to all whom it is for: how long after it was written. */
void	metrics_lag(struct push *push, int64_t us);
/* Where we stand, now and then. */
void	metrics_tick(struct push *push);

#endif
