/* SPDX-License-Identifier: ISC */
#include "open.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "async.h"
#include "buf.h"
#include "follower.h"
#include "check.h"
#include "conn.h"
#include "feed.h"
#include "front.h"
#include "opening.h"
#include "record.h"
#include "req.h"
#include "server.h"

#define PLACES		64		/* requests on their way at once */
#define ARENA_LIMIT	(24 * 1024 * 1024)
#define WAIT		(2 * SECOND)	/* for a place and for the database */

struct openings {
	struct opening	 list[PLACES];
	struct opening	 spare;		/* for refusals, which wait for nobody */
	struct opening	*unused;
	struct conn	*first, **last;	/* those that wait */
};

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

void
opening_vacate(struct opening *o)
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

void
opening_send(struct opening *o, struct buf *head, const struct buf *body)
{
	struct buf answer;

	/* In one: where a record ends with the head, lighttpd's compression takes
	 * what is around the next one for the body's beginning. */
	if (body != NULL)
		buf_add(head, body->data, body->len);
	buf_init(&answer, o->arena, ANSWER_MAX + (1024 * 1024));
	record_put_all(&answer, RECORD_STDOUT,
	    (struct str){ head->data, head->len });
	conn_send(o->conn, answer.data, answer.len);
}

void
opening_head(struct opening *o, struct buf *head)
{
	buf_init(head, o->arena, ANSWER_MAX + (64 * 1024));
	answer_head(&o->rq, head);
}

void
opening_answer(struct opening *o, enum err err)
{
	struct conn *conn = o->conn;
	struct buf head;

	front_close(&o->rq, err);
	opening_head(o, &head);
	opening_send(o, &head, o->rq.method == HEAD ? NULL :
	    &o->rq.answer.body);
	/* Which may be closed by now. */
	conn_end(conn);
	opening_vacate(o);
}

/* --- who it is ----------------------------------------------------------------------------- */

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
		opening_vacate(o);
		return;
	}
	if (err == ERR_OK) {
		opening_let_in(o, rows);
		return;
	}
	o->rq.cause = error->message;
	record_denial(o, err);
	opening_answer(o, req_fail(&o->rq, err, error->detail));
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
		opening_vacate(o);
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
		opening_answer(o, err);
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
		opening_answer(o, req_fail(&o->rq, ERR_CONNECTION_ERROR, NULL));
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
		opening_answer(o, req_fail(&o->rq, err, NULL));
}
