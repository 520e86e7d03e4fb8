/* SPDX-License-Identifier: ISC */
/*
 * A responder's life: one process, one connection, one request at a time.
 * The supervisor starts as many as it wants on one socket; a web server may
 * start it for a single request as plain CGI.
 */
#include "inner.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "check.h"
#include "conf.h"
#include "fcgi.h"
#include "front.h"
#include "jwt.h"
#include "log.h"
#include "process.h"
#include "when.h"

#define ARENA_LIMIT	(64 * 1024 * 1024)

static void
ignore_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &ignore, NULL);	/* Ctrl-C is the supervisor's */
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void
send_answer(struct app *app, const struct req *rq)
{
	struct buf head;

	buf_init(&head, app->arena, 65536);
	answer_head(rq, &head);
	fcgi_write(app->transport, head.data, head.len);
	if (rq->method != HEAD && rq->answer.status != 304)
		fcgi_write(app->transport, rq->answer.body.data,
		    rq->answer.body.len);
}

/* Before the answer goes out: who has it may look at the numbers. */
static void
count_trips(struct app *app, const struct db_stats *before)
{
	const struct db_stats *now = db_stats(app->db);

	board_count(app->board, BOARD_TRIPS, now->trips - before->trips);
	if (before->connects > 0)
		board_count(app->board, BOARD_RECONNECTS,
		    now->connects - before->connects);
}

void
count_answer(struct app *app, const struct req *rq)
{
	char label[BOARD_LABEL] = "none";

	if (rq->route != NULL)
		route_label(rq->route, label, sizeof(label));
	if (rq->err != ERR_OK)
		board_error(app->board, err_rows[rq->err].code);
	board_end(app->board, board_route(app->board, label),
	    rq->answer.status, when_mono() - app->started);
}

int64_t
request_deadline(void)
{
	return (when_mono() + conf_int(CONF_REQUEST_TIMEOUT) * 800000);
}

static void
serve_one(struct app *app)
{
	struct db_stats before = *db_stats(app->db);
	struct req rq;
	char *const *env;

	board_begin(app->board);
	app->started = when_mono();
	app->deadline = request_deadline();
	if (!fcgi_begin(app->transport, &env)) {
		fcgi_end(app->transport);
		board_ready(app->board);
		return;
	}
	dispatch(app, &rq, env);
	count_trips(app, &before);
	if (!app->sent)
		send_answer(app, &rq);
	fcgi_end(app->transport);
	count_answer(app, &rq);
}

static void
serve(struct app *app)
{
	board_ready(app->board);
	while (fcgi_wait(app->transport)) {
		arena_reset(app->arena);
		serve_one(app);
	}
}

/* All tables as one, so that matching sees every row. */
static struct route *
join_tables(const struct responder *self)
{
	struct route *all;
	size_t n = 0, at = 0;

	for (unsigned t = 0; self->tables[t] != NULL; t++)
		for (const struct route *r = self->tables[t]; r->path; r++)
			n++;
	all = calloc(n + 1, sizeof(*all));
	ASSERT(all != NULL);
	for (unsigned t = 0; self->tables[t] != NULL; t++)
		for (const struct route *r = self->tables[t]; r->path; r++)
			all[at++] = *r;
	return (all);
}

static int
serve_otherwise(const struct responder *self, const struct route *routes)
{
	struct front *front;
	int status;

	if (!fcgi_is_socket(STDIN_FILENO)) {
		log_event(LOG_ERROR, "cgi.impossible", "why",
		    "this responder holds connections; it cannot run as CGI",
		    NULL);
		return (EXIT_FAILURE);
	}
	if (!jwt_open())
		return (EXIT_FAILURE);
	front = front_new(self, routes);
	status = self->serve(front);
	front_free(&front);
	return (status);
}

static int
run(int argc, char **argv, const struct responder *self,
    const struct route *routes)
{
	struct app app = { .self = self, .routes = routes };
	char role[64], why[256];

	log_open(self->name, LOG_INFO);
	if (!routes_check(app.routes, why, sizeof(why))) {
		log_event(LOG_ERROR, "routes.wrong", "why", why, NULL);
		return (EXIT_FAILURE);
	}
	if (argc > 1 && strcmp(argv[1], "--describe") == 0) {
		describe(self, app.routes);
		return (EXIT_SUCCESS);
	}
	if (!fcgi_is_socket(STDIN_FILENO) &&
	    getenv("GATEWAY_INTERFACE") == NULL) {
		fprintf(stderr, "%s: start it from `bureau serve`, spawn-fcgi "
		    "or as CGI; --describe prints its routes.\n", argv[0]);
		return (2);
	}
	process_begin(self->name);
	if (self->serve != NULL)
		return (serve_otherwise(self, routes));
	snprintf(role, sizeof(role), "bureau_%s", self->name);
	app.arena = arena_new(ARENA_WIPING, ARENA_LIMIT);
	app.db = db_new(role);
	app.board = board_attach();
	app.transport = fcgi_new(fcgi_is_socket(STDIN_FILENO) ?
	    STDIN_FILENO : -1);
	ignore_signals();
	if (!jwt_open())
		return (EXIT_FAILURE);
	if (self->start != NULL)
		self->start();
	serve(&app);
	db_free(&app.db);
	fcgi_free(&app.transport);
	board_free(&app.board);
	arena_free(&app.arena);
	return (EXIT_SUCCESS);
}

int
responder_main(int argc, char **argv, const struct responder *self)
{
	struct route *routes = join_tables(self);
	int status = run(argc, argv, self, routes);

	free(routes);
	return (status);
}
