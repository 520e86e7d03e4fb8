/* SPDX-License-Identifier: ISC */
#include "stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "async.h"
#include "follower.h"
#include "check.h"
#include "feed.h"
#include "metrics.h"
#include "polling.h"
#include "presence.h"
#include "record.h"

#define BEAT_LEAST	(15 * SECOND)
#define BEAT_SPREAD	(5 * SECOND)
#define SHORT		512	/* what we say ourselves */
#define PIECES		256	/* events in one sendmsg() */
#define RETRY_LEAST	500	/* ms */
#define RETRY_SPREAD	1500	/* at least; more where many would come at once */
#define COMING_A_MS	2	/* clients that may come back in a millisecond */

/* --- our own words ------------------------------------------------------------------------ */

/* One short record. */
static void
say(struct conn *conn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct conn *conn, const char *format, ...)
{
	char text[RECORD_HEADER + SHORT];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + RECORD_HEADER, SHORT, format, args);
	va_end(args);
	ASSERT(n > 0 && n < SHORT);
	record_header_make((unsigned char *)text, RECORD_STDOUT, (size_t)n);
	conn_send(conn, text, RECORD_HEADER + (size_t)n);
}

/* When to come back, in ms: the more there are, the wider they are spread. */
static int
retry_after(const struct push *push)
{
	int spread = (int)(push->conn_count / COMING_A_MS);

	if (spread < RETRY_SPREAD)
		spread = RETRY_SPREAD;
	return (RETRY_LEAST + (int)(random() % spread));
}

static void
was_sent(struct conn *conn)
{
	conn->beat_at = conn->push->now + BEAT_LEAST +
	    random() % BEAT_SPREAD;
}

static void
say_reset(struct conn *conn)
{
	conn->at = conn->said = ring_head(conn->push->ring);
	say(conn, "id: %s:%lld\nevent: reset\ndata: {}\n\n",
	    feed_epoch(conn->push), (long long)conn->at);
	metrics_reset(conn->push);
}

void
stream_begin(struct conn *conn, bool must_reset)
{
	struct push *push = conn->push;

	metrics_stream(push, 1);
	conn->said = conn->at;
	say(conn, "retry: %d\nid: %s:%lld\n\n", retry_after(push),
	    feed_epoch(push), (long long)conn->at);
	if (must_reset)
		say_reset(conn);
	was_sent(conn);
	presence_owe(push);
	push->has_news |= conn->at < ring_head(push->ring);
}

void
stream_beat(struct conn *conn)
{
	if (conn->is_blocked)
		return;
	/* The place moves on also for who is told nothing. */
	if (conn->at > conn->said)
		say(conn, ":\nid: %s:%lld\n\n", feed_epoch(conn->push),
		    (long long)conn->at);
	else
		say(conn, ":\n\n");
	conn->said = conn->at;
	was_sent(conn);
}

void
stream_expired(struct conn *conn)
{
	conn_end(conn);
}

void
stream_revoked(struct conn *conn)
{
	say(conn, "event: revoked\ndata: {}\n\n");
	conn_end(conn);
}

/* What it would resume from is not there. */
static void
begin_anew(struct conn *conn)
{
	if (conn->state == CONN_STREAM)
		say_reset(conn);
	else if (conn->state == CONN_POLL)
		poll_reset(conn);
}

void
streams_reset(struct push *push)
{
	struct conn *next;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		begin_anew(conn);
	}
}

void
streams_end(struct push *push)
{
	struct conn *next;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->state == CONN_STREAM) {
			say(conn, "retry: %d\n\n", retry_after(push));
			conn_end(conn);
		} else if (conn->state == CONN_POLL) {
			poll_answer(conn);
		}
	}
}

/* --- delivery ------------------------------------------------------------------------------- */

/* What is sent to one connection together. */
struct parcel {
	struct conn	*conn;
	struct iovec	 pieces[PIECES];
	unsigned	 count;
	size_t		 bytes;
};

static void
ship(struct parcel *parcel)
{
	struct conn *conn = parcel->conn;

	if (parcel->count == 0)
		return;
	metrics_out(conn->push, parcel->count);
	conn_send_all(conn, parcel->pieces, parcel->count);
	conn->said = conn->at;
	was_sent(conn);
	parcel->count = 0;
	parcel->bytes = 0;
}

/* One event to one connection; false: nothing more goes there now. */
static bool
hand_over(struct parcel *parcel, const struct entry *entry)
{
	struct conn *conn = parcel->conn;
	bool wanted = !entry->is_silent &&
	    audience_has(&entry->audience, conn);

	conn->at = entry->seq;
	if (!wanted)
		return (true);
	if (conn->state == CONN_POLL)
		return (poll_add(conn, entry));
	parcel->pieces[parcel->count++] = (struct iovec){
	    (void *)entry->record.p, entry->record.n };
	parcel->bytes += entry->record.n;
	if (parcel->count == PIECES ||
	    parcel->bytes >= conn->push->limits.out)
		ship(parcel);
	return (conn->state == CONN_STREAM && !conn->is_blocked);
}

static bool
may_be_told(const struct conn *conn)
{
	return (conn_is_fed(conn) && !conn->follower->is_over &&
	    follower_is_fresh(conn->push, conn->follower));
}

void
stream_advance(struct conn *conn)
{
	struct push *push = conn->push;
	struct ring *ring = push->ring;
	struct parcel parcel;

	if (!may_be_told(conn) || conn->is_catching || conn->is_blocked ||
	    conn->at >= ring_head(ring))
		return;
	if (conn->at < ring_tail(ring)) {
		conn->is_catching = true;
		return;
	}
	parcel.conn = conn;
	parcel.count = 0;
	parcel.bytes = 0;
	while (conn->at < ring_head(ring)) {
		const struct entry *entry = ring_at(ring, conn->at + 1);

		if (!audience_is_known(&entry->audience) ||
		    !hand_over(&parcel, entry))
			break;
	}
	ship(&parcel);
	if (conn->state == CONN_POLL)
		poll_end(conn);
}

void
streams_deliver(struct push *push)
{
	struct conn *next;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		stream_advance(conn);
	}
}

void
streams_tell(struct push *push, const struct entry *entry)
{
	struct conn *next;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->state == CONN_STREAM && may_be_told(conn) &&
		    !conn->is_blocked &&
		    audience_has(&entry->audience, conn)) {
			conn_send(conn, entry->record.p, entry->record.n);
			was_sent(conn);
		}
	}
}

bool
streams_show(struct push *push, const struct entry *list, unsigned number)
{
	struct conn *next;
	bool is_everybody = true;

	for (struct conn *conn = push->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->state != CONN_STREAM || conn->shown == number)
			continue;
		if (conn->is_blocked || !may_be_told(conn)) {
			is_everybody = false;
			continue;
		}
		conn->shown = number;
		if (audience_has(&list->audience, conn)) {
			conn_send(conn, list->record.p, list->record.n);
			was_sent(conn);
		}
	}
	return (is_everybody);
}

/* --- behind the ring ------------------------------------------------------------------------- */

#define PAGE		200
#define PAGE_TEXT	"200"
#define PAGES_MOST	16	/* under way at once */

/* One row; false: nothing more goes there now. */
static bool
take_row(struct parcel *parcel, const struct entry *entry)
{
	if (entry->seq == parcel->conn->at + 1)
		return (audience_is_known(&entry->audience) &&
		    hand_over(parcel, entry));
	/* What is between was pruned. */
	ship(parcel);
	begin_anew(parcel->conn);
	return (false);
}

static void
take_page(struct conn *conn, const struct db_rows *rows)
{
	struct parcel parcel = { .conn = conn };
	struct entry *entries[PAGE];
	unsigned n = 0;
	bool goes_on = true;

	while (goes_on && n < PAGE && n < db_count(rows)) {
		entries[n] = feed_entry(conn->push, rows, n);
		goes_on = take_row(&parcel, entries[n++]);
	}
	ship(&parcel);
	/* The records are theirs. */
	while (n > 0)
		entry_free(conn->push, entries[--n]);
	if (conn->state == CONN_POLL)
		poll_end(conn);
}

static void
on_page(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct conn *conn = cls;
	struct push *push = conn->push;

	(void)error;
	if (err == ERR_OK && may_be_told(conn)) {
		take_page(conn, rows);
		/* The tables have nothing where all was pruned. */
		if (db_count(rows) == 0 && conn_is_fed(conn) &&
		    conn->at < ring_tail(push->ring))
			begin_anew(conn);
		conn->is_catching = conn_is_fed(conn) &&
		    conn->at < ring_tail(push->ring);
		push->has_news = true;
	}
	conn_release(conn);
}

void
streams_catch_up(struct push *push)
{
	unsigned under_way = 0;

	for (struct conn *conn = push->conns; conn != NULL &&
	    under_way < PAGES_MOST; conn = conn->next) {
		char after[24];
		const char *values[] = { after, PAGE_TEXT };

		under_way += conn->held;
		if (!conn->is_catching || conn->held > 0 ||
		    conn->is_blocked || !may_be_told(conn))
			continue;
		snprintf(after, sizeof(after), "%lld", (long long)conn->at);
		if (!async_ask(push->asking, Q_PUSH_PAGE, values, on_page,
		    conn))
			return;
		conn->held++;
		under_way++;
	}
}
