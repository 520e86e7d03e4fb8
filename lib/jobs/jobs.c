/* SPDX-License-Identifier: ISC */
#include "jobs.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "bell.h"
#include "buf.h"
#include "check.h"
#include "db.h"
#include "log.h"
#include "when.h"

#define PATIENCE_US	INT64_C(10000000)
#define INSIDE_US	INT64_C(900000000)	/* a function may have work */
#define ENDS_MAX	(8 * 1024 * 1024)

struct jobs {
	struct db	*db;
	const char	*worker;
	const char	*queues;
	bool		 in_doubt;	/* a claim may have happened unheard */
};

static const char *const outcomes[] = {
	[JOB_DONE] = "done", [JOB_AGAIN] = "again", [JOB_FAILED] = "failed",
	[JOB_CANCELLED] = "cancelled", [JOB_BACK] = "back"
};

struct jobs *
jobs_new(struct db *db, const char *worker, const char *queues)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));

	ASSERT(jobs != NULL);
	*jobs = (struct jobs){ .db = db, .worker = worker, .queues = queues };
	return (jobs);
}

void
jobs_free(struct jobs **jobs)
{
	free(*jobs);
	*jobs = NULL;
}

/* --- trips ------------------------------------------------------------------- */

static void
begin(struct jobs *jobs, struct arena *arena, int64_t patience)
{
	db_begin(jobs->db, arena, when_mono() + patience);
}

static bool
commit(struct jobs *jobs, const char *what)
{
	if (db_commit(jobs->db) == ERR_OK)
		return (true);
	log_event(LOG_WARN, "jobs.trip", "what", what, "cause",
	    db_last_error(jobs->db)->message, NULL);
	return (false);
}

/* outcome: of whatever this worker's name is said to have in hand. */
static void
ask_recover(struct jobs *jobs, const char *outcome)
{
	const char *values[] = { jobs->worker, outcome };

	db_add(jobs->db, Q_JOBS_RECOVER, values);
}

bool
jobs_recover(struct jobs *jobs, struct arena *arena)
{
	begin(jobs, arena, PATIENCE_US);
	ask_recover(jobs, "lost");
	return (commit(jobs, "recover"));
}

/* --- ending ------------------------------------------------------------------- */

static void
add_text(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, text, strlen(text));
}

static void
add_end(struct buf *out, const struct job *job)
{
	buf_printf(out, "{\"id\":\"%s\",\"attempt\":%s,\"outcome\":\"%s\"",
	    job->id, job->attempt, outcomes[job->end]);
	add_text(out, "cause", job->cause);
	if (job->result != NULL)
		buf_printf(out, ",\"result\":%s", job->result);
	if (job->after > 0)
		buf_printf(out, ",\"after\":\"%lld s\"",
		    (long long)job->after);
	buf_char(out, '}');
}

static void
ask_finish(struct jobs *jobs, struct arena *arena, const struct job *ended,
    unsigned count)
{
	struct buf ends;

	buf_init(&ends, arena, ENDS_MAX);
	for (unsigned i = 0; i < count; i++) {
		buf_char(&ends, i == 0 ? '[' : ',');
		add_end(&ends, &ended[i]);
	}
	buf_char(&ends, ']');
	ASSERT(!ends.failed);
	db_writes(jobs->db);
	db_add(jobs->db, Q_JOBS_FINISH, (const char *const[]){ jobs->worker,
	    ends.data });
}

static void
take_jobs(struct arena *arena, const struct db_rows *rows, struct job **out,
    unsigned *count_out)
{
	*count_out = db_count(rows);
	*out = arena_array(arena, *count_out + 1, sizeof(**out));
	for (unsigned i = 0; i < *count_out; i++)
		(*out)[i] = (struct job){
			.id = db_text(rows, i, "id"),
			.kind = db_text(rows, i, "kind"),
			.args = str_of(db_text(rows, i, "args")),
			.attempt = db_text(rows, i, "attempt"),
			.key = db_text(rows, i, "key"),
			.end = JOB_BACK
		};
}

bool
jobs_turn(struct jobs *jobs, struct arena *arena, const struct job *ended,
    unsigned ended_count, bool claim, struct job **out, unsigned *count_out)
{
	struct db_rows *rows = NULL;

	*out = NULL;
	*count_out = 0;
	if (ended_count == 0 && !claim && !jobs->in_doubt)
		return (true);
	begin(jobs, arena, PATIENCE_US);
	if (ended_count > 0)
		ask_finish(jobs, arena, ended, ended_count);
	if (jobs->in_doubt)
		ask_recover(jobs, "back");
	if (claim)
		rows = db_add(jobs->db, Q_JOBS_CLAIM, (const char *const[]){
		    jobs->worker, jobs->queues });
	if (!commit(jobs, "turn")) {
		jobs->in_doubt = jobs->in_doubt || (claim &&
		    db_last_error(jobs->db)->unknown);
		return (false);
	}
	jobs->in_doubt = false;
	if (rows != NULL)
		take_jobs(arena, rows, out, count_out);
	return (true);
}

/* --- meanwhile ----------------------------------------------------------------- */

bool
jobs_beat(struct jobs *jobs, struct arena *arena, const struct job *job)
{
	struct db_rows *rows;
	const char *go_on;

	begin(jobs, arena, PATIENCE_US);
	rows = db_add(jobs->db, Q_JOB_BEAT, (const char *const[]){
	    jobs->worker, job->id, job->attempt });
	/* The database is away: the lease decides. */
	if (!commit(jobs, "beat"))
		return (true);
	go_on = db_text(rows, 0, "go_on");
	return (go_on != NULL && go_on[0] == 't');
}

bool
jobs_may_begin(struct jobs *jobs, struct arena *arena, struct job *job)
{
	struct db_rows *rows;
	const char *stands;

	begin(jobs, arena, PATIENCE_US);
	rows = db_add(jobs->db, Q_JOB_STANDS, (const char *const[]){
	    jobs->worker, job->id, job->attempt });
	stands = commit(jobs, "stands") ? db_text(rows, 0, "stands") : NULL;
	job->end = stands != NULL && strcmp(stands, outcomes[JOB_CANCELLED]) ==
	    0 ? JOB_CANCELLED : JOB_BACK;
	return (stands != NULL && strcmp(stands, "go") == 0);
}

void
jobs_progress(struct jobs *jobs, struct arena *arena, const struct job *job,
    int percent)
{
	begin(jobs, arena, PATIENCE_US);
	db_writes(jobs->db);
	db_add(jobs->db, Q_JOB_PROGRESS, (const char *const[]){ jobs->worker,
	    job->id, job->attempt, arena_printf(arena, "%d", percent) });
	(void)commit(jobs, "progress");
}

int
jobs_inside(struct jobs *jobs, struct arena *arena)
{
	struct db_rows *rows;
	int count;

	begin(jobs, arena, INSIDE_US);
	rows = db_add(jobs->db, Q_JOBS_RUN_INSIDE, (const char *const[]){
	    jobs->worker });
	if (!commit(jobs, "inside"))
		return (-1);
	count = (int)strtol(db_text(rows, 0, "count"), NULL, 10);
	if (count > 0)
		bell_ring_push();
	return (count);
}

void
jobs_tick(struct jobs *jobs, struct arena *arena)
{
	begin(jobs, arena, PATIENCE_US);
	db_add(jobs->db, Q_JOBS_TICK, NULL);
	(void)commit(jobs, "tick");
}
