/* SPDX-License-Identifier: ISC */
/*
 * What a handler asks, behind authorize(), in one round trip.
 *
 * With a keeper there are two trips: what the handler asks is flushed but not
 * committed, then its answer is stored and both commit.
 */
#include "inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "json.h"
#include "log.h"

/* --- binding ------------------------------------------------------------------ */

static bool
row_has_param(const struct req *rq, const char *name)
{
	const struct param *p = rq->route->params;

	for (; p != NULL && p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return (true);
	return (false);
}

static const char *
bind_one(struct req *rq, const struct query *query, const char *name)
{
	size_t n = strlen(name);
	const struct value *value;

	if (strcmp(name, "ifVersion") == 0)
		return (rq->if_version);
	if (name[n - 1] == '?') {
		const char *bare = arena_memdup(rq->arena, name, n - 1);

		return (values_find(&rq->values, bare) != NULL ? "t" : "f");
	}
	value = values_find(&rq->values, name);
	if (value != NULL)
		return (value->text);
	if (!row_has_param(rq, name)) {
		log_event(LOG_ERROR, "query.unbound", "query", query->name,
		    "parameter", name, NULL);
		PANIC("a query has a parameter that its route does not");
	}
	return (NULL);
}

void
trip_bind(struct req *rq, const struct query *query, const char **values)
{
	for (unsigned i = 0; i < query->param_count; i++)
		values[i] = bind_one(rq, query, query->params[i]);
}

static const char *
pair_find(va_list pairs, const char *name, bool *found)
{
	const char *key, *value = NULL;

	*found = false;
	while (!*found && (key = va_arg(pairs, const char *)) != NULL) {
		value = va_arg(pairs, const char *);
		*found = strcmp(key, name) == 0;
	}
	return (value);
}

struct db_rows *
req_query(struct req *rq, enum query_id id, ...)
{
	const struct query *query = &queries[id];
	const char **values = arena_array(rq->arena, query->param_count + 1,
	    sizeof(*values));

	for (unsigned i = 0; i < query->param_count; i++) {
		va_list pairs;
		bool found;

		va_start(pairs, id);
		values[i] = pair_find(pairs, query->params[i], &found);
		va_end(pairs);
		if (!found)
			values[i] = bind_one(rq, query, query->params[i]);
	}
	if (rq->app->authorized == NULL)
		trip_open(rq);
	return (db_add(rq->app->db, id, values));
}

/* --- the transaction ------------------------------------------------------------- */

void
trip_authorize(struct req *rq, const char *need, bool write)
{
	struct app *app = rq->app;
	const struct identity *who = &app->identity;
	const char *values[] = {
		who->user, who->session, who->token, need, write ? "t" : "f",
		rq->id, rq->address[0] != '\0' ? rq->address : NULL, rq->agent
	};

	if (write)
		db_writes(app->db);
	app->authorized = db_add(app->db, Q_AUTHORIZE, values);
}

void
trip_ask(struct req *rq)
{
	struct app *app = rq->app;

	trip_authorize(rq, perm_rows[rq->route->need].name,
	    rq->route->tx == TX_WRITE);
	if (app->keeper != NULL && app->keeper->claim != NULL)
		app->keeper->claim(rq);
}

void
trip_open(struct req *rq)
{
	struct app *app = rq->app;

	if (!app->flushed) {
		db_begin(app->db, rq->arena, app->deadline);
		trip_ask(rq);
	}
}

void
trip_caller(struct req *rq)
{
	const struct db_rows *who = rq->app->authorized;

	rq->caller.user = db_text(who, 0, "user_id");
	rq->caller.session = db_text(who, 0, "session_id");
	rq->caller.permissions = db_text(who, 0, "permissions");
	rq->cursor = db_text(who, 0, "cursor");
}

/* Several things at once, as faults_raise() tells them: [{field, code, message}]. */
static enum err
take_faults(struct req *rq, const char *list)
{
	struct json_object *faults;
	struct json_error wrong;
	enum err err = ERR_DATABASE_ERROR;

	if (!json_parse(rq->arena, str_of(list), &faults, &wrong))
		return (req_fail(rq, err, NULL));
	for (size_t i = 0; i < json_count(faults); i++) {
		struct json_object *one = json_at(faults, i);

		field_error(&rq->errors, json_str(json_get(one, "field")).p,
		    err_by_code((int)json_int(json_get(one, "code"), 0)),
		    json_str(json_get(one, "message")).p);
	}
	return (req_fail_fields(rq));
}

/* What a constraint asks for says the description of the field. */
static const char *
why(const struct req *rq, enum err err, const char *field)
{
	const struct param *param = rq->route->params;

	for (; err == ERR_VALIDATION_ERROR && param != NULL &&
	    param->name != NULL; param++)
		if (param->doc != NULL && strcmp(param->name, field) == 0)
			return (param->doc);
	return (err_rows[err].sentence);
}

enum err
trip_error(struct req *rq, enum err err)
{
	const struct db_error *error = db_last_error(rq->app->db);

	if (error->field != NULL && strcmp(error->field, "*") == 0)
		err = take_faults(rq, error->detail);
	else if (err == ERR_INVALID_FORMAT && error->field == NULL)
		req_fail(rq, err, "A value has the wrong form.");
	else if (error->field != NULL)
		req_fail_field(rq, err, error->field, error->detail != NULL ?
		    error->detail : why(rq, err, error->field));
	else
		req_fail(rq, err, error->detail);
	rq->cause = arena_printf(rq->arena, "%s %s", error->sqlstate,
	    error->message != NULL ? error->message : "");
	return (err);
}

enum err
req_results(struct req *rq)
{
	struct app *app = rq->app;
	enum err err;

	if (app->authorized == NULL && !app->flushed)
		trip_open(rq);
	err = app->keeper != NULL || app->flushed ? db_flush(app->db) :
	    db_commit(app->db);
	if (err != ERR_OK)
		return (trip_error(rq, err));
	if (app->authorized != NULL)
		trip_caller(rq);
	app->authorized = NULL;
	app->flushed = app->keeper != NULL || app->flushed;
	return (ERR_OK);
}

enum err
trip_commit(struct req *rq)
{
	enum err err = db_commit(rq->app->db);

	if (err != ERR_OK)
		return (trip_error(rq, err));
	rq->app->flushed = false;
	return (ERR_OK);
}
