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
};

/* One process. */
struct app {
	const struct responder	*self;
	const struct route	*routes;	/* of all its tables */
	struct arena		*arena;
	struct db		*db;
	struct board		*board;
	struct fcgi		*transport;

	/* Of the request at hand. */
	int64_t			 started;	/* monotonic us */
	int64_t			 deadline;
	struct identity		 identity;
	struct limit_state	 limit;
	const char		*key;		/* Idempotency-Key; NULL: none */
	struct db_rows		*authorized;	/* of the open trip; NULL: none */
	bool			 flushed;	/* the key's claim is in force */
};

/* dispatch.c: from the variables to the finished answer. */
void		dispatch(struct app *app, struct req *rq, char *const *env);

/* identity.c */
void		identity_find(struct req *rq, struct identity *out);
/* Whether a write by cookie comes from our own pages. */
enum err	origin_check(struct req *rq);
void		origin_headers(struct req *rq);

/* perform.c: the route's row in its transaction. */
enum err	perform(struct req *rq);

/* trip.c: what is asked of the database, behind authorize(). */
void		trip_authorize(struct req *rq, const char *need, bool write);
void		trip_bind(struct req *rq, const struct query *query,
		    const char **values);
void		trip_open(struct req *rq);

/* idempotency.c */
enum err	idempotency_find(struct req *rq);
void		idempotency_claim(struct req *rq);
enum err	idempotency_store(struct req *rq);
bool		idempotency_is_known(struct req *rq);

/* listing.c */
/* Parse and check the query string of a list. */
enum err	listing_ask(struct req *rq, struct list_ask *ask);
enum err	listing_run(struct req *rq);

/* listing_csv.c: the same as a file, for a route that takes `format`. */
#define CSV_ROWS_MAX 10000
bool		listing_is_csv(const struct req *rq);
/* As many rows as fit; how many they were. */
unsigned	listing_csv(struct req *rq, const struct list_ask *ask,
		    const struct db_rows *page);
/* Says where the list goes on: the same request, but for the cursor. */
void		listing_csv_link(struct req *rq, struct str cursor);

/* describe.c: the route table as lines for `bureau openapi`. */
void		describe(const struct responder *self,
		    const struct route *routes);

#endif
