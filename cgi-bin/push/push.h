/* SPDX-License-Identifier: ISC */
/*
 * One process that holds every event stream of its host.
 *
 * Everything hangs on one loop that never waits but in epoll: connections in
 * conn.h, what is sent to them in ring.h, who may see it in follower.h and group.h,
 * three connections to the database.  Each file has one duty; README.md says how
 * an event passes through them.
 */
#ifndef BUREAU_PUSH_H
#define BUREAU_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct arena;
struct async;
struct board;
struct follower;
struct followers;
struct conn;
struct feed;
struct front;
struct groups;
struct openings;
struct presence;
struct ring;
struct saying;
struct sequencer;

#define MS		INT64_C(1000)		/* of microseconds, as all times are */
#define SECOND		(1000 * MS)
#define NEVER		INT64_MAX
#define TICK		(250 * MS)	/* how often all connections are looked at */
#define LOOK		(500 * MS)	/* how often the database is, unasked */

/* Derived at start (limits.c). */
struct limits {
	unsigned	files;		/* descriptors this process may have */
	unsigned	streams;	/* connections held at once */
	unsigned	of_one;		/* of one person, or one anonymous address */
	unsigned	anonymous;	/* of all who have not signed in */
	size_t		out;		/* bytes a client may owe */
	unsigned	ring;		/* events kept in memory */
	size_t		ring_bytes;
};

struct push;

/* Something with a descriptor in the loop. */
struct watch {
	int		 fd;
	void		(*ready)(struct push *push, struct watch *watch,
			    uint32_t events);
};

struct push {
	struct front		*front;
	struct board		*board;
	struct limits		 limits;
	struct arena		*arena;		/* of one turn */
	int64_t			 now;		/* of this turn, when_mono() */
	int			 epoll;
	struct watch		 listener, bell, signals;
	bool			 draining;	/* told to stop */
	int64_t			 drained_by;
	bool			 is_full;	/* no descriptor was left for one more */

	/* The database: events, who may see them, and the one that writes. */
	struct async		*feeding, *asking, *writing;
	struct watch		 feeding_watch, asking_watch, writing_watch;

	struct conn		*conns;		/* all of them */
	struct conn		*dead;		/* closed in this turn */
	unsigned		 conn_count;
	unsigned		 anonymous;	/* streams of nobody */

	struct followers		*followers;
	struct groups		*groups;
	struct ring		*ring;
	struct feed		*feed;
	struct sequencer	*sequencer;
	struct openings		*openings;
	struct presence		*presence;
	struct saying		*saying;

	bool			 has_news;	/* something is to be delivered */
	int64_t			 deliver_at;	/* not before */
	int64_t			 delivered;	/* the last place told to everybody */
	int64_t			 tick_at;
	int64_t			 ready_by;	/* then also without a database */
};

/* limits.c */
void	limits_find(struct limits *limits);

/* loop.c */
int	push_serve(struct front *front);
void	loop_watch(struct push *push, struct watch *watch, uint32_t events);
void	loop_forget(struct push *push, struct watch *watch);

/* Time between two deliveries, so that the more there are to be told the more is
 * told them at once. */
int64_t	deliver_gap(const struct push *push);

#endif
