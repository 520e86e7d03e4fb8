/* SPDX-License-Identifier: ISC */
/*
 * The way of a request, in its one fixed order.  Each stage either lets the
 * request pass or says why not; what follows a refusal does not run.
 */
#include "inner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "conf.h"
#include "etag.h"
#include "fcgi.h"
#include "form.h"
#include "log.h"
#include "when.h"

static route_run find_route, limit, identify, same_origin, preconditions;
static route_run take_path, take_query, take_body;

static route_run *const stages[] = {
	find_route,
	limit,
	identify,
	same_origin,
	preconditions,
	take_path,
	take_query,
	take_body,
};

/* --- match ------------------------------------------------------------------ */

static void
add_allow(struct req *rq)
{
	struct buf names;

	buf_init(&names, rq->arena, 200);
	for (enum method m = GET; m < METHOD_COUNT; m++)
		if ((rq->match.allowed & (1U << m)) || m == OPTIONS)
			buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
			    method_names[m]);
	answer_header(rq, "Allow", names.data);
	if (rq->method == OPTIONS) {
		answer_header(rq, "Access-Control-Allow-Methods", names.data);
		answer_header(rq, "Access-Control-Allow-Headers",
		    "Authorization, Content-Type, Idempotency-Key, If-Match, "
		    "If-None-Match, Prefer");
		answer_header(rq, "Access-Control-Max-Age", "600");
	}
}

static enum err
find_route(struct req *rq)
{
	route_match(rq->app->routes, rq->method, rq->path, &rq->match);
	rq->route = rq->match.route;
	if (rq->route != NULL)
		return (ERR_OK);
	if (rq->match.allowed == 0)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	return (req_fail(rq, ERR_METHOD_NOT_ALLOWED, NULL));
}

/* --- limit and identity --------------------------------------------------------- */

/* An address stands for its /64 in version 6: one host has all of it. */
struct str
network_of(const struct req *rq)
{
	struct in6_addr *six = arena_alloc(rq->arena, sizeof(*six));

	if (inet_pton(AF_INET6, rq->address, six) != 1 ||
	    IN6_IS_ADDR_V4MAPPED(six))
		return (str_of(rq->address));
	return ((struct str){ (const char *)six, 8 });
}

/*
 * Whether a personal token is anybody's is known in the transaction only.  So
 * those that are nobody's count against the address, and where it has sent too
 * many, it is not asked any more.
 */
static bool
may_guess(const struct req *rq)
{
	struct app *app = rq->app;
	struct str key = network_of(rq);

	return (app->identity.token == NULL ||
	    board_would_allow(app->board, LIMIT_GUESS, key.p, key.n,
	    conf_int(CONF_RATE_LIMIT_ANONYMOUS),
	    conf_int(CONF_RATE_LIMIT_WINDOW) * 1000000, &app->limit));
}

/* A token has proven nothing when neither the trip told whose it is, nor a
 * refusal that only a live one gets; failures of ours are nobody's guess. */
static void
count_guess(const struct req *rq, enum err err)
{
	struct str key = network_of(rq);

	if (rq->app->identity.token == NULL || rq->caller.user != NULL ||
	    rq->app->queued != NULL || rq->route == NULL || rq->route->bare ||
	    err == ERR_INSUFFICIENT_PERMISSIONS || err == ERR_ACCOUNT_REVOKED ||
	    err == ERR_RATE_LIMIT_EXCEEDED || err_rows[err].status >= 500)
		return;
	(void)board_allow(rq->app->board, LIMIT_GUESS, key.p, key.n,
	    conf_int(CONF_RATE_LIMIT_ANONYMOUS),
	    conf_int(CONF_RATE_LIMIT_WINDOW) * 1000000, NULL);
}

static enum err
limit(struct req *rq)
{
	struct app *app = rq->app;
	const struct identity *who = &app->identity;
	int64_t window = conf_int(CONF_RATE_LIMIT_WINDOW);
	bool known = who->user != NULL && who->err == ERR_OK;
	struct str key = known ? str_of(who->user) :
	    who->token != NULL ? str_of(who->token) : network_of(rq);
	int64_t max = conf_int(known || who->token != NULL ?
	    CONF_RATE_LIMIT_MAX_REQUESTS : CONF_RATE_LIMIT_ANONYMOUS);

	/* One that was queued was counted when it came. */
	if (rq->route->bare || app->queued != NULL)
		return (ERR_OK);
	if (may_guess(rq) && board_allow(app->board,
	    known || who->token != NULL ? LIMIT_USER : LIMIT_ADDRESS, key.p,
	    key.n, max, window * 1000000, &app->limit))
		return (ERR_OK);
	return (req_fail(rq, ERR_RATE_LIMIT_EXCEEDED, NULL));
}

/* Whether it asks for what anybody may have of a route that others need an identity
 * for: a query string with the parameter that its row names. */
static bool
is_open_to_all(const struct req *rq)
{
	struct str rest = rq->query, pair, name;

	while (rq->route->open_with != NULL && rest.n > 0 &&
	    str_split(&rest, '&', &pair))
		if (str_split(&pair, '=', &name) &&
		    str_is(name, rq->route->open_with))
			return (true);
	return (false);
}

static enum err
identify(struct req *rq)
{
	struct identity *who = &rq->app->identity;

	/* A stale cookie must not keep anybody from signing in, but two
	 * identities at once are refused everywhere. */
	if (who->err == ERR_OK || (rq->route->need == PERM_PUBLIC &&
	    who->err != ERR_INVALID_INPUT))
		return (ERR_OK);
	if (who->err != ERR_INVALID_INPUT && is_open_to_all(rq)) {
		*who = (struct identity){ 0 };
		return (ERR_OK);
	}
	return (req_fail(rq, who->err, who->detail));
}

static enum err
same_origin(struct req *rq)
{
	return (origin_check(rq));
}

/* --- parameters ------------------------------------------------------------------- */

static enum err
preconditions(struct req *rq)
{
	enum err err;

	if (!etag_version(rq->arena, req_header(rq, "HTTP_IF_MATCH"),
	    &rq->if_version))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "If-Match must be one ETag as it was given."));
	err = idempotency_find(rq);
	return (err != ERR_OK ? err : queued_find(rq));
}

static enum err
take_path(struct req *rq)
{
	values_init(&rq->values, rq->arena, rq->route->params);
	for (size_t i = 0; i < rq->match.count; i++) {
		const struct path_value *at = &rq->match.values[i];
		struct param *row = arena_alloc(rq->arena, sizeof(*row));
		const struct param *p = rq->route->params;

		/* An id, unless a row says what else it is. */
		*row = (struct param){ .name = at->name, .type = PARAM_UUID,
		    .in = IN_PATH, .required = true };
		for (; p != NULL && p->name != NULL; p++)
			if (p->in == IN_PATH && strcmp(p->name, at->name) == 0)
				*row = *p;
		param_text(rq->arena, row, at->text, &rq->values, &rq->errors);
	}
	if (rq->errors.count == 0)
		return (ERR_OK);
	rq->errors.count = 0;
	return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
}

/* Those of a list are read by listing.c. */
static bool
is_of_list(const char *name, const void *cls)
{
	const struct route *route = cls;

	if (route->list == Q_NONE)
		return (false);
	for (const struct param *p = route->params; p != NULL && p->name; p++)
		if (p->in == IN_QUERY && strcmp(p->name, name) == 0)
			return (false);
	return (true);
}

static enum err
take_query(struct req *rq)
{
	struct form form;

	if (!form_parse(rq->arena, rq->query, 100, &form))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "The query string is malformed."));
	param_form(rq->arena, rq->route->params, IN_QUERY, &form, is_of_list,
	    rq->route, &rq->values, &rq->errors);
	param_required(rq->route->params, IN_QUERY, &rq->values, &rq->errors);
	return (ERR_OK);
}

/* Neither less nor more than was announced. */
static enum err
read_body(struct req *rq)
{
	size_t max = rq->route->body_max != 0 ? rq->route->body_max : BODY_MAX;
	char *body;

	if (rq->length > (int64_t)max)
		return (req_fail(rq, ERR_PAYLOAD_TOO_LARGE, arena_printf(
		    rq->arena, "At most %zu bytes are accepted here.", max)));
	body = arena_alloc(rq->arena, (size_t)rq->length + 1);
	rq->body = (struct str){ body, fcgi_read(rq->app->transport, body,
	    (size_t)rq->length) };
	if (rq->body.n != (size_t)rq->length ||
	    fcgi_read(rq->app->transport, &(char){ 0 }, 1) != 0)
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "The body is not as long as Content-Length says."));
	return (ERR_OK);
}

static enum err
take_body(struct req *rq)
{
	enum err err;

	if (rq->route->upload)
		return (req_fail_fields(rq));
	err = rq->app->queued != NULL || rq->app->transport == NULL ? ERR_OK :
	    read_body(rq);
	if (err == ERR_OK)
		err = req_parse_body(rq);
	return (err != ERR_OK ? err : req_fail_fields(rq));
}

static enum err
run(struct req *rq)
{
	/* To keep it for later takes no time. */
	if (rq->route->slow && !rq->app->later && !slow_begin(rq))
		return (rq->err);
	if (rq->route->tx == TX_NONE)
		return (rq->route->run(rq));
	return (perform(rq, rq->app->later ? queued_accept : perform_row));
}

/* --- the answer ----------------------------------------------------------------------- */

static void
add_limit_headers(struct req *rq)
{
	const struct limit_state *l = &rq->app->limit;

	if (l->limit == 0)
		return;
	answer_headerf(rq, "RateLimit-Policy", "\"default\";q=%lld;w=%lld",
	    (long long)l->limit, (long long)conf_int(CONF_RATE_LIMIT_WINDOW));
	answer_headerf(rq, "RateLimit", "\"default\";r=%lld;t=%lld",
	    (long long)l->remaining, (long long)l->reset);
	answer_headerf(rq, "X-RateLimit-Limit", "%lld", (long long)l->limit);
	answer_headerf(rq, "X-RateLimit-Remaining", "%lld",
	    (long long)l->remaining);
	answer_headerf(rq, "X-RateLimit-Reset", "%lld", (long long)l->reset);
}

static void
add_retry_after(struct req *rq)
{
	/* A handler with a limit of its own has said when. */
	if (rq->err == ERR_RATE_LIMIT_EXCEEDED &&
	    rq->app->limit.retry_after > 0)
		answer_headerf(rq, "Retry-After", "%lld",
		    (long long)rq->app->limit.retry_after);
	else if (rq->answer.status == 503)
		answer_header(rq, "Retry-After", "1");
}

void
answer_common(struct req *rq)
{
	answer_header(rq, "X-Request-Id", rq->id);
	answer_header(rq, "Cache-Control", "no-store");
	if (rq->cursor != NULL && (rq->method == GET || rq->method == HEAD))
		answer_header(rq, "Event-Cursor", rq->cursor);
	add_limit_headers(rq);
	add_retry_after(rq);
	origin_headers(rq);
	if (rq->answer.status == 401)
		answer_header(rq, "WWW-Authenticate", "Bearer");
}

/* The answer as it is, before what goes with every answer. */
static void
settle(struct req *rq, enum err err)
{
	const char *page = rq->route != NULL ? rq->route->page : NULL;

	/* A handler may set cookies and fail: headers are kept, a body not. */
	if (err == ERR_OK && rq->answer.body.failed) {
		answer_clear(rq);
		err = req_fail_cause(rq, ERR_DATABASE_ERROR,
		    "the answer is larger than the buffer");
	}
	if (rq->is_form && page != NULL)
		answer_form(rq, page);
	else if (err != ERR_OK)
		answer_problem(rq);
	if (err == ERR_METHOD_NOT_ALLOWED)
		add_allow(rq);
}

static void
finish(struct req *rq, enum err err)
{
	if (rq->app->sent) {
		if (err != ERR_OK)
			fcgi_break(rq->app->transport);
		return;
	}
	settle(rq, err);
	err = queued_close(rq);
	if (err != ERR_OK) {
		answer_clear(rq);
		settle(rq, err);
	}
	answer_common(rq);
}

static void
preflight(struct req *rq)
{
	answer_clear(rq);
	rq->err = ERR_OK;
	rq->answer.status = 204;
	add_allow(rq);
	origin_headers(rq);
	answer_header(rq, "X-Request-Id", rq->id);
}

static void
tell(const struct req *rq)
{
	char label[128] = "none", code[16], ms[24];
	enum log_level level = rq->answer.status >= 500 ? LOG_ERROR :
	    LOG_DEBUG;

	if (!log_wants(level))
		return;
	if (rq->route != NULL)
		route_label(rq->route, label, sizeof(label));
	snprintf(code, sizeof(code), "%d", rq->err != ERR_OK ?
	    err_rows[rq->err].code : rq->answer.status);
	snprintf(ms, sizeof(ms), "%lld",
	    (long long)(when_mono() - rq->app->started) / 1000);
	log_event(level, "request", "route", label, "code", code, "ms", ms,
	    "user", rq->caller.user, "detail", rq->detail, "cause", rq->cause,
	    NULL);
}

/* From the variables to a request that somebody makes. */
static enum err
open_request(struct app *app, struct req *rq, char *const *env)
{
	enum err err = req_open(rq, app->arena, env);

	rq->app = app;
	if (err == ERR_OK && queued_is_call(rq)) {
		err = queued_open(rq);
		log_request(rq->id);
		return (err);
	}
	log_request(rq->id);
	identity_find(rq, &app->identity);
	return (err);
}

enum err
dispatch_begin(struct app *app, struct req *rq, char *const *env)
{
	enum err err;

	app->limit = (struct limit_state){ 0 };
	app->identity = (struct identity){ 0 };
	app->keeper = NULL;
	app->kept_as = app->queued = NULL;
	app->kept = app->later = app->is_slow = app->sent = false;
	app->authorized = NULL;
	app->flushed = false;
	app->body_read = 0;
	err = open_request(app, rq, env);
	for (size_t i = 0; err == ERR_OK && i < COUNT_OF(stages); i++)
		err = stages[i](rq);
	return (err);
}

void
dispatch_end(struct req *rq, enum err err)
{
	slow_end(rq);
	if (rq->route != NULL && rq->route->upload)
		upload_drain(rq);
	count_guess(rq, err);
	if (rq->method == OPTIONS && rq->match.allowed != 0)
		preflight(rq);
	else
		finish(rq, err);
	tell(rq);
	log_request(NULL);
}

void
dispatch(struct app *app, struct req *rq, char *const *env)
{
	enum err err = dispatch_begin(app, rq, env);

	if (err == ERR_OK)
		err = run(rq);
	dispatch_end(rq, err);
}

bool
req_may(const struct req *rq, enum perm perm)
{
	/* A text array of names without quotes: {users:read,users:update}. */
	const char *name = perm_rows[perm].name;
	const char *at = rq->caller.permissions;
	size_t n = strlen(name);

	while (at != NULL && (at = strstr(at, name)) != NULL) {
		bool begins = at[-1] == '{' || at[-1] == ',' || at[-1] == '"';

		at += n;
		if (begins && strchr(",}\"", *at) != NULL)
			return (true);
	}
	return (false);
}

struct board *
req_board(const struct req *rq)
{
	return (rq->app->board);
}

int64_t
req_deadline(const struct req *rq)
{
	return (rq->app->deadline);
}

void
req_hurry(struct req *rq, int64_t us)
{
	int64_t deadline = when_mono() + us;

	if (deadline < rq->app->deadline)
		rq->app->deadline = deadline;
}
