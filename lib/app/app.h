/* SPDX-License-Identifier: ISC */
/*
 * What a responder is made of: a table of routes, and one call.
 *
 *	static const struct responder self = {
 *		.name = "skeleton", .title = "Notes", .tables = { notes_routes },
 *	};
 *	int main(int argc, char **argv) { return (responder_main(argc, argv, &self)); }
 *
 * And what a handler may do: ask queries and write the answer.  A handler
 * starts with checked parameters and is written as if alone; authorisation,
 * idempotency, retries and the transaction are around it.
 *
 *	struct db_rows *note = req_query(rq, Q_NOTE_GET, NULL);
 *	enum err err = req_results(rq);
 *	if (err != ERR_OK)
 *		return (err);
 *	return (answer_row(rq, note));
 *
 * req_results() sends all that was asked, the authorisation in front, in one
 * round trip, and commits.  What is asked after it is a transaction of its
 * own, authorised again.  A handler may be run again after a serialization
 * failure: it keeps no state but the request's.
 */
#ifndef BUREAU_APP_H
#define BUREAU_APP_H

#include <stdbool.h>

#include "db.h"
#include "err.h"
#include "req.h"
#include "route.h"

struct board;
struct front;

struct responder {
	const char		*name;		/* "auth": socket, role, metrics */
	const char		*title;		/* in the API reference */
	const struct route	*tables[16];	/* one a resource; NULL ends */
	/* Called once before the first request; NULL for nothing. */
	void			(*start)(void);
	/* Serves in its own way, until it is told to stop (front.h); NULL for the
	 * ordinary one.  Returns the exit status. */
	int			(*serve)(struct front *front);
};

int	responder_main(int argc, char **argv, const struct responder *self);

/* What a list takes that may be exported, in .params. */
extern const struct param listing_export[];

/* --- for handlers ----------------------------------------------------------- */

/* Ask a query.  Its parameters are bound by name: first from the pairs of
 * name and value given here (ended by NULL), then from the route's values. */
struct db_rows	*req_query(struct req *rq, enum query_id id, ...)
		    __attribute__((sentinel));
enum err	 req_results(struct req *rq);

/* What a route with `query` does: ask, answer, explain what it missed. */
enum err	 answer_query(struct req *rq, enum query_id id);
/* The first row as the answer, with ETag and, at 201, Location; 404 when there
 * is none.  The status is the route's. */
enum err	 answer_row(struct req *rq, const struct db_rows *rows);
/* All rows as {"items": […], "next": null}: for short lists made by hand. */
enum err	 answer_rows(struct req *rq, const struct db_rows *rows);
/* {"message": …} */
enum err	 answer_message(struct req *rq, const char *message);
/* A statement on the record of the path touched no row: why, as the route's
 * `current` says. */
enum err	 answer_missed(struct req *rq);
/* The success without a body: 204. */
enum err	 answer_nothing(struct req *rq);

/* Somebody takes data away: write that down, in a transaction
 * of its own, before any of it goes out. */
enum err	 req_tell_export(struct req *rq, enum perm need,
		    const char *resource, const char *id);
/* All rows of a query, its one column, as lines of a file; at constant memory. */
enum err	 answer_lines(struct req *rq, enum query_id id,
		    const char *file_name);

/* True when the caller holds the permission; known after req_results(). */
bool		 req_may(const struct req *rq, enum perm perm);
/* The name a cookie has here: prefixed when the connection is TLS. */
const char	*req_cookie_name(const struct req *rq, const char *name);
/* Where people find this site, without a / at its end: PUBLIC_URL, or NULL. */
const char	*req_public_url(void);
/* The same, or what the request calls it: only for who may be trusted with what
 * a link begins with. */
const char	*req_site_url(const struct req *rq);
/* The board of this process, for what reports on it. */
struct board	*req_board(const struct req *rq);
/* Microseconds of the monotonic clock by which the request must be done. */
int64_t		 req_deadline(const struct req *rq);
/* Be done with the database within us from now, or fail. */
void		 req_hurry(struct req *rq, int64_t us);

#endif
