/* SPDX-License-Identifier: ISC */
/*
 * The schema of a database, held against the files of this build.
 */
#ifndef BUREAU_SCHEMA_H
#define BUREAU_SCHEMA_H

#include <stdbool.h>

struct admin;
struct site;

enum schema_state {
	SCHEMA_CURRENT,
	SCHEMA_BEHIND,		/* migrations wait, or there is no schema */
	SCHEMA_AHEAD,		/* it has migrations that this build lacks */
	SCHEMA_CHANGED,		/* the file of an applied migration is another */
	SCHEMA_UNKNOWN		/* it cannot be read */
};

/* Also says on stderr what is wrong, unless quiet. */
enum schema_state	schema_look(const struct site *site,
			    struct admin *admin, bool quiet);

/*
 * Bring it up to this build: roles, migrations (each in a transaction of its
 * own), then functions and grants in one, and the roles' passwords.  Safe to call
 * from several hosts at once, and again.  *applied_out counts the migrations.
 */
bool			schema_migrate(const struct site *site,
			    struct admin *admin, unsigned *applied_out);

#endif
