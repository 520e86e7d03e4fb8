/* SPDX-License-Identifier: ISC */
#include "sqlstate.h"

#include <stddef.h>
#include <string.h>

#include "check.h"
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
