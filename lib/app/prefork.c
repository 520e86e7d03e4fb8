/* SPDX-License-Identifier: ISC */
/*
 * Keeping children alive.
 *
 * A pool has seats: twice its count where it rolls, so that a new generation can
 * sit beside the old one.  A seat is empty, waits for the moment its child may
 * start (again), runs, or is ending.  tend() moves every seat as far as the
 * clock allows; reap() moves those whose child has ended; nothing else changes
 * a seat, but for the commands of the header.
 */
#include "config.h"

#include "prefork.h"

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
#define ROLL_FAILURES	3		/* of a new child, until it is given up */
#define NEVER		INT64_MAX

enum seat_state { SEAT_EMPTY, SEAT_WAITING, SEAT_RUNNING, SEAT_ENDING };

struct seat {
	enum seat_state	state;
	pid_t		pid;		/* when running or ending */
	uint64_t	generation;
	int64_t		started;	/* us, when_mono() */
	int64_t		start_at;	/* when waiting */
	int64_t		kill_at;	/* NEVER unless it is to be killed */
	uint64_t	answered;	/* requests of its slot at its start */
	unsigned	failures;	/* short lives in a row */
	unsigned	slot;
};

struct pool {
	struct pool_spec spec;
	struct seat	*seats;
	unsigned	 seat_count;
	uint64_t	 generation;	/* of children started from now on */
	bool		 rolling;	/* until none of an older one is left */
};

struct prefork {
	struct board	*board;
	int		 board_fd;
	int		 signal_fd;
	sigset_t	 old_mask;
	struct pool	*pools;
	int		 pool_count;
	unsigned	 slots_used;
	uint64_t	 generation;
	int64_t		 drain;		/* of the roll under way, us */
	bool		 roll_again;
	bool		 stop_asked;
	bool		 reload_asked;
	int		 stopping;	/* stages from this one up end; -1 none */
};

static void	tend(struct prefork *prefork);
static int64_t	next_wake(const struct prefork *prefork);
static void	read_signals(struct prefork *prefork);
static void	ask_to_stop(struct pool *pool, struct seat *seat, int64_t kill_at);

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

static void
seat_new_child(struct seat *seat)
{
	seat->state = SEAT_WAITING;
	seat->start_at = 0;
	seat->failures = 0;
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
	for (unsigned i = 0; i < spec->count; i++)
		seat_new_child(&pool->seats[i]);
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
	if (seat->state == SEAT_ENDING ||
	    (prefork->stopping >= 0 &&
	    pool->spec.stage >= (unsigned)prefork->stopping)) {
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

static void
ask_to_stop(struct pool *pool, struct seat *seat, int64_t kill_at)
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

/* What a roll has come to, for one pool. */
struct roll_count {
	unsigned	old;		/* children of older generations left */
	unsigned	ready;		/* new ones that may take over */
	bool		failing;	/* a new one keeps dying */
};

static bool
is_ready(const struct prefork *prefork, const struct pool *pool,
    const struct seat *seat)
{
	return (seat->state == SEAT_RUNNING && (!pool->spec.on_board ||
	    board_state(prefork->board, seat->slot) >= BOARD_IDLE));
}

static struct roll_count
roll_look(const struct prefork *prefork, const struct pool *pool)
{
	struct roll_count count = { 0 };

	for (unsigned i = 0; i < pool->seat_count; i++) {
		const struct seat *seat = &pool->seats[i];

		if (seat->state == SEAT_EMPTY)
			continue;
		if (seat->generation != pool->generation) {
			count.old++;
			continue;
		}
		count.ready += is_ready(prefork, pool, seat);
		count.failing |= seat->failures >= ROLL_FAILURES;
	}
	return (count);
}

/* Ask the children of the pool's generation, or all others, to stop. */
static void
end_generation(struct pool *pool, bool others, int64_t drain)
{
	int64_t kill_at = when_mono() + drain;

	for (unsigned i = 0; i < pool->seat_count; i++)
		if ((pool->seats[i].generation != pool->generation) == others)
			ask_to_stop(pool, &pool->seats[i], kill_at);
}

static void
roll_give_up(struct prefork *prefork, struct pool *pool)
{
	log_event(LOG_ERROR, "roll.failed", "pool", pool->spec.name, "why",
	    "the new children do not start; the old ones stay", NULL);
	end_generation(pool, false, prefork->drain);
	pool->generation--;
	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool->seats[i].state == SEAT_RUNNING)
			pool->seats[i].generation = pool->generation;
	pool->rolling = false;
}

static void
tend_roll(struct prefork *prefork, struct pool *pool)
{
	struct roll_count count = roll_look(prefork, pool);

	if (count.failing && count.old > 0)
		roll_give_up(prefork, pool);
	else if (count.old == 0)
		pool->rolling = false;
	else if (count.ready >= pool->spec.count)
		end_generation(pool, true, prefork->drain);
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
			tend_roll(prefork, pool);
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

/* Put a pool's new generation on the seats that are empty. */
static void
roll_begin(struct pool *pool, uint64_t generation)
{
	unsigned wanted = pool->spec.count;

	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool->seats[i].state == SEAT_WAITING)
			pool->seats[i].state = SEAT_EMPTY;
	pool->generation = generation;
	pool->rolling = true;
	for (unsigned i = 0; i < pool->seat_count && wanted > 0; i++) {
		struct seat *seat = &pool->seats[i];

		if (seat->state != SEAT_EMPTY)
			continue;
		seat_new_child(seat);
		seat->generation = generation;
		wanted--;
	}
}

void
prefork_roll(struct prefork *prefork, int64_t drain_us)
{
	prefork->drain = drain_us;
	if (prefork_rolling(prefork)) {
		prefork->roll_again = true;
		return;
	}
	prefork->generation++;
	for (int i = 0; i < prefork->pool_count; i++)
		if (prefork->pools[i].spec.rolls)
			roll_begin(&prefork->pools[i], prefork->generation);
}

bool
prefork_rolling(const struct prefork *prefork)
{
	for (int i = 0; i < prefork->pool_count; i++)
		if (prefork->pools[i].rolling)
			return (true);
	return (false);
}

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
			ask_to_stop(pool, &pool->seats[k], kill_at);
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

/* --- telling -------------------------------------------------------------------- */

unsigned
prefork_running(const struct prefork *prefork, int number)
{
	const struct pool *pool = &prefork->pools[number];
	unsigned n = 0;

	for (unsigned i = 0; i < pool->seat_count; i++)
		n += pool->seats[i].pid > 0;
	return (n);
}

bool
prefork_ready(const struct prefork *prefork, int number)
{
	const struct pool *pool = &prefork->pools[number];

	for (unsigned i = 0; i < pool->seat_count; i++)
		if (is_ready(prefork, pool, &pool->seats[i]))
			return (true);
	return (false);
}

unsigned
prefork_failures(const struct prefork *prefork, int number)
{
	const struct pool *pool = &prefork->pools[number];
	unsigned most = 0;

	for (unsigned i = 0; i < pool->seat_count; i++)
		if (pool->seats[i].failures > most)
			most = pool->seats[i].failures;
	return (most);
}

uint64_t
prefork_generation(const struct prefork *prefork)
{
	return (prefork->generation);
}

static bool
find_seat(const struct prefork *prefork, unsigned n, const struct pool **pool_out,
    const struct seat **seat_out)
{
	for (int i = 0; i < prefork->pool_count; i++) {
		const struct pool *pool = &prefork->pools[i];

		for (unsigned k = 0; k < pool->seat_count; k++)
			if (pool->seats[k].state != SEAT_EMPTY && n-- == 0) {
				*pool_out = pool;
				*seat_out = &pool->seats[k];
				return (true);
			}
	}
	return (false);
}

bool
prefork_child(const struct prefork *prefork, unsigned n, struct child_info *out)
{
	const struct pool *pool;
	const struct seat *seat;

	if (!find_seat(prefork, n, &pool, &seat))
		return (false);
	*out = (struct child_info){
		.pool = pool->spec.name, .pid = seat->pid,
		.generation = seat->generation,
		.age_us = seat->pid > 0 ? when_mono() - seat->started : 0,
		.slot = seat->slot, .on_board = pool->spec.on_board,
		.ending = seat->state == SEAT_ENDING,
		.failures = seat->failures
	};
	return (true);
}
