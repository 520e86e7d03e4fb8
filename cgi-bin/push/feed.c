/* SPDX-License-Identifier: ISC */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "async.h"
#include "array.h"
#include "check.h"
#include "conn.h"
#include "group.h"
#include "log.h"
#include "metrics.h"
#include "presence.h"
#include "saying.h"
#include "sequencer.h"
#include "stream.h"
#include "when.h"

#define PAGE		500
#define PAGE_TEXT	"500"
#define PRELOAD		2000	/* events behind the head that a start reads */
#define EPOCH_SIZE	16

struct feed {
	char		 epoch[EPOCH_SIZE];	/* "": not known */
	bool		 is_ready;
	bool		 is_reading;	/* a page is under way */
	bool		 has_more;	/* there may be something behind the head */
	int64_t		 look_at;	/* when to look without being told */
	int64_t		 asked_at;
	int64_t		 caught_up;
	int64_t		 ready_at;	/* the place from which on it is */
};

struct feed *
feed_new(void)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	ASSERT(feed != NULL);
	return (feed);
}

void
feed_free(struct feed **feed)
{
	free(*feed);
	*feed = NULL;
}

bool
feed_is_ready(const struct push *push)
{
	return (push->feed->is_ready);
}

const char *
feed_epoch(const struct push *push)
{
	return (push->feed->epoch);
}

int64_t
feed_caught_up(const struct push *push)
{
	return (push->feed->caught_up);
}

void
feed_poke(struct push *push)
{
	push->feed->has_more = true;
}

static int64_t
number(const char *text)
{
	int64_t n = 0;

	text_int(str_of(text), 0, INT64_MAX, &n);
	return (n);
}

/* --- rows ------------------------------------------------------------------------------ */

struct entry *
feed_entry(struct push *push, const struct db_rows *rows, unsigned row)
{
	const char *kind = db_text(rows, row, "kind");
	const char *payload = db_text(rows, row, "payload");

	return (entry_new(push, push->feed->epoch, &(struct entry_parts){
		.seq = number(db_text(rows, row, "seq")),
		.audience = db_text(rows, row, "audience"),
		/* An event that is gone, though its place is there. */
		.kind = kind != NULL ? kind : "",
		.resource = db_text(rows, row, "resource"),
		.resource_id = db_text(rows, row, "resource_id"),
		.action = db_text(rows, row, "action"),
		.payload = payload != NULL ? payload : "{}",
		.born = push->now - number(db_text(rows, row, "age")) }));
}

/* A change of people: of one, or of nobody knows how many. */
static void
stale_of_change(struct push *push, const struct entry *entry)
{
	struct id id;

	if (strcmp(entry->resource, "roles") == 0) {
		followers_stale(push);
	} else if (strcmp(entry->resource, "users") == 0) {
		if (entry->resource_id != NULL &&
		    id_parse(str_of(entry->resource_id), &id))
			person_stale(push, &id);
		else
			followers_stale(push);
	} else if (strcmp(entry->resource, "tokens") == 0 ||
	    strcmp(entry->resource, "sessions") == 0) {
		for (unsigned i = 0; i < entry->audience.user_count; i++)
			person_stale(push, &entry->audience.users[i]);
	}
}

static void
stale_groups(struct push *push, const char *array)
{
	struct str rest = str_of(array), name;

	while (array_next(&rest, &name))
		group_stale(push, name);
}

/* What it means to us; what is for us alone is silent. */
static void
heed(struct push *push, struct entry *entry)
{
	struct id id;
	bool has_id = entry->resource_id != NULL &&
	    id_parse(str_of(entry->resource_id), &id);

	if (strcmp(entry->kind, "refresh_data") == 0 &&
	    entry->resource != NULL) {
		stale_of_change(push, entry);
		return;
	}
	if (strcmp(entry->kind, "revoked") == 0 && has_id)
		person_stale(push, &id);
	else if (strcmp(entry->kind, "session_ended") == 0 && has_id)
		session_stale(push, &id);
	else if (strcmp(entry->kind, "audience_changed") == 0)
		stale_groups(push, entry->audience_text);
	else if (entry->kind[0] != '\0')
		return;
	/* Who is put out is told by the end of the stream. */
	entry->is_silent = true;
}

/* --- reading ----------------------------------------------------------------------------- */

/* History is not what it was: everybody begins anew. */
static void
start_over(struct push *push, int64_t head)
{
	ring_clear(push, head);
	streams_reset(push);
}

static void
take_rows(struct push *push, const struct db_rows *rows)
{
	for (unsigned i = 0; i < db_count(rows); i++) {
		struct entry *entry = feed_entry(push, rows, i);

		if (entry->seq != ring_head(push->ring) + 1) {
			log_event(LOG_WARN, "stream.gap", NULL);
			start_over(push, entry->seq - 1);
		}
		heed(push, entry);
		ring_add(push, entry);
	}
	metrics_in(push, db_count(rows));
	push->has_news |= db_count(rows) > 0;
}

static void
on_page(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct push *push = cls;
	struct feed *feed = push->feed;

	(void)error;
	feed->is_reading = false;
	if (err != ERR_OK)
		return;
	take_rows(push, rows);
	if (db_count(rows) == PAGE) {
		feed->has_more = true;
		return;
	}
	feed->caught_up = feed->asked_at;
	if (!feed->is_ready && ring_head(push->ring) >= feed->ready_at)
		feed->is_ready = true;
}

static void
read_on(struct push *push)
{
	struct feed *feed = push->feed;
	char after[24];
	const char *values[] = { after, PAGE_TEXT };

	snprintf(after, sizeof(after), "%lld",
	    (long long)ring_head(push->ring));
	feed->asked_at = push->now;
	if (!async_ask(push->feeding, Q_PUSH_PAGE, values, on_page, push))
		return;
	feed->is_reading = true;
	feed->has_more = false;
	feed->look_at = push->now + LOOK;
}

void
feed_turn(struct push *push)
{
	struct feed *feed = push->feed;

	if (feed->epoch[0] == '\0' || feed->is_reading ||
	    !async_is_up(push->feeding))
		return;
	if (feed->has_more || push->now >= feed->look_at)
		read_on(push);
}

int64_t
feed_wake(const struct push *push)
{
	const struct feed *feed = push->feed;

	if (feed->epoch[0] == '\0' || feed->is_reading ||
	    !async_is_up(push->feeding))
		return (NEVER);
	return (feed->has_more ? push->now : feed->look_at);
}

/* --- the connection ----------------------------------------------------------------------- */

/* The first thing to know, and after each loss whether it is still so. */
static void
on_head(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct push *push = cls;
	struct feed *feed = push->feed;
	const char *epoch;
	int64_t last;

	(void)error;
	if (err != ERR_OK || db_count(rows) == 0)
		return;
	epoch = db_text(rows, 0, "epoch");
	last = number(db_text(rows, 0, "last"));
	if (feed->epoch[0] == '\0') {
		snprintf(feed->epoch, sizeof(feed->epoch), "%s", epoch);
		ring_clear(push, last > PRELOAD ? last - PRELOAD : 0);
		feed->ready_at = last;
	} else if (strcmp(feed->epoch, epoch) != 0 ||
	    last < ring_head(push->ring)) {
		/* Restored, or failed over to who had less. */
		snprintf(feed->epoch, sizeof(feed->epoch), "%s", epoch);
		start_over(push, last);
	}
	feed->has_more = true;
}

static void
on_up(void *cls)
{
	static const enum query_id listens[] = {
		Q_PUSH_LISTEN_STREAM, Q_PUSH_LISTEN_BELL, Q_PUSH_LISTEN_SAY,
		Q_PUSH_LISTEN_PRESENCE
	};
	struct push *push = cls;

	push->feed->is_reading = false;
	for (unsigned i = 0; i < COUNT_OF(listens); i++)
		async_ask(push->feeding, listens[i], NULL, NULL, NULL);
	async_ask(push->feeding, Q_PUSH_HEAD, NULL, on_head, push);
	presence_greet(push);
}

static void
on_down(void *cls)
{
	(void)cls;
}

static void
on_told(void *cls, const char *channel, const char *payload)
{
	struct push *push = cls;

	if (strcmp(channel, "stream") == 0) {
		if (number(payload) > ring_head(push->ring))
			feed_poke(push);
	} else if (strcmp(channel, "bell") == 0) {
		sequencer_told(push, payload);
	} else if (strcmp(channel, "say") == 0) {
		saying_told(push, payload);
	} else if (strcmp(channel, "presence") == 0) {
		presence_told(push, payload);
	}
}

struct async_hooks
feed_hooks(struct push *push)
{
	return ((struct async_hooks){ on_up, on_down, on_told, push });
}
