/* SPDX-License-Identifier: ISC */
/*
 * The one place where what PostgreSQL says becomes an error of ours.
 */
#ifndef BUREAU_SQLSTATE_H
#define BUREAU_SQLSTATE_H

#include <stdbool.h>

#include "err.h"

/* state: five characters, or "" when the connection was lost. */
enum err	sqlstate_err(const char *state);
/* Nothing was written and another try may succeed: 40001, 40P01. */
bool		sqlstate_is_retryable(const char *state);

#endif
