/* SPDX-License-Identifier: ISC */
/*
 * Keeping children alive.
 *
 * tend() moves every seat (pool.h) as far as the clock allows; reap() moves those
 * whose child has ended; nothing else changes a seat, but for the commands of
 * the header.
 */
#include "config.h"

#include "pool.h"

#include "board.h"
#include "check.h"
#include "log.h"
#include "spawn.h"
#include "when.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS		INT64_C(1000)		/* microseconds */
#define YOUNG		(1000 * MS)	/* a shorter life without an answer failed */
#define BACKOFF_FIRST	(100 * MS)
#define BACKOFF_MOST	(5000 * MS)
#define FORK_AGAIN	(500 * MS)	/* after fork() found no room */
#define WATCHDOG_GRACE	(1000 * MS)	/* between its SIGTERM and its SIGKILL */
#define WATCHDOG_TICK	(1000 * MS)	/* how often it looks, at most */
#define ROLL_TICK	(20 * MS)
#define NEVER		INT64_MAX

static void	tend(struct prefork *prefork);
static int64_t	next_wake(const struct prefork *prefork);
static void	read_signals(struct prefork *prefork);

/* --- life -------------------------------------------------------------------- */

struct prefork *
prefork_new(struct board *board, int board_fd)
{
	struct prefork *prefork = calloc(1, sizeof(*prefork));
	sigset_t mask;

	ASSERT(prefork != NULL);
	prefork->board = board;
	prefork->board_fd = board_fd;
	prefork->generation = 1;
	prefork->stopping = -1;
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &prefork->old_mask);
	prefork->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	ASSERT(prefork->signal_fd >= 0);
	return (prefork);
}

void
prefork_free(struct prefork **prefork)
{
	struct prefork *p = *prefork;

	if (p == NULL)
		return;
	for (int i = 0; i < p->pool_count; i++)
		free(p->pools[i].seats);
	free(p->pools);
	close(p->signal_fd);
	sigprocmask(SIG_SETMASK, &p->old_mask, NULL);
	free(p);
	*prefork = NULL;
}

void
pool_fill(struct pool *pool, unsigned wanted)
{
	for (unsigned i = 0; i < pool->seat_count && wanted > 0; i++) {
		struct seat *seat = &pool->seats[i];

		if (seat->state != SEAT_EMPTY)
			continue;
		seat->state = SEAT_WAITING;
		seat->start_at = 0;
		seat->failures = 0;
		seat->generation = pool->generation;
		wanted--;
	}
}

int
prefork_add(struct prefork *prefork, const struct pool_spec *spec)
{
	struct pool *pool;
	unsigned seats = spec->count * (spec->rolls ? 2 : 1);
	unsigned slots = spec->on_board ? seats : 0;

	if (prefork->slots_used + slots > BOARD_SLOTS)
		return (-1);
	prefork->pools = reallocarray(prefork->pools,
	    (size_t)prefork->pool_count + 1, sizeof(*pool));
	ASSERT(prefork->pools != NULL);
	pool = &prefork->pools[prefork->pool_count];
	*pool = (struct pool){
		.spec = *spec, .seat_count = seats,
		.generation = prefork->generation,
		.seats = calloc(seats, sizeof(*pool->seats))
	};
	ASSERT(pool->seats != NULL);
	for (unsigned i = 0; i < slots; i++)
		pool->seats[i].slot = prefork->slots_used++;
	pool_fill(pool, spec->count);
	prefork->pool_count++;
	tend(prefork);
	return (prefork->pool_count - 1);
}

void
prefork_change(struct prefork *prefork, int number, const struct pool_spec *spec)
{
	struct pool *pool = &prefork->pools[number];
	unsigned count = pool->spec.count;

	pool->spec = *spec;
	pool->spec.count = count;	/* the seats are made */
}

/* --- waiting ------------------------------------------------------------------- */

static bool
take(bool *flag)
{
	bool was = *flag;

	*flag = false;
	return (was);
}

/* Sleep until something is readable or the time has come. */
static bool
doze(struct prefork *prefork, int fd, int64_t until)
{
	struct pollfd fds[2] = {
		{ .fd = prefork->signal_fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN }
	};
	int64_t left = until == NEVER ? 0 : until - when_mono();
	struct timespec time;

	if (left < 0)
		left = 0;
	time = (struct timespec){ left / 1000000, left % 1000000 * 1000 };
	if (ppoll(fds, 2, until == NEVER ? NULL : &time, NULL) <= 0)
		return (false);
	if (fds[0].revents != 0)
		read_signals(prefork);
	return (fd >= 0 && fds[1].revents != 0);
}

enum prefork_event
prefork_wait(struct prefork *prefork, int fd, int64_t timeout_us)
{
	int64_t deadline = timeout_us < 0 ? NEVER : when_mono() + timeout_us;
	int64_t wake;

	for (;;) {
		tend(prefork);
		if (take(&prefork->stop_asked))
			return (PREFORK_STOP);
		if (take(&prefork->reload_asked))
			return (PREFORK_RELOAD);
		if (when_mono() >= deadline)
			return (PREFORK_TIMEOUT);
		wake = next_wake(prefork);
		if (doze(prefork, fd, wake < deadline ? wake : deadline))
			return (PREFORK_INPUT);
	}
}

/* --- a child's end ------------------------------------------------------------- */

static uint64_t
answered(const struct prefork *prefork, const struct pool *pool,
    const struct seat *seat)
{
	struct board_slot slot;

	if (!pool->spec.on_board ||
	    !board_slot(prefork->board, seat->slot, &slot))
		return (0);
	return (slot.counters[BOARD_REQUESTS]);
}

static void
log_exit(const struct pool *pool, const struct seat *seat, int status)
{
	char pid[16], how[32];
	bool asked = seat->state == SEAT_ENDING;

	snprintf(pid, sizeof(pid), "%d", (int)seat->pid);
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(status));
	log_event(asked ? LOG_DEBUG : LOG_WARN, "child.end", "pool",
	    pool->spec.name, "pid", pid, "how", how, NULL);
}

/* At once the first time, then ever later while it dies young. */
static int64_t
backoff(unsigned failures)
{
	int64_t delay = BACKOFF_FIRST;

	if (failures < 2)
		return (0);
	while (failures-- > 2 && delay < BACKOFF_MOST)
		delay *= 2;
	return (delay < BACKOFF_MOST ? delay : BACKOFF_MOST);
}

/* It was asked to end, or its place is taken by a new generation. */
static bool
is_not_replaced(const struct prefork *prefork, const struct pool *pool,
    const struct seat *seat)
{
	return (seat->state == SEAT_ENDING ||
	    (pool->rolling && seat->generation != pool->generation) ||
	    (prefork->stopping >= 0 &&
	    pool->spec.stage >= (unsigned)prefork->stopping));
}

static void
child_ended(struct prefork *prefork, struct pool *pool, struct seat *seat,
    int status)
{
	int64_t now = when_mono();
	bool failed = now - seat->started < YOUNG &&
	    answered(prefork, pool, seat) == seat->answered;

	log_exit(pool, seat, status);
	if (pool->spec.on_board)
		board_vacate(prefork->board, seat->slot);
	seat->pid = 0;
	seat->kill_at = NEVER;
	if (is_not_replaced(prefork, pool, seat)) {
		seat->state = SEAT_EMPTY;
		return;
	}
	if (pool->spec.on_board)
		board_count_slot(prefork->board, seat->slot, BOARD_CRASHES, 1);
	seat->failures = failed ? seat->failures + 1 : 0;
	seat->state = SEAT_WAITING;
	seat->start_at = now + backoff(seat->failures);
}

static struct seat *
seat_of(struct prefork *prefork, pid_t pid, struct pool **pool_out)
{
	for (int i = 0; i < prefork->pool_count; i++) {
		struct pool *pool = &prefork->pools[i];

		for (unsigned k = 0; k < pool->seat_count; k++)
			if (pool->seats[k].pid == pid) {
				*pool_out = pool;
				return (&pool->seats[k]);
			}
	}
	return (NULL);
}

static void
reap(struct prefork *prefork)
{
	struct pool *pool;
	struct seat *seat;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		seat = seat_of(prefork, pid, &pool);
		if (seat != NULL)
			child_ended(prefork, pool, seat, status);
	}
}

static void
read_signals(struct prefork *prefork)
{
	struct signalfd_siginfo info;

	while (read(prefork->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(prefork);
		else if (info.ssi_signo == SIGHUP)
			prefork->reload_asked = true;
		else
			prefork->stop_asked = true;
	}
}

/* --- tending ------------------------------------------------------------------- */

static void
start_child(struct prefork *prefork, struct pool *pool, struct seat *seat)
{
	struct spawn_place place = {
		prefork->board, prefork->board_fd, seat->slot, pool->generation
	};

	seat->answered = answered(prefork, pool, seat);
	seat->pid = spawn(&pool->spec, &place);
	if (seat->pid < 0) {
		log_event(LOG_ERROR, "child.fork", "pool", pool->spec.name,
		    "why", strerror(errno), NULL);
		seat->pid = 0;
		seat->start_at = when_mono() + FORK_AGAIN;
		return;
	}
	seat->state = SEAT_RUNNING;
	seat->generation = pool->generation;
	seat->started = when_mono();
	seat->kill_at = NEVER;
}

void
pool_ask_to_stop(struct pool *pool, struct seat *seat, int64_t kill_at)
{
	if (seat->state == SEAT_WAITING)
		seat->state = SEAT_EMPTY;
	if (seat->state != SEAT_RUNNING && seat->state != SEAT_ENDING)
		return;
	if (seat->state == SEAT_RUNNING)
		kill(seat->pid, pool->spec.stop_signal);
	seat->state = SEAT_ENDING;
	if (kill_at < seat->kill_at)
		seat->kill_at = kill_at;
}

/* End a child that has been at one request for too long. */
static void
watch(struct prefork *prefork, struct pool *pool, struct seat *seat)
{
	char pid[16];

	if (pool->spec.request_timeout == 0 || !pool->spec.on_board ||
	    seat->state != SEAT_RUNNING || seat->kill_at != NEVER ||
	    board_busy_for(prefork->board, seat->slot) <=
	    pool->spec.request_timeout)
		return;
	snprintf(pid, sizeof(pid), "%d", (int)seat->pid);
	log_event(LOG_ERROR, "child.timeout", "pool", pool->spec.name, "pid",
	    pid, NULL);
	board_count_slot(prefork->board, seat->slot, BOARD_TIMEOUTS, 1);
	kill(seat->pid, SIGTERM);
	seat->kill_at = when_mono() + WATCHDOG_GRACE;
}

static void
tend_seat(struct prefork *prefork, struct pool *pool, struct seat *seat,
    int64_t now)
{
	if (seat->state == SEAT_WAITING && seat->start_at <= now)
		start_child(prefork, pool, seat);
	watch(prefork, pool, seat);
	if (seat->pid > 0 && seat->kill_at <= now) {
		kill(seat->pid, SIGKILL);
		/* Not NEVER: the watchdog would count it a second time. */
		seat->kill_at = now + WATCHDOG_GRACE;
	}
}

static void
tend(struct prefork *prefork)
{
	int64_t now = when_mono();

	for (int i = 0; i < prefork->pool_count; i++) {
		struct pool *pool = &prefork->pools[i];

		for (unsigned k = 0; k < pool->seat_count; k++)
			tend_seat(prefork, pool, &pool->seats[k], now);
		if (pool->rolling)
			pool_tend_roll(prefork, pool);
	}
	if (prefork->roll_again && !prefork_rolling(prefork)) {
		prefork->roll_again = false;
		prefork_roll(prefork, prefork->drain);
	}
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return (a < b ? a : b);
}

static int64_t
next_wake(const struct prefork *prefork)
{
	int64_t now = when_mono(), wake = NEVER, tick;

	for (int i = 0; i < prefork->pool_count; i++) {
		const struct pool *pool = &prefork->pools[i];

		for (unsigned k = 0; k < pool->seat_count; k++) {
			const struct seat *seat = &pool->seats[k];

			if (seat->state == SEAT_WAITING)
				wake = earlier(wake, seat->start_at);
			if (seat->pid > 0)
				wake = earlier(wake, seat->kill_at);
		}
		if (pool->spec.request_timeout > 0) {
			tick = earlier(pool->spec.request_timeout / 8,
			    WATCHDOG_TICK);
			wake = earlier(wake, now + tick);
		}
		if (pool->rolling)
			wake = earlier(wake, now + ROLL_TICK);
	}
	return (wake);
}

/* --- commands ------------------------------------------------------------------ */

static unsigned
stage_running(const struct prefork *prefork, unsigned stage)
{
	unsigned n = 0;

	for (int i = 0; i < prefork->pool_count; i++)
		if (prefork->pools[i].spec.stage == stage)
			n += prefork_running(prefork, i);
	return (n);
}

static void
stop_stage(struct prefork *prefork, unsigned stage, int64_t kill_at)
{
	for (int i = 0; i < prefork->pool_count; i++) {
		struct pool *pool = &prefork->pools[i];

		if (pool->spec.stage != stage)
			continue;
		pool->rolling = false;
		for (unsigned k = 0; k < pool->seat_count; k++)
			pool_ask_to_stop(pool, &pool->seats[k], kill_at);
	}
}

void
prefork_stop(struct prefork *prefork, int64_t drain_us)
{
	unsigned stages = 0;

	prefork->roll_again = false;
	for (int i = 0; i < prefork->pool_count; i++)
		if (prefork->pools[i].spec.stage >= stages)
			stages = prefork->pools[i].spec.stage + 1;
	while (stages-- > 0) {
		prefork->stopping = (int)stages;
		stop_stage(prefork, stages, when_mono() + drain_us);
		while (stage_running(prefork, stages) > 0) {
			/* Asked a second time: no more patience. */
			if (prefork_wait(prefork, -1, 1000 * MS) == PREFORK_STOP) {
				drain_us = 0;
				stop_stage(prefork, stages, when_mono());
			}
		}
	}
}

