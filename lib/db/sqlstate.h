/* SPDX-License-Identifier: ISC */
/*
 * The one place where what PostgreSQL says becomes an error of ours.
 */
#ifndef BUREAU_SQLSTATE_H
#define BUREAU_SQLSTATE_H

#include <stdbool.h>

#include "err.h"

struct arena;
struct db_error;
struct pg_result;

/* state: five characters, or "" when the connection was lost. */
enum err	sqlstate_err(const char *state);
/* Nothing was written and another try may succeed: 40001, 40P01. */
bool		sqlstate_is_retryable(const char *state);

/* All that a refused statement says.  Detail and field are told to clients, so they
 * are those of our own functions only, or a constraint's name. */
enum err	sqlstate_read(struct arena *arena, const struct pg_result *result,
		    struct db_error *out);

#endif
