/* SPDX-License-Identifier: ISC */
/*
 * What is passed on and not stored: typing.  A responder says it to the push process
 * of its host (bell_say()), which tells its own streams at once and the other hosts
 * by NOTIFY, several at a time.
 *
 *	{"event":"typing","audience":["conversation:ID"],"data":{…}}
 */
#ifndef BUREAU_SAYING_H
#define BUREAU_SAYING_H

#include "push.h"
#include "text.h"

struct saying	*saying_new(void);
void		 saying_free(struct push *push, struct saying **saying);

/* The bell's descriptor is readable: rings, and things said. */
void		 saying_hear(struct push *push);
/* NOTIFY say. */
void		 saying_told(struct push *push, const char *payload);
/* Tell what had to wait until it was known whom it is for; pass on. */
void		 saying_tick(struct push *push);

#endif
