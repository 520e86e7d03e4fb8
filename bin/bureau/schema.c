/* SPDX-License-Identifier: ISC */
/*
 * Migrating.
 *
 * Everything is run as bureau_owner but the roles themselves.  One advisory lock
 * is held over the whole, on the connection, so two hosts take turns.  Functions
 * and grants are made anew from their files each time: they have no history.
 */
#include "config.h"

#include "schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "arena.h"
#include "check.h"
#include "conf.h"
#include "hash.h"
#include "secrets.h"
#include "site.h"
#include "tables.h"

#define FILES_MAX	1000

struct migration {
	const char	*folder;	/* migrations, examples */
	const char	*number;	/* decimal, without leading zeros */
	const char	*name;		/* 0001_ground.sql */
	const char	*checksum;
	const char	*sql;
	bool		 is_done;
};

struct plan {
	struct migration	*steps;
	unsigned		 count;
	unsigned		 pending;
};

/* --- files ----------------------------------------------------------------------- */

static int
is_sql(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return (n > 4 && entry->d_name[0] != '.' &&
	    strcmp(entry->d_name + n - 4, ".sql") == 0);
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return (strcmp((*a)->d_name, (*b)->d_name));
}

static bool
read_sql(const struct site *site, const char *name, struct str *out)
{
	const char *path = arena_printf(site->arena, "%s/sql/%s", site->data,
	    name);

	return (read_file(site->arena, path, out) ||
	    complain("cannot read %s: %s; set BUREAU_DATA to where Bureau's "
	    "files are", path, strerror(errno)));
}

/* The SQL files of a folder by name, ended by NULL; NULL when there is none. */
static const char **
list_sql(const struct site *site, const char *folder)
{
	struct dirent **entries;
	const char **names;
	int n = scandir(arena_printf(site->arena, "%s/sql/%s", site->data,
	    folder), &entries, is_sql, by_bytes);

	if (n < 0) {
		complain("cannot read %s/sql/%s: %s", site->data, folder,
		    strerror(errno));
		return (NULL);
	}
	names = arena_array(site->arena, (size_t)n + 1, sizeof(*names));
	for (int i = 0; i < n; i++) {
		names[i] = arena_strdup(site->arena, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return (names);
}

static bool
plan_add(const struct site *site, struct plan *plan, const char *folder)
{
	const char **names = list_sql(site, folder);
	struct str sql;

	if (names == NULL)
		return (false);
	for (; *names != NULL && plan->count < FILES_MAX; names++) {
		long number = strtol(*names, NULL, 10);

		if (number <= 0 || !read_sql(site, arena_printf(site->arena,
		    "%s/%s", folder, *names), &sql))
			return (complain("%s/%s must begin with its number",
			    folder, *names));
		plan->steps[plan->count++] = (struct migration){
			.folder = folder, .name = *names, .sql = sql.p,
			.number = arena_printf(site->arena, "%ld", number),
			.checksum = hash_hex(site->arena, sql)
		};
	}
	return (true);
}

static bool
make_plan(const struct site *site, struct plan *plan)
{
	*plan = (struct plan){ .steps = arena_array(site->arena, FILES_MAX,
	    sizeof(*plan->steps)) };
	return (plan_add(site, plan, "migrations") &&
	    (!site_has_responder(site, "skeleton") ||
	    plan_add(site, plan, "examples")));
}

/* --- looking ------------------------------------------------------------------------- */

static struct migration *
find_step(const struct plan *plan, const char *folder, const char *number)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (strcmp(plan->steps[i].folder, folder) == 0 &&
		    strcmp(plan->steps[i].number, number) == 0)
			return (&plan->steps[i]);
	return (NULL);
}

static enum schema_state
hold_against(const struct site *site, const struct plan *plan,
    const struct admin *admin, unsigned row, bool quiet)
{
	const char *folder = admin_value(admin, row, 0);
	const char *name = admin_value(admin, row, 2);
	struct migration *step = find_step(plan, folder,
	    admin_value(admin, row, 1));

	if (step == NULL) {
		/* Examples that are switched off are no concern. */
		if (strcmp(folder, "migrations") != 0)
			return (SCHEMA_CURRENT);
		if (!quiet)
			complain("the database has had %s, which this build "
			    "(%s) does not know: it is newer; install that "
			    "version or restore a backup", name, site->data);
		return (SCHEMA_AHEAD);
	}
	step->is_done = true;
	if (strcmp(step->checksum, admin_value(admin, row, 3)) == 0)
		return (SCHEMA_CURRENT);
	if (!quiet)
		complain("%s/%s is not the file that was applied: a released "
		    "migration never changes; restore it and write a new one",
		    folder, name);
	return (SCHEMA_CHANGED);
}

static enum schema_state
compare(const struct site *site, struct plan *plan, struct admin *admin,
    bool quiet)
{
	enum schema_state state;

	if (!admin_ask(admin, Q_MIGRATIONS_DONE, NULL)) {
		plan->pending = plan->count;
		if (strcmp(admin_sqlstate(admin), "42P01") == 0)
			return (SCHEMA_BEHIND);
		if (!quiet)
			complain("cannot read the schema's history: %s",
			    admin_error(admin));
		return (SCHEMA_UNKNOWN);
	}
	for (unsigned row = 0; row < admin_rows(admin); row++) {
		state = hold_against(site, plan, admin, row, quiet);
		if (state != SCHEMA_CURRENT)
			return (state);
	}
	plan->pending = 0;
	for (unsigned i = 0; i < plan->count; i++)
		plan->pending += !plan->steps[i].is_done;
	return (plan->pending > 0 ? SCHEMA_BEHIND : SCHEMA_CURRENT);
}

enum schema_state
schema_look(const struct site *site, struct admin *admin, bool quiet)
{
	struct plan plan;

	if (!make_plan(site, &plan))
		return (SCHEMA_UNKNOWN);
	return (compare(site, &plan, admin, quiet));
}

/* --- migrating --------------------------------------------------------------------------- */

static bool
run(struct admin *admin, const char *what, const char *sql)
{
	return (admin_run(admin, sql) || complain("%s: %s", what,
	    admin_error(admin)));
}

static bool
run_file(const struct site *site, struct admin *admin, const char *name)
{
	struct str sql;

	return (read_sql(site, name, &sql) && run(admin, name, sql.p));
}

/* From here to COMMIT as the owner of the schema. */
static bool
begin(struct admin *admin)
{
	return (run(admin, "begin", "BEGIN; SET LOCAL ROLE bureau_owner"));
}

/* COMMIT, or undo what was begun; passes ok on. */
static bool
end(struct admin *admin, bool ok)
{
	if (ok)
		return (run(admin, "commit", "COMMIT"));
	admin_run(admin, "ROLLBACK");
	return (false);
}

static bool
apply(struct admin *admin, const struct migration *step)
{
	bool ok = begin(admin) && run(admin, step->name, step->sql) &&
	    (admin_ask(admin, Q_MIGRATION_DONE, step->folder, step->number,
	    step->name, step->checksum, NULL) ||
	    complain("%s: %s", step->name, admin_error(admin)));

	return (end(admin, ok));
}

/* Functions, grants and the tables of lib/tbl: what has no history, in one transaction. */
static bool
refresh(const struct site *site, struct admin *admin)
{
	const char **names = list_sql(site, "functions");
	bool ok = names != NULL && begin(admin);

	for (; ok && *names != NULL; names++)
		ok = run_file(site, admin, arena_printf(site->arena,
		    "functions/%s", *names));
	ok = ok && run_file(site, admin, "privileges.sql") &&
	    (admin_ask(admin, Q_PERMISSIONS_SEND, tables_permissions(
	    site->arena), NULL) || complain("permissions: %s",
	    admin_error(admin))) &&
	    (admin_ask(admin, Q_JOBS_SEND, tables_jobs(site->arena), NULL) ||
	    complain("jobs: %s", admin_error(admin)));
	return (end(admin, ok));
}

static bool
set_passwords(const struct site *site, struct admin *admin)
{
	for (const char **names = site_services(site); *names; names++) {
		const char *role = arena_printf(site->arena, "bureau_%s",
		    *names);
		const char *password = secret_text(site, arena_printf(
		    site->arena, "db-%s", *names));

		if (password == NULL)
			return (false);
		if (!admin_password(admin, role, password))
			return (complain("cannot set the password of %s: %s",
			    role, admin_error(admin)));
	}
	return (true);
}

static bool
check_server(struct admin *admin)
{
	if (!admin_ask(admin, Q_SERVER_FACTS, NULL))
		return (complain("%s", admin_error(admin)));
	if (strtol(admin_value(admin, 0, 0), NULL, 10) < 150000)
		return (complain("PostgreSQL is version %s; Bureau needs 15 or "
		    "later", admin_value(admin, 0, 0)));
	if (strcmp(admin_value(admin, 0, 1), "UTF8") != 0)
		return (complain("the database's encoding is %s; make one with "
		    "ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0",
		    admin_value(admin, 0, 1)));
	return (true);
}

static bool
migrate_locked(const struct site *site, struct admin *admin, unsigned *applied)
{
	struct plan plan;
	enum schema_state state;

	if (!make_plan(site, &plan) || !check_server(admin))
		return (false);
	state = compare(site, &plan, admin, false);
	if (state != SCHEMA_CURRENT && state != SCHEMA_BEHIND)
		return (false);
	if (!run_file(site, admin, "roles.sql") || !begin(admin) ||
	    !end(admin, run_file(site, admin, "ledger.sql")))
		return (false);
	for (unsigned i = 0; i < plan.count; i++) {
		if (plan.steps[i].is_done)
			continue;
		if (!apply(admin, &plan.steps[i]))
			return (false);
		(*applied)++;
	}
	return (refresh(site, admin) && set_passwords(site, admin));
}

bool
schema_migrate(const struct site *site, struct admin *admin, unsigned *applied)
{
	bool ok;

	*applied = 0;
	if (!run(admin, "lock", "SET lock_timeout = '60s'; "
	    "SELECT pg_advisory_lock(hashtext('bureau.migrate'))"))
		return (false);
	ok = migrate_locked(site, admin, applied);
	admin_run(admin, "SELECT pg_advisory_unlock(hashtext('bureau.migrate'))");
	return (ok);
}
