/* SPDX-License-Identifier: ISC */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "follower.h"
#include "check.h"
#include "group.h"
#include "metrics.h"
#include "open.h"
#include "polling.h"
#include "record.h"
#include "ring.h"
#include "server.h"
#include "stream.h"

#define PATIENCE	(10 * SECOND)	/* for a request; and for the end of one */
#define CHUNK		65536
#define OUT_STEP	4096		/* how a buffer grows, at least */
#define SEND_BUFFER	(64 * 1024)	/* of the kernel's memory, a connection */
#define ACCEPT_MOST	256		/* in one turn, so that others have theirs */
#define STALL		(10 * SECOND)	/* a client may take nothing for so long */

/* --- beginning and end -------------------------------------------------------------- */

static void	on_ready(struct push *push, struct watch *watch,
		    uint32_t events);

static void
conn_new(struct push *push, int fd)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	int room = SEND_BUFFER;

	ASSERT(conn != NULL);
	conn->request = calloc(1, sizeof(*conn->request));
	ASSERT(conn->request != NULL);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	server_request_init(conn->request);
	conn->watch = (struct watch){ fd, on_ready };
	conn->push = push;
	conn->until = push->now + PATIENCE;
	conn->next = push->conns;
	if (conn->next != NULL)
		conn->next->prev = conn;
	push->conns = conn;
	push->conn_count++;
	loop_watch(push, &conn->watch, EPOLLIN | EPOLLRDHUP);
}

void
conns_accept(struct push *push)
{
	for (unsigned i = 0; i < ACCEPT_MOST; i++) {
		int fd = accept4(push->listener.fd, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			conn_new(push, fd);
			continue;
		}
		/* The listener would be ready all the time. */
		if (errno == EMFILE || errno == ENFILE) {
			push->is_full = true;
			loop_forget(push, &push->listener);
		}
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

static void
forget_request(struct conn *conn)
{
	if (conn->request != NULL)
		server_request_release(conn->request);
	free(conn->request);
	conn->request = NULL;
}

void
conn_close(struct conn *conn)
{
	struct push *push = conn->push;

	if (conn->state == CONN_DEAD)
		return;
	if (conn->state == CONN_STREAM)
		metrics_stream(push, -1);
	conn->state = CONN_DEAD;
	open_forget(conn);
	loop_forget(push, &conn->watch);
	close(conn->watch.fd);
	if (conn->prev != NULL)
		conn->prev->next = conn->next;
	else
		push->conns = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	push->conn_count--;
	if (conn->follower != NULL)
		follower_drop(push, conn->follower);
	conn->follower = NULL;
	group_drop(push, conn->article);
	conn->article = NULL;
	conn->held++;
	conn->next = push->dead;
	push->dead = conn;
}

void
conn_release(struct conn *conn)
{
	if (--conn->held > 0 || conn->state != CONN_DEAD)
		return;
	forget_request(conn);
	free(conn->out);
	free((char *)conn->head.p);
	free(conn);
}

void
conns_bury(struct push *push)
{
	while (push->dead != NULL) {
		struct conn *conn = push->dead;

		push->dead = conn->next;
		conn_release(conn);
	}
	if (push->is_full && !push->draining) {
		push->is_full = false;
		loop_watch(push, &push->listener, EPOLLIN);
	}
}

/* --- sending --------------------------------------------------------------------------- */

static void
set_blocked(struct conn *conn, bool is_blocked)
{
	if (conn->is_blocked == is_blocked)
		return;
	conn->is_blocked = is_blocked;
	conn->taken_at = conn->push->now;
	loop_watch(conn->push, &conn->watch, is_blocked ?
	    EPOLLIN | EPOLLRDHUP | EPOLLOUT : EPOLLIN | EPOLLRDHUP);
}

static void
make_room(struct conn *conn, size_t n)
{
	size_t want = conn->out_len + n;
	char *grown;

	if (want <= conn->out_room)
		return;
	want += OUT_STEP;
	grown = realloc(conn->out, want);
	ASSERT(grown != NULL);
	conn->out = grown;
	conn->out_room = want;
}

static void
keep(struct conn *conn, const struct iovec *pieces, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (pieces[i].iov_len == 0)
			continue;
		make_room(conn, pieces[i].iov_len);
		memcpy(conn->out + conn->out_len, pieces[i].iov_base,
		    pieces[i].iov_len);
		conn->out_len += pieces[i].iov_len;
	}
	set_blocked(conn, conn->out_len > 0);
}

/* Past the n bytes that were taken. */
static void
skip(struct iovec **pieces, unsigned *count, size_t n)
{
	while (*count > 0 && n >= (*pieces)->iov_len) {
		n -= (*pieces)->iov_len;
		(*pieces)++;
		(*count)--;
	}
	if (*count > 0) {
		(*pieces)->iov_base = (char *)(*pieces)->iov_base + n;
		(*pieces)->iov_len -= n;
	}
}

void
conn_send_all(struct conn *conn, struct iovec *pieces, unsigned count)
{
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };
	ssize_t n = 0;

	if (conn->state == CONN_DEAD || count == 0)
		return;
	if (conn->out_len == 0) {
		n = sendmsg(conn->watch.fd, &message,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			conn_close(conn);
			return;
		}
	}
	skip(&pieces, &count, n > 0 ? (size_t)n : 0);
	if (count > 0)
		keep(conn, pieces, count);
}

void
conn_send(struct conn *conn, const void *data, size_t n)
{
	struct iovec piece = { (void *)data, n };

	conn_send_all(conn, &piece, 1);
}

static void
send_kept(struct conn *conn)
{
	ssize_t n = send(conn->watch.fd, conn->out + conn->out_at,
	    conn->out_len - conn->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		conn_close(conn);
		return;
	}
	if (n > 0) {
		conn->out_at += (size_t)n;
		conn->taken_at = conn->push->now;
	}
	if (conn->out_at < conn->out_len)
		return;
	free(conn->out);
	conn->out = NULL;
	conn->out_at = conn->out_len = conn->out_room = 0;
	set_blocked(conn, false);
	/* What came meanwhile waits in the ring. */
	conn->push->has_news |= conn->at < ring_head(conn->push->ring);
	if (conn->state == CONN_ENDING)
		conn_close(conn);
}

void
conn_end(struct conn *conn)
{
	/* An END_REQUEST whose content is zero: done, and well. */
	static const unsigned char end[2 * RECORD_HEADER] = {
		1, RECORD_END, 0, RECORD_REQUEST, 0, 8, 0, 0
	};

	if (conn->state == CONN_DEAD)
		return;
	if (conn->state == CONN_STREAM)
		metrics_stream(conn->push, -1);
	conn->state = CONN_ENDING;
	conn->until = conn->push->now + PATIENCE;
	conn_send(conn, end, sizeof(end));
	if (conn->state == CONN_ENDING && conn->out_len == 0)
		conn_close(conn);
}

/* --- reading ----------------------------------------------------------------------------- */

static void
feed(struct conn *conn, struct str bytes)
{
	/* Nothing more is to come, but that the peer gives up. */
	if (conn->state != CONN_READING) {
		conn_close(conn);
		return;
	}
	switch (server_request_feed(conn->request, bytes)) {
	case SERVER_WANTS:
		break;
	case SERVER_DONE:
		open_queue(conn);
		break;
	default:
		conn_close(conn);
		break;
	}
}

static void
receive(struct conn *conn)
{
	char chunk[CHUNK];
	ssize_t n = recv(conn->watch.fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		conn_close(conn);
	else
		feed(conn, (struct str){ chunk, (size_t)n });
}

static void
on_ready(struct push *push, struct watch *watch, uint32_t events)
{
	struct conn *conn = (struct conn *)watch;

	(void)push;
	if (conn->state != CONN_DEAD && (events & EPOLLOUT))
		send_kept(conn);
	if (conn->state != CONN_DEAD && (events & ~(uint32_t)EPOLLOUT))
		receive(conn);
}

/* --- what is due --------------------------------------------------------------------------- */

static void
tick_one(struct conn *conn)
{
	int64_t now = conn->push->now;

	if (conn->is_blocked && now >= conn->taken_at + STALL) {
		metrics_dropped(conn->push);
		conn_close(conn);
	} else if (now >= conn->until) {
		if (conn->state == CONN_STREAM)
			stream_expired(conn);
		else if (conn->state == CONN_POLL)
			poll_answer(conn);
		else if (conn->state == CONN_WAITING)
			open_refuse(conn, ERR_CONNECTION_ERROR);
		else if (conn->state != CONN_OPENING)
			conn_close(conn);
	} else if (conn->state == CONN_STREAM && now >= conn->beat_at) {
		stream_beat(conn);
	}
}

void
conns_tick(struct push *push)
{
	struct conn *next;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		tick_one(conn);
	}
}

void
conns_put_out(struct push *push)
{
	struct conn *next;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->follower == NULL || !conn->follower->is_over)
			continue;
		if (conn->state == CONN_STREAM)
			stream_revoked(conn);
		else if (conn->state == CONN_POLL)
			poll_revoked(conn);
	}
}
