/* SPDX-License-Identifier: ISC */
/*
 * One turn: what became readable, what is due, what there is to deliver, and then
 * the time until the next thing is.
 */
#include "push.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "arena.h"
#include "async.h"
#include "bell.h"
#include "board.h"
#include "follower.h"
#include "check.h"
#include "conn.h"
#include "feed.h"
#include "front.h"
#include "group.h"
#include "log.h"
#include "metrics.h"
#include "open.h"
#include "presence.h"
#include "ring.h"
#include "saying.h"
#include "sequencer.h"
#include "stream.h"
#include "when.h"

#define EVENTS		512
#define ARENA_LIMIT	((size_t)256 * 1024 * 1024)
#define DRAIN		(2 * SECOND)	/* for what clients have not taken */
#define READY		(3 * SECOND)	/* for the database, at the start */
#define GAP_LEAST	(5 * MS)
#define GAP_EACH	10		/* us for each connection */
/* The sequencer finds its rows by index, whatever the statistics say. */
#define WRITING_OPTIONS	"-c enable_hashjoin=off -c enable_mergejoin=off " \
			"-c enable_seqscan=off"

int64_t
deliver_gap(const struct push *push)
{
	int64_t gap = (int64_t)push->conn_count * GAP_EACH;

	return (gap > GAP_LEAST ? gap : GAP_LEAST);
}

/* --- descriptors --------------------------------------------------------------------------- */

void
loop_watch(struct push *push, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (epoll_ctl(push->epoll, EPOLL_CTL_MOD, watch->fd, &event) == 0)
		return;
	if (errno != ENOENT || epoll_ctl(push->epoll, EPOLL_CTL_ADD, watch->fd,
	    &event) != 0)
		PANIC("epoll does not watch");
}

void
loop_forget(struct push *push, struct watch *watch)
{
	(void)epoll_ctl(push->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

/* libpq opens and closes its descriptor as it likes. */
static void
follow(struct push *push, struct watch *watch, const struct async *async)
{
	short events = async_events(async);

	watch->fd = async_fd(async);
	if (watch->fd >= 0)
		loop_watch(push, watch, (events & POLLIN ? EPOLLIN : 0) |
		    (events & POLLOUT ? EPOLLOUT : 0));
}

/* --- what becomes ready ---------------------------------------------------------------------- */

static void
on_listener(struct push *push, struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	conns_accept(push);
}

static void
on_bell(struct push *push, struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	saying_hear(push);
}

static void
on_database(struct push *push, struct watch *watch, uint32_t events)
{
	(void)events;
	async_turn(watch == &push->feeding_watch ? push->feeding :
	    watch == &push->asking_watch ? push->asking : push->writing);
}

/* Told to stop: let nobody in, and send everybody elsewhere. */
static void
drain(struct push *push)
{
	if (push->draining)
		return;
	push->draining = true;
	push->drained_by = push->now + DRAIN;
	loop_forget(push, &push->listener);
	close(push->listener.fd);
	if (push->bell.fd >= 0)
		loop_forget(push, &push->bell);
	sequencer_yield(push);
	presence_bye(push);
	streams_end(push);
}

static void
on_signal(struct push *push, struct watch *watch, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	while (read(watch->fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			drain(push);
}

/* --- turns ----------------------------------------------------------------------------------- */

static void
turn_database(struct push *push, struct async *async, struct watch *watch)
{
	if (async_wake(async) <= push->now)
		async_turn(async);
	follow(push, watch, async);
}

static void
deliver(struct push *push)
{
	int64_t head = ring_head(push->ring), told = push->delivered;

	if (!push->has_news || push->now < push->deliver_at)
		return;
	push->has_news = false;
	push->deliver_at = push->now + deliver_gap(push);
	if (head > told)
		ring_merge(push, feed_epoch(push), told);
	streams_deliver(push);
	streams_catch_up(push);
	for (int64_t seq = head > told && told > ring_tail(push->ring) ?
	    told + 1 : head + 1; seq <= head; seq++)
		metrics_lag(push, when_mono() - ring_at(push->ring, seq)->born);
	push->delivered = head;
}

static void
turn(struct push *push)
{
	followers_refresh(push);
	groups_refresh(push);
	deliver(push);
	open_some(push);
	sequencer_turn(push);
	feed_turn(push);
	saying_tick(push);
	if (push->now >= push->tick_at) {
		push->tick_at = push->now + TICK;
		conns_tick(push);
		presence_tick(push);
		metrics_tick(push);
		streams_catch_up(push);
	}
	turn_database(push, push->feeding, &push->feeding_watch);
	turn_database(push, push->asking, &push->asking_watch);
	turn_database(push, push->writing, &push->writing_watch);
	conns_bury(push);
	arena_reset(push->arena);
}

static void
sooner(int64_t *wake, int64_t at)
{
	if (at < *wake)
		*wake = at;
}

static int
patience(const struct push *push)
{
	int64_t now = when_mono(), wake = now + TICK;

	if (push->has_news)
		sooner(&wake, push->deliver_at);
	sooner(&wake, sequencer_wake(push));
	sooner(&wake, feed_wake(push));
	sooner(&wake, async_wake(push->feeding));
	sooner(&wake, async_wake(push->asking));
	sooner(&wake, async_wake(push->writing));
	return (wake <= now ? 0 : (int)((wake - now + MS - 1) / MS));
}

static void
wait_and_read(struct push *push)
{
	struct epoll_event events[EVENTS];
	int n;

	/* A turn that does not end is ended by the watchdog.  One that replaces
	 * another takes over when it knows where the stream is. */
	if (feed_is_ready(push) || push->now >= push->ready_by)
		board_ready(push->board);
	n = epoll_wait(push->epoll, events, EVENTS, patience(push));
	push->now = when_mono();
	if (feed_is_ready(push) || push->now >= push->ready_by)
		board_begin(push->board);
	for (int i = 0; i < n; i++) {
		struct watch *watch = events[i].data.ptr;

		watch->ready(push, watch, events[i].events);
	}
}

static bool
is_done(const struct push *push)
{
	return (push->draining && (push->now >= push->drained_by ||
	    (push->conns == NULL && async_pending(push->writing) == 0 &&
	    async_pending(push->asking) == 0)));
}

/* --- life ------------------------------------------------------------------------------------- */

static int
open_signals(void)
{
	sigset_t mask;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);	/* Ctrl-C is the supervisor's */
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	ASSERT(fd >= 0);
	return (fd);
}

/* Who asked is told; nobody else need know. */
static void
on_asking(void *cls)
{
	(void)cls;
}

static void
open_database(struct push *push)
{
	const char *role = front_role(push->front);
	struct async_hooks none = { on_asking, on_asking, NULL, push };
	struct async_hooks feed = feed_hooks(push);
	struct async_hooks sequencer = sequencer_hooks(push);

	push->feeding = async_new(role, "", &feed);
	push->asking = async_new(role, "", &none);
	push->writing = async_new(role, WRITING_OPTIONS, &sequencer);
	push->feeding_watch = (struct watch){ -1, on_database };
	push->asking_watch = (struct watch){ -1, on_database };
	push->writing_watch = (struct watch){ -1, on_database };
}

static void
open_watches(struct push *push)
{
	push->epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT(push->epoll >= 0);
	push->listener = (struct watch){ STDIN_FILENO, on_listener };
	push->bell = (struct watch){ bell_hearing(), on_bell };
	push->signals = (struct watch){ open_signals(), on_signal };
	/* Another push may have taken what this one was woken for. */
	fcntl(push->listener.fd, F_SETFL, O_NONBLOCK);
	loop_watch(push, &push->listener, EPOLLIN);
	loop_watch(push, &push->signals, EPOLLIN);
	if (push->bell.fd >= 0)
		loop_watch(push, &push->bell, EPOLLIN);
}

static struct push *
push_new(struct front *front)
{
	struct push *push = calloc(1, sizeof(*push));

	ASSERT(push != NULL);
	push->front = front;
	push->board = front_board(front);
	push->now = when_mono();
	push->ready_by = push->now + READY;
	push->arena = arena_new(ARENA_PLAIN, ARENA_LIMIT);
	limits_find(&push->limits);
	push->followers = followers_new();
	push->groups = groups_new();
	push->ring = ring_new(&push->limits);
	push->feed = feed_new();
	push->sequencer = sequencer_new();
	push->openings = openings_new();
	push->presence = presence_new();
	push->saying = saying_new();
	open_watches(push);
	open_database(push);
	return (push);
}

static void
push_free(struct push **push)
{
	struct push *p = *push;

	while (p->conns != NULL)
		conn_close(p->conns);
	conns_bury(p);
	async_free(&p->feeding);
	async_free(&p->asking);
	async_free(&p->writing);
	saying_free(p, &p->saying);
	presence_free(&p->presence);
	openings_free(&p->openings);
	sequencer_free(&p->sequencer);
	feed_free(&p->feed);
	ring_free(p, &p->ring);
	groups_free(&p->groups);
	followers_free(&p->followers);
	arena_free(&p->arena);
	close(p->signals.fd);
	close(p->epoll);
	free(p);
	*push = NULL;
}

int
push_serve(struct front *front)
{
	struct push *push = push_new(front);

	while (!is_done(push)) {
		turn(push);
		wait_and_read(push);
	}
	push_free(&push);
	return (EXIT_SUCCESS);
}
