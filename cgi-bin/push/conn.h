/* SPDX-License-Identifier: ISC */
/*
 * One connection of lighttpd, which is one request: it is read, opened (open.h),
 * and then answered at once or held as a stream or a waiting poll.
 *
 * What a client does not take of one sending (limits.out at most) is kept for it; until
 * it has been taken a stream is told nothing more, for its place in the ring says what
 * it owes.  Who takes nothing for a while is dropped, and resumes.  A connection that
 * is closed is freed at the end of the turn, or when the last question about it
 * is answered.
 */
#ifndef BUREAU_CONN_H
#define BUREAU_CONN_H

#include "push.h"
#include "text.h"

struct buf;
struct group;
struct iovec;
struct opening;
struct server_request;

enum conn_state {
	CONN_READING,		/* the request */
	CONN_WAITING,		/* for a place to be opened in */
	CONN_OPENING,
	CONN_STREAM,
	CONN_POLL,		/* waits for something to tell */
	CONN_ENDING,		/* closes once all is sent */
	CONN_DEAD
};

struct conn {
	struct watch		 watch;		/* first, so that it is found by it */
	struct push		*push;
	struct conn		*next, *prev;	/* of all; of the dead, next */
	enum conn_state		 state;
	bool			 is_blocked;	/* waits for room in the socket */
	bool			 is_catching;	/* behind the ring: reads tables */
	unsigned		 held;		/* questions about it under way */
	unsigned		 shown;		/* the list of who is here it has had */
	int64_t			 until;		/* when its state is over */
	struct server_request	*request;	/* until it is opened */
	struct conn		*queued;	/* the next that waits to be opened */
	struct opening		*opening;

	char			*out;		/* what the socket did not take */
	size_t			 out_at, out_len, out_room;
	int64_t			 taken_at;	/* when a blocked one took something */

	/* Of a stream and a poll. */
	struct follower		*follower;
	struct group		*article;	/* whose public page it is; NULL: none */
	int64_t			 at;		/* the last place it has been told */
	int64_t			 said;		/* the last one sent as an id */
	int64_t			 beat_at;	/* the next heartbeat */
	struct str		 head;		/* a poll's headers; malloc() */
	struct buf		*found;		/* what a poll found, in this turn */
};

/* Take what waits at the listening socket. */
void	conns_accept(struct push *push);
/* What is due: requests that take too long, ends, heartbeats. */
void	conns_tick(struct push *push);
/* Those whose access has ended. */
void	conns_put_out(struct push *push);
/* Free what was closed in this turn. */
void	conns_bury(struct push *push);

/* Send, or keep. */
void	conn_send(struct conn *conn, const void *data, size_t n);
/* The same of many pieces; the array is changed. */
void	conn_send_all(struct conn *conn, struct iovec *pieces, unsigned count);
/* Say that the request is done, and close when that is sent. */
void	conn_end(struct conn *conn);
void	conn_close(struct conn *conn);
/* Something under way no longer needs it. */
void	conn_release(struct conn *conn);

static inline bool
conn_is_fed(const struct conn *conn)
{
	return (conn->state == CONN_STREAM || conn->state == CONN_POLL);
}

#endif
