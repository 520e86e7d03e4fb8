/* SPDX-License-Identifier: ISC */
/*
 * The administrator's connection: whole files of SQL, one after the other, for
 * migrating and for the commands that look after people.  Not for requests.
 *
 * A call that fails returns false and leaves a sentence in admin_error(); the
 * server's notices go to stderr only when they are warnings.
 */
#ifndef BUREAU_ADMIN_H
#define BUREAU_ADMIN_H

#include <stdbool.h>
#include <stddef.h>

#include "query.h"

struct admin;

/* Never NULL; admin_is_open() tells whether it worked.  Names are looked up in
 * the schema bureau, whatever the connection says. */
struct admin	*admin_open(const char *conninfo);
void		 admin_close(struct admin **admin);
bool		 admin_is_open(const struct admin *admin);
/* The last failure, in one line; "" when there was none. */
const char	*admin_error(const struct admin *admin);
/* Its SQLSTATE, "" when the server said none. */
const char	*admin_sqlstate(const struct admin *admin);
/* The server's version as 150004. */
int		 admin_version(const struct admin *admin);

/* Run statements of a file; the rows of the last are kept. */
bool		 admin_run(struct admin *admin, const char *sql);
/* Run a query of sql/queries with as many values as it has parameters, in the
 * order in which they first occur in it; ended by NULL. */
bool		 admin_ask(struct admin *admin, enum query_id id, ...)
		    __attribute__((sentinel));
/* Rows of the last successful call. */
unsigned	 admin_rows(const struct admin *admin);
const char	*admin_value(const struct admin *admin, unsigned row,
		    unsigned column);		/* "" for null */

/* Set a role's password; only its SCRAM verifier travels. */
bool		 admin_password(struct admin *admin, const char *role,
		    const char *password);

/* Is somebody there who takes connections? */
bool		 admin_ping(const char *conninfo);

#endif
