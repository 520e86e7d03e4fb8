/* SPDX-License-Identifier: ISC */
/*
 * Who is here: whoever has a stream, or had one until a moment ago, at any of the
 * push processes that share the database.
 *
 * Each process tells the others by NOTIFY who came and went with it, and now and then
 * how many are there, so that whoever missed something asks for all of it.  One that
 * is not heard of for a while is gone, with all who were there.  Nothing is stored.
 */
#ifndef BUREAU_PRESENCE_H
#define BUREAU_PRESENCE_H

#include "id.h"
#include "push.h"

struct buf;

struct presence	*presence_new(void);
void		 presence_free(struct presence **presence);

/* The first connection of a person here; the last one. */
void		 presence_came(struct push *push, const struct id *person);
void		 presence_left(struct push *push, const struct id *person);
/* NOTIFY presence, also our own. */
void		 presence_told(struct push *push, const char *payload);
/* The others have not heard of us for a while. */
void		 presence_greet(struct push *push);
void		 presence_bye(struct push *push);
void		 presence_tick(struct push *push);

/* Somebody is to be told who is here, at the next tick. */
void		 presence_owe(struct push *push);
/* {"users":[…]} */
void		 presence_write(struct push *push, struct buf *out);
/* How this process is called among the others. */
const char	*presence_name(const struct push *push);

#endif
