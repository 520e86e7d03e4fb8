/* SPDX-License-Identifier: ISC */
/*
 * One worker process: claims jobs, does them, tells how they ended.  The supervisor
 * keeps several; each waits for the doorbell, with a look now and then for what
 * rings no bell: times that come, jobs from psql, other hosts.
 */
#include "worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "bell.h"
#include "board.h"
#include "check.h"
#include "conf.h"
#include "db.h"
#include "log.h"
#include "process.h"
#include "when.h"

#define ARENA_LIMIT	(64 * 1024 * 1024)
#define BEAT_US		INT64_C(5000000)	/* leases are several times this */
#define TAKE_US		INT64_C(250000)		/* for what was claimed at once */
#define TICK_US		INT64_C(1000000)
#define TICK_LEAST_US	INT64_C(200000)		/* between two, after a ring */
#define INSIDE_US	INT64_C(20000)		/* between looks while busy */

static job_run nothing;
static bool is_stopping(void);

static const struct {
	const char	*kind;
	const char	*queue;
	job_run		*run;
	bool		(*is_possible)(void);	/* NULL: always */
} kinds[] = {
	{ "example.nothing", "example", nothing },
	{ "mail.send", "mail", mail_send, mail_is_possible },
	{ "request.run", "requests", request_run },
	{ "webhook.send", "webhooks", webhook_send },
};

struct worker {
	char		 name[256];
	char		 queues[256];	/* those it can do, {a,b} */
	struct arena	*arenas[2];	/* of one turn and the next */
	unsigned	 at;		/* the one of the last turn */
	struct arena	*scratch;
	struct db	*db;
	struct board	*board;
	struct jobs	*jobs;
	struct job	*ended;		/* of the last turn, by and by */
	unsigned	 ended_count;
	unsigned	 current;	/* of these, the one that runs */
	int64_t		 until;		/* when_mono(): let others have the rest */
	int64_t		 beaten;	/* when_mono() of the last beat */
	int64_t		 tick_at, ticked_at, inside_at;
	unsigned	 tries_to_tell;	/* of what ended, while stopping */
};

static struct worker self;
static volatile sig_atomic_t stopping;

/* --- what kinds may call -------------------------------------------------------- */

static bool
let_go(struct arena *arena, const struct job *list, unsigned count)
{
	struct job *none;

	return (jobs_turn(self.jobs, arena, list, count, false, &none, &count));
}

/* The one at hand takes long.  What was claimed with it and is done is told, for others
 * of its key may wait; the rest others may do. */
static void
keep_one(struct arena *arena)
{
	unsigned behind = self.current + 1;

	if (self.ended_count == 1 ||
	    !let_go(arena, self.ended, self.current) ||
	    !let_go(arena, self.ended + behind, self.ended_count - behind))
		return;
	self.ended += self.current;
	self.ended_count = 1;
	self.current = 0;
}

bool
work_alive(void *cls)
{
	struct work *work = cls;
	int64_t now = when_mono();

	if (now >= self.until)
		keep_one(work->arena);
	if (now - self.beaten < BEAT_US)
		return (true);
	self.beaten = now;
	return (jobs_beat(self.jobs, work->arena, work->job));
}

void
work_progress(struct work *work, int percent)
{
	jobs_progress(self.jobs, work->arena, work->job, percent);
}

enum job_end
work_failed(struct work *work, enum job_end end, const char *cause)
{
	work->job->cause = cause;
	return (end);
}

/* --- doing ----------------------------------------------------------------------- */

static enum job_end
nothing(struct work *work)
{
	(void)work;
	return (JOB_DONE);
}

static job_run *
find(const char *kind)
{
	for (unsigned i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return (kinds[i].run);
	return (NULL);
}

/* As an answer of a responder is counted, which come in four classes; /metrics
 * reads them back (cgi-bin/admin/metrics.c). */
static int
status_of(enum job_end end)
{
	return (end == JOB_DONE ? 200 : end == JOB_AGAIN ? 300 :
	    end == JOB_FAILED ? 500 : 400);
}

static void
tell(const struct job *job, int64_t us)
{
	char ms[24];

	snprintf(ms, sizeof(ms), "%lld", (long long)us / 1000);
	log_event(job->end == JOB_DONE ? LOG_DEBUG : LOG_WARN, "job",
	    "id", job->id, "kind", job->kind, "attempt", job->attempt,
	    "ms", ms, "cause", job->cause, NULL);
}

static void
run_one(struct arena *arena, struct job *job)
{
	struct work work = { .arena = arena, .db = self.db, .job = job };
	job_run *run = find(job->kind);
	char label[BOARD_LABEL];
	int64_t began = when_mono();

	board_begin(self.board);
	self.beaten = began;
	job->end = run != NULL ? run(&work) : work_failed(&work, JOB_FAILED,
	    "this worker does not know the kind");
	snprintf(label, sizeof(label), "JOB %s", job->kind);
	board_end(self.board, board_route(self.board, label),
	    status_of(job->end), when_mono() - began);
	tell(job, when_mono() - began);
}

/* Jobs of one key follow each other in the list.  What did not end lets nobody behind it,
 * and what did may have cancelled who comes next. */
static bool
may_follow(struct arena *arena, const struct job *before, struct job *job)
{
	if (before->key == NULL || job->key == NULL ||
	    strcmp(before->key, job->key) != 0)
		return (true);
	return (before->end != JOB_AGAIN && before->end != JOB_BACK &&
	    jobs_may_begin(self.jobs, arena, job));
}

/* As many as do not keep others waiting for long, whom somebody else could do. */
static void
run_all(struct arena *arena)
{
	self.until = when_mono() + TAKE_US;
	for (self.current = 0; self.current < self.ended_count &&
	    !is_stopping(); self.current++) {
		struct job *job = &self.ended[self.current];

		if (self.current > 0 && when_mono() >= self.until)
			break;
		if (self.current == 0 || may_follow(arena, job - 1, job))
			run_one(arena, job);
	}
}

/* --- turning ---------------------------------------------------------------------- */

/* Jobs done; -1: the database is away. */
static int
turn(bool claim)
{
	/* How the last ones ended lives in the other arena until it is told. */
	struct arena *arena = self.arenas[!self.at];
	struct job *list;
	unsigned count;

	arena_reset(arena);
	if (!jobs_turn(self.jobs, arena, self.ended, self.ended_count, claim,
	    &list, &count))
		return (-1);
	self.at = !self.at;
	self.ended = list;
	self.ended_count = count;
	run_all(arena);
	return ((int)count);
}

/* What the clock asks for, and what the database does itself; seldom while there
 * is other work. */
static int
inside(bool idle)
{
	int64_t now = when_mono();
	int count;

	if (!idle && now < self.inside_at)
		return (0);
	arena_reset(self.scratch);
	if (now >= self.tick_at) {
		jobs_tick(self.jobs, self.scratch);
		self.ticked_at = now;
		/* Apart from each other, so that they do not tick at once. */
		self.tick_at = now + TICK_US / 2 + random() % TICK_US;
	}
	count = jobs_inside(self.jobs, self.scratch);
	self.inside_at = when_mono() + (count > 0 ? 0 : INSIDE_US);
	return (count);
}

/* Who rang may have left events for webhooks, which the tick turns into jobs. */
static void
hasten_tick(void)
{
	int64_t soon = self.ticked_at + TICK_LEAST_US;

	if (self.tick_at > soon)
		self.tick_at = soon;
}

/* SIGTERM is let in here and nowhere else. */
static void
wait_for_work(void)
{
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	if (!stopping && bell_wait())
		hasten_tick();
	sigprocmask(SIG_BLOCK, &term, NULL);
}

static bool
is_stopping(void)
{
	sigset_t pending;

	sigpending(&pending);
	if (sigismember(&pending, SIGTERM))
		stopping = 1;
	return (stopping);
}

static void
work(void)
{
	int done, done_inside;

	while (!jobs_recover(self.jobs, self.scratch) && !is_stopping())
		wait_for_work();
	board_ready(self.board);
	for (;;) {
		bool last = is_stopping();

		done = turn(!last);
		if (last && (done == 0 || --self.tries_to_tell == 0))
			break;
		done_inside = last ? 0 : inside(done <= 0);
		if (done <= 0 && done_inside <= 0)
			wait_for_work();
	}
}

/* --- beginning ----------------------------------------------------------------------- */

static void
on_term(int sig)
{
	(void)sig;
	stopping = 1;
}

static void
set_signals(void)
{
	struct sigaction stop = { .sa_handler = on_term };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &ignore, NULL);	/* Ctrl-C is the supervisor's */
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* The same for whoever takes this place after us, so that they know what we left. */
static void
name_self(void)
{
	const char *home = getenv("BUREAU_HOME"), *slot = getenv("BUREAU_SLOT");
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(self.name, sizeof(self.name), "%s:%s:%s", host,
	    home != NULL ? home : "", slot != NULL ? slot : "");
}

/* The queues of our kinds, as an array of SQL.  What cannot be done here stays in
 * its queue, untouched. */
static void
name_queues(void)
{
	size_t len = 0;

	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		if (kinds[i].is_possible != NULL && !kinds[i].is_possible()) {
			log_event(LOG_WARN, "worker.cannot", "kind",
			    kinds[i].kind, NULL);
			continue;
		}
		len += (size_t)snprintf(self.queues + len,
		    sizeof(self.queues) - len, "%c%s", len == 0 ? '{' : ',',
		    kinds[i].queue);
		ASSERT(len + sizeof("}") < sizeof(self.queues));
	}
	memcpy(self.queues + len, "}", sizeof("}"));
}

int
main(void)
{
	log_open("worker", LOG_INFO);
	set_signals();
	process_begin("worker");
	/* A function of the database may have work to do. */
	conf_set(CONF_STATEMENT_TIMEOUT, "600", NULL, NULL);
	name_self();
	name_queues();
	for (unsigned i = 0; i < COUNT_OF(self.arenas); i++)
		self.arenas[i] = arena_new(ARENA_WIPING, ARENA_LIMIT);
	self.scratch = arena_new(ARENA_WIPING, ARENA_LIMIT);
	self.db = db_new("bureau_worker");
	self.board = board_attach();
	self.jobs = jobs_new(self.db, self.name, self.queues);
	self.tries_to_tell = 5;
	work();
	jobs_free(&self.jobs);
	db_free(&self.db);
	board_free(&self.board);
	arena_free(&self.scratch);
	for (unsigned i = 0; i < COUNT_OF(self.arenas); i++)
		arena_free(&self.arenas[i]);
	return (EXIT_SUCCESS);
}
