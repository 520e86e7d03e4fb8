/* SPDX-License-Identifier: ISC */
/*
 * The one who gives events their places in the order: of all push processes on one
 * database the holder of an advisory lock, which is held by the very connection that
 * writes.  When that connection ends, however it ends, another takes over.
 *
 * Whoever does not hold it passes on the bells that it hears.
 */
#ifndef BUREAU_SEQUENCER_H
#define BUREAU_SEQUENCER_H

#include "push.h"

struct async_hooks;

struct sequencer *sequencer_new(void);
void		 sequencer_free(struct sequencer **sequencer);
/* Of the connection `writing`. */
struct async_hooks sequencer_hooks(struct push *push);

/* The bell rang: somebody committed. */
void		 sequencer_ring(struct push *push);
/* NOTIFY bell of another push. */
void		 sequencer_told(struct push *push, const char *payload);
void		 sequencer_turn(struct push *push);
int64_t		 sequencer_wake(const struct push *push);
/* Leave it to another, who is told. */
void		 sequencer_yield(struct push *push);
bool		 sequencer_is_us(const struct push *push);

#endif
