/* SPDX-License-Identifier: ISC */
/*
 * Each request has a struct app of its own, a copy of the process's.
 */
#include "front.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "check.h"
#include "inner.h"
#include "when.h"

struct front {
	struct app	 app;
	char		 role[64];
};

struct front *
front_new(const struct responder *self, const struct route *routes)
{
	struct front *front = calloc(1, sizeof(*front));

	ASSERT(front != NULL);
	front->app.self = self;
	front->app.routes = routes;
	front->app.board = board_attach();
	snprintf(front->role, sizeof(front->role), "bureau_%s", self->name);
	return (front);
}

void
front_free(struct front **front)
{
	if (*front == NULL)
		return;
	board_free(&(*front)->app.board);
	free(*front);
	*front = NULL;
}

struct board *
front_board(const struct front *front)
{
	return (front->app.board);
}

const char *
front_role(const struct front *front)
{
	return (front->role);
}

enum err
front_open(struct front *front, struct req *rq, struct arena *arena,
    char *const *env)
{
	struct app *app = arena_alloc(arena, sizeof(*app));

	*app = front->app;
	app->arena = arena;
	app->started = when_mono();
	app->deadline = request_deadline();
	return (dispatch_begin(app, rq, env));
}

void
front_close(struct req *rq, enum err err)
{
	dispatch_end(rq, err);
	count_answer(rq->app, rq);
}

void
front_caller(const struct req *rq, struct front_caller *out)
{
	const struct identity *who = &rq->app->identity;
	bool known = who->user != NULL || who->token != NULL;
	bool is_open = !known && rq->route->open_with != NULL &&
	    values_find(&rq->values, rq->route->open_with) != NULL;

	*out = (struct front_caller){
		.user = who->user, .session = who->session,
		.token = who->token, .expires = who->expires,
		.need = perm_rows[is_open ? PERM_PUBLIC :
		    rq->route->need].name,
		.network = network_of(rq)
	};
}
