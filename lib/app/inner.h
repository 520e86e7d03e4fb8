/* SPDX-License-Identifier: ISC */
/*
 * What the parts of lib/app share; no responder includes it.
 */
#ifndef BUREAU_INNER_H
#define BUREAU_INNER_H

#include "app.h"
#include "board.h"

struct fcgi;
struct list_ask;

/* Who the request says it is, before the database was asked. */
struct identity {
	enum err	 err;		/* of the token; ERR_OK also for none */
	const char	*detail;
	const char	*user, *session;	/* of a signed token */
	const char	*token;		/* hash of a personal token, as bytea */
	bool		 by_cookie;
	int64_t		 expires;	/* of a signed token, seconds since 1970 */
};

/*
 * What keeps the answer in the transaction of the work, so that both are there or
 * neither is: an Idempotency-Key, or the row of a queued request.
 */
struct keeper {
	/* Put in front of the statements; NULL: nothing is. */
	void		(*claim)(struct req *rq);
	/* Keeps name, status, headers (JSON) and body. */
	enum query_id	 store;
	/* The SQLSTATE that says there is an answer already … */
	const char	*done;
	/* … and what is answered then. */
	enum err	(*replay)(struct req *rq);
};

/* One process. */
struct app {
	const struct responder	*self;
	const struct route	*routes;	/* of all its tables */
	struct arena		*arena;
	struct db		*db;
	struct board		*board;
	struct fcgi		*transport;	/* NULL: no body is read (front.h) */

	/* Of the request at hand. */
	int64_t			 started;	/* monotonic us */
	int64_t			 deadline;
	struct identity		 identity;
	struct limit_state	 limit;
	const struct keeper	*keeper;	/* of the answer; NULL: none */
	const char		*kept_as;	/* the key, or the row's id */
	bool			 kept;		/* the answer is there, committed */
	bool			 later;		/* it is to be queued */
	int64_t			 body_read;	/* bytes of an upload */
	bool			 is_slow;	/* counted on the board as such */
	bool			 sent;		/* the answer's head: no way back */
	const char		*queued;	/* it was: its id; NULL: direct */
	struct db_rows		*authorized;	/* of the open trip; NULL: none */
	bool			 flushed;	/* sent, and to be committed by keeper */
};

/* dispatch.c: from the variables to the finished answer. */
void		dispatch(struct app *app, struct req *rq, char *const *env);
/* Its two halves: the stages in front of the route's own work, and all that
 * follows it. */
enum err	dispatch_begin(struct app *app, struct req *rq,
		    char *const *env);
void		dispatch_end(struct req *rq, enum err err);

/* Where it comes from, as limits count: an address, or its /64. */
struct str	network_of(const struct req *rq);

/* responder.c: when a request that begins now must be done: before the watchdog
 * thinks otherwise. */
int64_t		request_deadline(void);
/* An answer is counted on the board. */
void		count_answer(struct app *app, const struct req *rq);

/* What every answer says. */
void		answer_common(struct req *rq);
/* What stands in front of all: who, may they, and what a keeper claims. */
void		trip_ask(struct req *rq);
/* What the database said, as an error of the request. */
enum err	trip_error(struct req *rq, enum err err);
/* Of a transaction that was flushed and has no keeper: commit it. */
enum err	trip_commit(struct req *rq);
/* Who calls, as the trip's first row says. */
void		trip_caller(struct req *rq);

/* slow.c: what may take long, and answers whose length is not known. */
/* False: it has failed, for too many are at such work. */
bool		slow_begin(struct req *rq);
void		slow_end(struct req *rq);
/* It goes forward: neither the database's deadline nor the watchdog ends it. */
void		slow_goes_on(struct req *rq);
/* The head goes out; what follows is the body, or fcgi_break(). */
void		slow_answer(struct req *rq);
void		slow_write(struct req *rq, const char *data, size_t len);

/* upload.c: what was not read of a body, so that who still sends it gets to hear
 * the answer. */
void		upload_drain(struct req *rq);

/* identity.c */
void		identity_find(struct req *rq, struct identity *out);
/* Whether a write by cookie comes from our own pages. */
enum err	origin_check(struct req *rq);
void		origin_headers(struct req *rq);

/* perform.c: what `run` does, in its transaction, again where that is safe. */
enum err	perform(struct req *rq, route_run *run);
/* What the route's row says. */
route_run	perform_row;

/* trip.c: what is asked of the database, behind authorize(). */
void		trip_authorize(struct req *rq, const char *need, bool write);
void		trip_bind(struct req *rq, const struct query *query,
		    const char **values);
void		trip_open(struct req *rq);

/* keeper.c */
/* Put the answer beside the work and commit. */
enum err	keeper_store(struct req *rq);
/* Whether the last trip failed for there is an answer already. */
bool		keeper_is_done(const struct req *rq);

/* idempotency.c */
enum err	idempotency_find(struct req *rq);

/* queued.c: Prefer: respond-async. */
/* Whether it is asked for, and may be. */
enum err	queued_find(struct req *rq);
/* Whether the route's requests may be queued. */
bool		queued_may(const struct route *route);
/* Keep it, instead of running it. */
route_run	queued_accept;

/* queued_run.c: a worker asks to have one run. */
bool		queued_is_call(const struct req *rq);
/* From here on it is as if it had just come from the caller. */
enum err	queued_open(struct req *rq);
/* A refusal is the answer, too; what failed on our side is tried again. */
enum err	queued_close(struct req *rq);

/* listing.c */
/* Parse and check the query string of a list. */
enum err	listing_ask(struct req *rq, struct list_ask *ask);
enum err	listing_run(struct req *rq);

/* listing_csv.c: the same as a file, for a route that says who may `export`. */
bool		listing_is_csv(const struct req *rq);
enum err	listing_csv(struct req *rq, const struct list_ask *ask);

/* describe.c: the route table as lines for `bureau openapi`. */
void		describe(const struct responder *self,
		    const struct route *routes);

#endif
