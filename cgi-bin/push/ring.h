/* SPDX-License-Identifier: ISC */
/*
 * The latest events, ready to be sent: the record that lighttpd reads is made once,
 * for all.  The tables are behind it, so what falls out of the ring is not lost.
 *
 * Places have no gaps, so the event of a place is found by counting.  Some places
 * are silent: what is for ourselves, and changes of a record that a later event of
 * the same delivery tells as well.
 */
#ifndef BUREAU_RING_H
#define BUREAU_RING_H

#include "audience.h"
#include "push.h"
#include "text.h"

struct db_rows;

struct entry {
	int64_t		 seq;		/* 0: it has no place and no id */
	int64_t		 born;		/* when it was written, when_mono() */
	bool		 is_silent;
	struct audience	 audience;
	/* Texts live behind the entry. */
	const char	*kind;
	struct str	 data;		/* JSON, one line */
	struct str	 record;	/* what is sent */
	/* Of refresh_data, to make one of several. */
	const char	*resource, *resource_id, *action, *audience_text;
};

/* --- entries ---------------------------------------------------------------------- */

/* What an event is made of. */
struct entry_parts {
	int64_t		 seq;
	const char	*audience;	/* array */
	const char	*kind;
	const char	*resource, *resource_id, *action;	/* or NULL */
	const char	*payload;	/* JSON; of refresh_data not looked at */
	int64_t		 born;
};

/* epoch: as in ids. */
struct entry	*entry_new(struct push *push, const char *epoch,
		    const struct entry_parts *parts);
void		 entry_free(struct push *push, struct entry *entry);

/* --- the ring ----------------------------------------------------------------------- */

struct ring	*ring_new(const struct limits *limits);
void		 ring_free(struct push *push, struct ring **ring);
/* Begin anew behind this place. */
void		 ring_clear(struct push *push, int64_t head);
/* The next in order; it is the ring's from now on. */
void		 ring_add(struct push *push, struct entry *entry);
/* The last place, and the one before the first that is there. */
int64_t		 ring_head(const struct ring *ring);
int64_t		 ring_tail(const struct ring *ring);
/* tail < seq <= head. */
const struct entry *ring_at(const struct ring *ring, int64_t seq);
/* Make one of several changes of a record behind this place, under the last one's
 * number: created + updated = created, else the last action. */
void		 ring_merge(struct push *push, const char *epoch,
		    int64_t after);
/* What two changes of a record come to. */
const char	*ring_action(const char *before, const char *after);

#endif
