/* SPDX-License-Identifier: ISC */
/*
 * What a request becomes once the database has said who it is from: a stream, a poll or an
 * answer, if there is not too much of it already.
 */
#include "opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "check.h"
#include "conn.h"
#include "db.h"
#include "feed.h"
#include "follower.h"
#include "group.h"
#include "metrics.h"
#include "polling.h"
#include "presence.h"
#include "ring.h"
#include "stream.h"
#include "when.h"

/* Where it begins; true: what it asked for is not there. */
static bool
place_conn(struct opening *o)
{
	struct push *push = o->push;
	struct conn *conn = o->conn;
	int64_t head = ring_head(push->ring), last = head;
	struct str cursor = str_of(o->rq.cursor), epoch;

	conn->at = head;
	if (!o->has_cursor)
		return (false);
	/* The database may be ahead of us. */
	if (str_split(&cursor, ':', &epoch))
		text_int(cursor, 0, INT64_MAX, &last);
	if (strcmp(o->epoch, feed_epoch(push)) != 0 ||
	    (o->seq > head && o->seq > last))
		return (true);
	conn->at = o->seq;
	metrics_resumed(push);
	return (false);
}

static void
go_stream(struct opening *o)
{
	struct conn *conn = o->conn;
	struct buf head;
	bool must_reset = place_conn(o);

	o->rq.answer.status = 200;
	o->rq.answer.type = "text/event-stream";
	o->rq.answer.is_stream = true;
	front_close(&o->rq, ERR_OK);
	opening_head(o, &head);
	opening_send(o, &head, NULL);
	if (o->rq.method == HEAD)
		conn_end(conn);
	opening_vacate(o);
	if (conn->state != CONN_OPENING)
		return;
	conn->state = CONN_STREAM;
	stream_begin(conn, must_reset);
}

static void
go_poll(struct opening *o)
{
	struct conn *conn = o->conn;
	struct buf head;
	bool must_reset = place_conn(o);

	o->rq.answer.is_stream = true;
	answer_json(&o->rq, 200);
	conn->until = conn->push->now + req_int(&o->rq, "wait", 0) * SECOND;
	front_close(&o->rq, ERR_OK);
	opening_head(o, &head);
	/* The length of the body stands in front of the empty line. */
	head.len -= 2;
	conn->head = (struct str){ strndup(head.data, head.len), head.len };
	ASSERT(conn->head.p != NULL);
	opening_vacate(o);
	conn->state = CONN_POLL;
	if (must_reset) {
		poll_reset(conn);
		return;
	}
	stream_advance(conn);
	if (conn->state == CONN_POLL && !conn->is_catching &&
	    follower_is_fresh(conn->push, conn->follower) &&
	    conn->push->now >= conn->until)
		poll_answer(conn);
}

static void
go_presence(struct opening *o)
{
	presence_write(o->push, answer_json(&o->rq, 200));
	opening_answer(o, ERR_OK);
}

/* When access ends by itself. */
static int64_t
ends_at(const struct opening *o, const struct db_rows *rows)
{
	int64_t now = when_now() / 1000, ends = now + STREAM_MOST, n;

	if (text_int(str_of(db_text(rows, 0, "ends")), 0, INT64_MAX, &n) &&
	    n < ends)
		ends = n;
	if (o->who.expires > 0 && o->who.expires < ends)
		ends = o->who.expires;
	return (o->push->now + (ends - now) * SECOND);
}

/* All of nobody that come from one network are one. */
static struct id
network_id(struct str network)
{
	return ((struct id){ network.n, id_hash(ID_HASH, network.p,
	    network.n) });
}

static struct follower *
find_follower(struct opening *o, const struct db_rows *rows)
{
	struct push *push = o->push;
	struct id credential, person;
	bool is_token;

	if (!id_parse(str_of(db_text(rows, 0, "credential")), &credential) ||
	    !id_parse(str_of(db_text(rows, 0, "user_id")), &person)) {
		credential = network_id(o->who.network);
		return (follower_hold(push, FOLLOWER_NOBODY, &credential, NULL));
	}
	is_token = strcmp(db_text(rows, 0, "is_token"), "t") == 0;
	return (follower_hold(push, is_token ? FOLLOWER_TOKEN : FOLLOWER_SESSION,
	    &credential, &person));
}

/* One more of this follower's. */
static enum err
check_follower(struct opening *o, const struct follower *follower)
{
	const struct limits *limits = &o->push->limits;
	bool is_crowded = follower->kind == FOLLOWER_NOBODY &&
	    o->push->anonymous > limits->anonymous;

	if (!is_crowded && follower_conns(follower) <= limits->of_one)
		return (ERR_OK);
	answer_headerf(&o->rq, "Retry-After", "%d", 5);
	return (req_fail(&o->rq, ERR_RATE_LIMIT_EXCEEDED, is_crowded ?
	    "Too many readers follow public pages just now." :
	    "Too many streams are open; close some."));
}

static void
follow_article(struct opening *o)
{
	struct str article;
	char name[64];

	if (o->what != OPEN_STREAM || !req_has(&o->rq, "article"))
		return;
	article = req_str(&o->rq, "article");
	snprintf(name, sizeof(name), "article:%.*s", (int)article.n,
	    article.p);
	o->conn->article = group_hold(o->push, str_of(name));
}

void
opening_let_in(struct opening *o, const struct db_rows *rows)
{
	struct follower *follower;
	enum err err;

	o->rq.caller.user = db_text(rows, 0, "user_id");
	o->rq.cursor = db_text(rows, 0, "cursor");
	if (o->what == OPEN_PRESENCE) {
		go_presence(o);
		return;
	}
	follower = o->conn->follower = find_follower(o, rows);
	if ((err = check_follower(o, follower)) != ERR_OK) {
		opening_answer(o, err);
		return;
	}
	if (follower->kind != FOLLOWER_NOBODY)
		follower_learn(o->push, follower,
		    str_of(db_text(rows, 0, "permissions")), o->then);
	o->conn->until = ends_at(o, rows);
	follow_article(o);
	if (o->what == OPEN_STREAM)
		go_stream(o);
	else
		go_poll(o);
}
