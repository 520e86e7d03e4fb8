/* SPDX-License-Identifier: ISC */
/*
 * The way of a request for a responder that serves many at once and asks the
 * database in its own way (`serve` in app.h): the same stages, conventions and
 * counts as everybody's, in two halves with anything between them.
 *
 *	err = front_open(front, rq, arena, env);
 *	… ERR_OK: find out whether who asks may, later …
 *	front_close(rq, err);	rq->answer is complete; send it
 *
 * No body is read: such a responder's routes take none.
 */
#ifndef BUREAU_FRONT_H
#define BUREAU_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"

struct arena;
struct board;
struct front;

/* The routes outlive it. */
struct front	*front_new(const struct responder *self,
		    const struct route *routes);
void		 front_free(struct front **front);
struct board	*front_board(const struct front *front);
/* The role of the database. */
const char	*front_role(const struct front *front);

/* The request and all of it live in the arena. */
enum err	 front_open(struct front *front, struct req *rq,
		    struct arena *arena, char *const *env);
/* After either half: headers, the problem if there is one, the counts. */
void		 front_close(struct req *rq, enum err err);

/* What authorize() is asked with. */
struct front_caller {
	const char	*user, *session;	/* of a signed token; NULL: none */
	const char	*token;		/* hash of a personal token, as bytea */
	int64_t		 expires;	/* of the signed token; seconds since 1970 */
	const char	*need;		/* public, signed-in or a permission */
	struct str	 network;	/* where it comes from: limits count by it */
};

void		 front_caller(const struct req *rq, struct front_caller *out);

#endif
