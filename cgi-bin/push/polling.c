/* SPDX-License-Identifier: ISC */
#include "polling.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "feed.h"
#include "metrics.h"
#include "record.h"

#define EVENTS_BYTES	(256 * 1024)	/* after which no more are added */
#define POLL_MAX	(8 * 1024 * 1024)

static struct buf *
found(struct conn *conn)
{
	if (conn->found == NULL) {
		conn->found = arena_alloc(conn->push->arena,
		    sizeof(*conn->found));
		buf_init(conn->found, conn->push->arena, POLL_MAX);
	}
	return (conn->found);
}

static void
add(struct conn *conn, int64_t seq, const char *kind, struct str data)
{
	struct buf *out = found(conn);

	buf_printf(out, "%s{\"id\":\"%s:%lld\",\"event\":",
	    out->len > 0 ? "," : "", feed_epoch(conn->push), (long long)seq);
	buf_json(out, kind, strlen(kind));
	buf_text(out, ",\"data\":");
	buf_add(out, data.p, data.n);
	buf_char(out, '}');
}

bool
poll_add(struct conn *conn, const struct entry *entry)
{
	add(conn, entry->seq, entry->kind, entry->data);
	metrics_out(conn->push, 1);
	return (conn->found->len < EVENTS_BYTES);
}

void
poll_end(struct conn *conn)
{
	if (conn->found != NULL)
		poll_answer(conn);
}

void
poll_answer(struct conn *conn)
{
	struct buf body, answer, records;
	struct arena *arena = conn->push->arena;

	buf_init(&body, arena, POLL_MAX);
	buf_text(&body, "{\"events\":[");
	if (conn->found != NULL)
		buf_add(&body, conn->found->data, conn->found->len);
	buf_printf(&body, "],\"next\":\"%s:%lld\"}", feed_epoch(conn->push),
	    (long long)conn->at);
	buf_init(&answer, arena, POLL_MAX);
	buf_add(&answer, conn->head.p, conn->head.n);
	buf_printf(&answer, "Content-Length: %zu\r\n\r\n", body.len);
	buf_add(&answer, body.data, body.len);
	buf_init(&records, arena, POLL_MAX);
	record_put_all(&records, RECORD_STDOUT,
	    (struct str){ answer.data, answer.len });
	conn->found = NULL;
	conn_send(conn, records.data, records.len);
	conn_end(conn);
}

void
poll_reset(struct conn *conn)
{
	conn->at = ring_head(conn->push->ring);
	conn->found = NULL;
	add(conn, conn->at, "reset", STR("{}"));
	metrics_reset(conn->push);
	poll_answer(conn);
}

void
poll_revoked(struct conn *conn)
{
	conn->found = NULL;
	add(conn, conn->at, "revoked", STR("{}"));
	poll_answer(conn);
}
