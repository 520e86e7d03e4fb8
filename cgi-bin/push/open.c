/* SPDX-License-Identifier: ISC */
#include "open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "async.h"
#include "buf.h"
#include "follower.h"
#include "check.h"
#include "conf.h"
#include "conn.h"
#include "feed.h"
#include "front.h"
#include "group.h"
#include "metrics.h"
#include "polling.h"
#include "presence.h"
#include "record.h"
#include "req.h"
#include "ring.h"
#include "server.h"
#include "stream.h"
#include "when.h"

#define PLACES		64		/* requests on their way at once */
#define ARENA_LIMIT	(24 * 1024 * 1024)
#define WAIT		(2 * SECOND)	/* for a place and for the database */
#define WAIT_MOST	60		/* seconds a poll may wait */
#define CURSOR_MAX	64

enum what { OPEN_STREAM, OPEN_POLL, OPEN_PRESENCE };

struct opening {
	struct opening	*next;		/* of the free ones */
	struct push	*push;
	struct conn	*conn;		/* NULL: it is closed meanwhile */
	struct arena	*arena;
	struct req	 rq;
	struct front_caller who;
	uint64_t	 then;		/* the clock of followers */
	/* What its route found out. */
	enum what	 what;
	bool		 has_cursor;
	char		 epoch[16];	/* of the cursor; "": of no history of ours */
	int64_t		 seq;
};

struct openings {
	struct opening	 list[PLACES];
	struct opening	 spare;		/* for refusals, which wait for nobody */
	struct opening	*unused;
	struct conn	*first, **last;	/* those that wait */
};

/* --- the routes ----------------------------------------------------------------------- */

static route_run begin_stream, begin_poll, begin_presence;

#define CURSOR_DOC "Where to go on, as in id: and Event-Cursor; without it, from now on."

static const struct param events_params[] = {
	{ "after", PARAM_LINE, IN_QUERY, .max = CURSOR_MAX,
	  .doc = CURSOR_DOC " Last-Event-ID goes before it." },
	{ "article", PARAM_UUID, IN_QUERY, .doc = "Also what readers of the "
	  "public page of this article are told; with it nobody needs to be "
	  "signed in." },
	PARAMS_END
};

static const struct param poll_params[] = {
	{ "after", PARAM_LINE, IN_QUERY, .max = CURSOR_MAX, .doc = CURSOR_DOC },
	{ "wait", PARAM_INT, IN_QUERY, .min = 0, .max = WAIT_MOST,
	  .doc = "Seconds to wait for something to tell." },
	PARAMS_END
};

const struct route push_routes[] = {
	{ GET, "/events", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .params = events_params, .run = begin_stream, .own_pages = true,
	  .open_with = "article", .type = "text/event-stream",
	  .doc = "Follow what happens, as server-sent events." },
	{ GET, "/events/poll", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .params = poll_params, .run = begin_poll, .own_pages = true,
	  .returns = "EventPage",
	  .doc = "The same for who cannot hold a stream: what happened since." },
	{ GET, "/presence", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .run = begin_presence, .returns = "Presence",
	  .doc = "Who is here now." },
	ROUTES_END
};

static struct opening *
opening_of(struct req *rq)
{
	return ((struct opening *)((char *)rq -
	    offsetof(struct opening, rq)));
}

/* epoch:seq */
static bool
take_cursor(struct opening *o, struct str text)
{
	struct str rest = text, epoch;

	if (!str_split(&rest, ':', &epoch) || epoch.n != 8 ||
	    strspn(epoch.p, "0123456789abcdef") != 8 ||
	    !text_int(rest, 0, INT64_MAX, &o->seq))
		return (false);
	snprintf(o->epoch, sizeof(o->epoch), "%.*s", (int)epoch.n, epoch.p);
	return (true);
}

static enum err
take_after(struct req *rq)
{
	struct opening *o = opening_of(rq);

	if (o->has_cursor || !req_has(rq, "after"))
		return (ERR_OK);
	o->has_cursor = true;
	if (take_cursor(o, req_str(rq, "after")))
		return (ERR_OK);
	return (req_fail_field(rq, ERR_INVALID_INPUT, "after",
	    "It must be a cursor as it was given."));
}

static enum err
begin_stream(struct req *rq)
{
	struct opening *o = opening_of(rq);
	struct str last = req_header(rq, "HTTP_LAST_EVENT_ID");

	o->what = OPEN_STREAM;
	/* A browser sends it to the same URL, so it is the newer one; what cannot
	 * be read there is no mistake of a person, and history begins anew. */
	if (last.n > 0) {
		o->has_cursor = true;
		if (!take_cursor(o, last))
			o->epoch[0] = '\0';
	}
	return (take_after(rq));
}

static enum err
begin_poll(struct req *rq)
{
	opening_of(rq)->what = OPEN_POLL;
	return (take_after(rq));
}

static enum err
begin_presence(struct req *rq)
{
	opening_of(rq)->what = OPEN_PRESENCE;
	return (ERR_OK);
}

/* --- places ------------------------------------------------------------------------------ */

struct openings *
openings_new(void)
{
	struct openings *all = calloc(1, sizeof(*all));

	ASSERT(all != NULL);
	all->last = &all->first;
	for (unsigned i = 0; i < PLACES; i++) {
		all->list[i].arena = arena_new(ARENA_WIPING, ARENA_LIMIT);
		all->list[i].next = all->unused;
		all->unused = &all->list[i];
	}
	all->spare.arena = arena_new(ARENA_WIPING, ARENA_LIMIT);
	return (all);
}

void
openings_free(struct openings **openings)
{
	for (unsigned i = 0; i < PLACES; i++)
		arena_free(&(*openings)->list[i].arena);
	arena_free(&(*openings)->spare.arena);
	free(*openings);
	*openings = NULL;
}

static void
vacate(struct opening *o)
{
	struct openings *all = o->push->openings;

	if (o->conn != NULL)
		o->conn->opening = NULL;
	o->conn = NULL;
	arena_reset(o->arena);
	if (o == &all->spare)
		return;
	o->next = all->unused;
	all->unused = o;
}

/* A clean place for this connection. */
static void
occupy(struct opening *o, struct conn *conn)
{
	struct arena *arena = o->arena;

	*o = (struct opening){ .push = conn->push, .conn = conn,
	    .arena = arena };
	conn->opening = o;
	conn->state = CONN_OPENING;
}

void
open_forget(struct conn *conn)
{
	if (conn->opening != NULL)
		conn->opening->conn = NULL;
	conn->opening = NULL;
}

/* --- answers -------------------------------------------------------------------------------- */

static void
send_text(struct opening *o, const struct buf *head, const struct buf *body)
{
	struct buf pieces;

	buf_init(&pieces, o->arena, ANSWER_MAX + (1024 * 1024));
	record_put_all(&pieces, RECORD_STDOUT,
	    (struct str){ head->data, head->len });
	if (body != NULL)
		record_put_all(&pieces, RECORD_STDOUT,
		    (struct str){ body->data, body->len });
	conn_send(o->conn, pieces.data, pieces.len);
}

static void
write_head(struct opening *o, struct buf *head)
{
	buf_init(head, o->arena, 65536);
	answer_head(&o->rq, head);
}

/* The whole answer; the place is free again. */
static void
answer(struct opening *o, enum err err)
{
	struct conn *conn = o->conn;
	struct buf head;

	front_close(&o->rq, err);
	write_head(o, &head);
	send_text(o, &head, o->rq.method == HEAD ? NULL :
	    &o->rq.answer.body);
	/* Which may be closed by now. */
	conn_end(conn);
	vacate(o);
}

/* --- let in ------------------------------------------------------------------------------------ */

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
	write_head(o, &head);
	send_text(o, &head, NULL);
	if (o->rq.method == HEAD)
		conn_end(conn);
	vacate(o);
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
	write_head(o, &head);
	/* The length of the body stands in front of the empty line. */
	head.len -= 2;
	conn->head = (struct str){ strndup(head.data, head.len), head.len };
	ASSERT(conn->head.p != NULL);
	vacate(o);
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
	answer(o, ERR_OK);
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
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < network.n; i++)
		hash = (hash ^ (unsigned char)network.p[i]) *
		    UINT64_C(1099511628211);
	return ((struct id){ network.n, hash });
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

static void
let_in(struct opening *o, const struct db_rows *rows)
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
		answer(o, err);
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

/* A refusal is told in the audit log. */
static void
record_denial(const struct opening *o, enum err err)
{
	char label[128], code[16];
	const char *values[] = { o->who.user, o->who.session, o->who.token,
	    o->rq.id, o->rq.address[0] != '\0' ? o->rq.address : NULL,
	    o->rq.agent, label, code };

	if (err != ERR_INSUFFICIENT_PERMISSIONS && err != ERR_ACCOUNT_REVOKED)
		return;
	route_label(o->rq.route, label, sizeof(label));
	snprintf(code, sizeof(code), "%d", err_rows[err].code);
	async_ask(o->push->asking, Q_PUSH_REFUSED, values, NULL, NULL);
}

static void
on_authorized(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct opening *o = cls;

	if (o->conn == NULL) {
		vacate(o);
		return;
	}
	if (err == ERR_OK) {
		let_in(o, rows);
		return;
	}
	o->rq.cause = error->message;
	record_denial(o, err);
	answer(o, req_fail(&o->rq, err, error->detail));
}

/* --- opening ---------------------------------------------------------------------------------- */

/* The first half; false: it is answered already. */
static bool
read_request(struct opening *o)
{
	char *const *env = server_request_env(o->conn->request, o->arena);
	enum err err;

	if (env == NULL) {
		conn_close(o->conn);
		vacate(o);
		return (false);
	}
	err = front_open(o->push->front, &o->rq, o->arena, env);
	if (err == ERR_OK && o->push->conn_count > o->push->limits.streams)
		err = req_fail(&o->rq, ERR_SERVICE_UNAVAILABLE,
		    "There is no room for one more stream.");
	if (err == ERR_OK)
		err = o->rq.route->run(&o->rq);
	server_request_release(o->conn->request);
	free(o->conn->request);
	o->conn->request = NULL;
	if (err != ERR_OK)
		answer(o, err);
	return (err == ERR_OK);
}

static void
begin(struct opening *o)
{
	const struct req *rq = &o->rq;
	const struct front_caller *who = &o->who;
	const char *values[7];

	if (!read_request(o))
		return;
	front_caller(rq, &o->who);
	values[0] = who->user;
	values[1] = who->session;
	values[2] = who->token;
	values[3] = who->need;
	values[4] = rq->id;
	values[5] = rq->address[0] != '\0' ? rq->address : NULL;
	values[6] = rq->agent;
	o->then = followers_clock(o->push);
	if (!async_ask(o->push->asking, Q_PUSH_OPEN, values, on_authorized, o))
		answer(o, req_fail(&o->rq, ERR_CONNECTION_ERROR, NULL));
}

void
open_queue(struct conn *conn)
{
	struct openings *all = conn->push->openings;

	conn->state = CONN_WAITING;
	conn->until = conn->push->now + WAIT;
	conn->held++;
	conn->queued = NULL;
	*all->last = conn;
	all->last = &conn->queued;
}

static struct conn *
first_waiting(struct openings *all)
{
	struct conn *conn = all->first;

	all->first = conn->queued;
	if (all->first == NULL)
		all->last = &all->first;
	return (conn);
}

static bool
may_open(const struct push *push)
{
	const struct openings *all = push->openings;

	return (all->first != NULL && all->unused != NULL &&
	    (all->first->state != CONN_WAITING ||
	    (feed_is_ready(push) && async_is_up(push->asking))));
}

void
open_some(struct push *push)
{
	struct openings *all = push->openings;

	while (may_open(push)) {
		struct conn *conn = first_waiting(all);
		struct opening *o = all->unused;

		if (conn->state == CONN_WAITING) {
			all->unused = o->next;
			occupy(o, conn);
			begin(o);
		}
		conn_release(conn);
	}
}

void
open_refuse(struct conn *conn, enum err err)
{
	struct opening *o = &conn->push->openings->spare;

	occupy(o, conn);
	if (read_request(o))
		answer(o, req_fail(&o->rq, err, NULL));
}
