/* SPDX-License-Identifier: ISC */
/*
 * Between two batches lies a gap, so that under load one transaction places many
 * events: short when it is quiet, longer while each batch finds more.
 */
#include "sequencer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "async.h"
#include "bell.h"
#include "check.h"
#include "feed.h"
#include "log.h"
#include "text.h"

#define GAP_LEAST	(2 * MS)
#define GAP_MOST	(10 * MS)
#define MANY		8	/* events of a batch that make the gap grow */
#define PASS_GAP	(5 * MS)	/* between bells that are passed on */
#define SNAP_MAX	65536
/* Before anything happened. */
#define FIRST_LAST	"0"
#define FIRST_SNAP	"1:1:"

enum stage { NOT_US, ASKING_LOCK, ASKING_CURSOR, IDLE, BATCH, YIELDED };

struct sequencer {
	enum stage	 stage;
	bool		 rang;		/* since the last batch, or passing on */
	int64_t		 at;		/* not before: the next batch, the next try */
	int64_t		 look_at;	/* the next batch without a bell */
	int64_t		 gap;
	char		 last[24];
	char		*snap;		/* malloc() */
};

struct sequencer *
sequencer_new(void)
{
	struct sequencer *s = calloc(1, sizeof(*s));

	ASSERT(s != NULL);
	s->gap = GAP_LEAST;
	return (s);
}

void
sequencer_free(struct sequencer **sequencer)
{
	free((*sequencer)->snap);
	free(*sequencer);
	*sequencer = NULL;
}

bool
sequencer_is_us(const struct push *push)
{
	return (push->sequencer->stage == IDLE ||
	    push->sequencer->stage == BATCH);
}

/* --- taking over -------------------------------------------------------------------------- */

/* It is committed; last NULL: as it was. */
static void
set_cursor(struct push *push, const char *last, const char *snap)
{
	struct sequencer *s = push->sequencer;
	const char *values[] = { s->last };
	char *copy = strdup(snap);

	ASSERT(copy != NULL);
	free(s->snap);
	s->snap = copy;
	if (last == NULL)
		return;
	snprintf(s->last, sizeof(s->last), "%s", last);
	(void)async_ask(push->writing, Q_PUSH_PLACE, values, NULL, NULL);
}

static void
try_later(struct push *push)
{
	push->sequencer->stage = NOT_US;
	push->sequencer->at = push->now + LOOK;
}

static void
on_cursor(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct push *push = cls;
	struct sequencer *s = push->sequencer;

	(void)error;
	if (s->stage != ASKING_CURSOR)
		return;
	if (err != ERR_OK) {
		try_later(push);
		return;
	}
	if (db_count(rows) == 0)
		set_cursor(push, FIRST_LAST, FIRST_SNAP);
	else
		set_cursor(push, db_text(rows, 0, "last"),
		    db_text(rows, 0, "snap"));
	s->stage = IDLE;
	s->rang = true;
	s->at = 0;
	s->gap = GAP_LEAST;
	log_event(LOG_INFO, "sequencer.taken", "last", s->last, NULL);
}

static void
on_lock(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct push *push = cls;
	struct sequencer *s = push->sequencer;
	bool held = err == ERR_OK &&
	    strcmp(db_text(rows, 0, "held"), "true") == 0;

	(void)error;
	if (s->stage != ASKING_LOCK)
		return;
	/* Read behind the lock: nobody writes it from now on. */
	if (held && async_ask(push->writing, Q_PUSH_CURSOR, NULL, on_cursor,
	    push))
		s->stage = ASKING_CURSOR;
	else
		try_later(push);
}

static void
on_up(void *cls)
{
	struct push *push = cls;

	push->sequencer->stage = NOT_US;
	push->sequencer->at = 0;
}

static void
on_down(void *cls)
{
	struct push *push = cls;

	/* The lock went with the connection. */
	try_later(push);
}

struct async_hooks
sequencer_hooks(struct push *push)
{
	return ((struct async_hooks){ on_up, on_down, NULL, push });
}

/* --- a batch -------------------------------------------------------------------------------- */

static void
adapt(struct sequencer *s, int64_t count)
{
	if (count >= MANY)
		s->gap = s->gap * 2 < GAP_MOST ? s->gap * 2 : GAP_MOST;
	else
		s->gap = s->gap / 2 > GAP_LEAST ? s->gap / 2 : GAP_LEAST;
}

static void
on_batch(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct push *push = cls;
	struct sequencer *s = push->sequencer;
	int64_t count = 0;
	const char *last;

	if (s->stage != BATCH)
		return;
	s->stage = IDLE;
	s->at = push->now + s->gap;
	if (err != ERR_OK) {
		log_event(LOG_ERROR, "sequencer.failed", "cause",
		    error->message, NULL);
		/* Where it really is, the tables say. */
		s->at = push->now + LOOK;
		if (async_ask(push->writing, Q_PUSH_CURSOR, NULL, on_cursor,
		    push))
			s->stage = ASKING_CURSOR;
		return;
	}
	last = db_text(rows, 0, "last");
	text_int(str_of(db_text(rows, 0, "count")), 0, INT64_MAX, &count);
	adapt(s, count);
	set_cursor(push, last, db_text(rows, 0, "snap"));
	/* Sooner than the NOTIFY. */
	if (count > 0)
		feed_poke(push);
	if (strcmp(db_text(rows, 0, "heard"), "true") == 0)
		bell_ring();
}

static void
batch(struct push *push)
{
	struct sequencer *s = push->sequencer;
	const char *values[] = { s->last, s->snap };

	if (!async_ask(push->writing, Q_PUSH_SEQUENCE, values, on_batch, push))
		return;
	s->stage = BATCH;
	s->rang = false;
	s->look_at = push->now + LOOK;
}

/* --- bells ------------------------------------------------------------------------------------ */

void
sequencer_ring(struct push *push)
{
	push->sequencer->rang = true;
}

void
sequencer_told(struct push *push, const char *payload)
{
	struct sequencer *s = push->sequencer;

	if (sequencer_is_us(push))
		s->rang = true;
	else if (strcmp(payload, "lock") == 0 && s->stage == NOT_US)
		s->at = 0;
}

static void
pass_on(struct push *push)
{
	const char *values[] = { "bell", "" };

	if (async_ask(push->asking, Q_PUSH_NOTIFY, values, NULL, NULL))
		push->sequencer->rang = false;
	push->sequencer->look_at = push->now + PASS_GAP;
}

static void
try_lock(struct push *push)
{
	if (async_ask(push->writing, Q_PUSH_LOCK, NULL, on_lock, push))
		push->sequencer->stage = ASKING_LOCK;
	else
		try_later(push);
}

void
sequencer_turn(struct push *push)
{
	struct sequencer *s = push->sequencer;

	if (s->stage == IDLE && push->now >= s->at &&
	    (s->rang || push->now >= s->look_at))
		batch(push);
	if (s->stage == NOT_US && push->now >= s->at &&
	    async_is_up(push->writing))
		try_lock(push);
	if (!sequencer_is_us(push) && s->rang && push->now >= s->look_at &&
	    async_is_up(push->asking))
		pass_on(push);
}

static int64_t
later(int64_t a, int64_t b)
{
	return (a > b ? a : b);
}

int64_t
sequencer_wake(const struct push *push)
{
	const struct sequencer *s = push->sequencer;
	int64_t wake = NEVER;

	if (s->stage == IDLE)
		return (later(s->at, s->rang ? 0 : s->look_at));
	if (s->stage == NOT_US && async_is_up(push->writing))
		wake = s->at;
	if (!sequencer_is_us(push) && s->rang && async_is_up(push->asking) &&
	    s->look_at < wake)
		wake = s->look_at;
	return (wake);
}

void
sequencer_yield(struct push *push)
{
	bool is_us = sequencer_is_us(push);

	push->sequencer->stage = YIELDED;
	if (is_us)
		async_ask(push->writing, Q_PUSH_UNLOCK, NULL, NULL, NULL);
}
