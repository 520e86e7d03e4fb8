/* SPDX-License-Identifier: ISC */
#include "sqlstate.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <libpq-fe.h>

#include "arena.h"
#include "check.h"
#include "db.h"
#include "rows.h"
#include "text.h"

/* A prefix of the state and what it means; longer prefixes come first. */
static const struct {
	const char	*prefix;
	enum err	 err;
} rows[] = {
	{ "22P02", ERR_INVALID_FORMAT },	/* invalid text representation */
	{ "22001", ERR_VALIDATION_ERROR },	/* string too long */
	{ "22",    ERR_VALIDATION_ERROR },	/* data exception */
	{ "23505", ERR_RESOURCE_ALREADY_EXISTS },
	{ "23P01", ERR_RESOURCE_CONFLICT },	/* exclusion */
	{ "23",    ERR_VALIDATION_ERROR },	/* other constraints */
	{ "25006", ERR_DATABASE_ERROR },	/* read-only transaction */
	{ "40",    ERR_TRANSACTION_FAILED },	/* serialization, deadlock */
	{ "55P03", ERR_TRANSACTION_FAILED },	/* lock not available */
	{ "57014", ERR_TIMEOUT },		/* cancelled by timeout */
	{ "57P",   ERR_CONNECTION_ERROR },	/* shutting down */
	{ "53300", ERR_CONNECTION_ERROR },	/* too many connections */
	{ "53",    ERR_TRANSACTION_FAILED },	/* out of disk, memory */
	{ "08",    ERR_CONNECTION_ERROR },
	{ "28",    ERR_CONNECTION_ERROR },	/* may not log in */
	{ "3D",    ERR_CONNECTION_ERROR },	/* no such database */
	{ "42",    ERR_QUERY_FAILED },
};

enum err
sqlstate_err(const char *state)
{
	if (state[0] == '\0')
		return (ERR_CONNECTION_ERROR);
	if (state[0] == 'U') {
		enum err err = ERR_OK;
		int64_t code;

		if (text_int(str_of(state + 1), 1, 9999, &code))
			err = err_by_code((int)code);
		return (err != ERR_OK ? err : ERR_DATABASE_ERROR);
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strncmp(state, rows[i].prefix,
		    strlen(rows[i].prefix)) == 0)
			return (rows[i].err);
	return (ERR_DATABASE_ERROR);
}

bool
sqlstate_is_retryable(const char *state)
{
	return (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0);
}

static const char *
said(struct arena *arena, const PGresult *result, int field)
{
	const char *text = PQresultErrorField(result, field);

	return (text != NULL ? arena_strdup(arena, text) : NULL);
}

enum err
sqlstate_read(struct arena *arena, const PGresult *result,
    struct db_error *out)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (state == NULL)
		state = "";
	snprintf(out->sqlstate, sizeof(out->sqlstate), "%s", state);
	out->message = said(arena, result, PG_DIAG_MESSAGE_PRIMARY);
	if (out->message == NULL)
		out->message = arena_strdup(arena,
		    PQresultErrorMessage(result));
	/* 0A000: a plan made before a migration; a new connection makes a new
	 * one. */
	out->retry = sqlstate_is_retryable(state) ||
	    strcmp(state, "0A000") == 0;
	if (state[0] == 'U') {
		out->detail = said(arena, result, PG_DIAG_MESSAGE_DETAIL);
		out->field = said(arena, result, PG_DIAG_MESSAGE_HINT);
	} else if (strncmp(state, "23", 2) == 0) {
		out->field = rows_constraint_field(arena,
		    PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME),
		    PQresultErrorField(result, PG_DIAG_TABLE_NAME));
	}
	return (sqlstate_err(state));
}
