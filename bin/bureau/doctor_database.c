/* SPDX-License-Identifier: ISC */
/*
 * `bureau doctor`: the database's server, its schema, and the queues in it.
 */
#include "doctor.h"

#include <string.h>

#include "admin.h"
#include "arena.h"
#include "schema.h"
#include "text.h"
#include "when.h"

#define CLOCK_SKEW	5		/* seconds against the database's */
#define STUCK		300		/* seconds a job may be due */

/* --- the server ------------------------------------------------------------------ */

/* A column of Q_SERVER_FACTS as a number. */
static int64_t
fact(const struct admin *admin, unsigned column)
{
	int64_t value = 0;

	text_int(str_of(admin_value(admin, 0, column)), 0, INT64_MAX, &value);
	return (value);
}

/* ahead: seconds by which the database's clock is. */
static void
examine_clock(struct report *r, int64_t ahead)
{
	if (ahead > CLOCK_SKEW || ahead < -CLOCK_SKEW)
		doctor_tell(r, WRONG, SAY(r, "the database's clock is %lld seconds "
		    "%s this one's", (long long)(ahead < 0 ? -ahead : ahead),
		    ahead < 0 ? "behind" : "ahead of"),
		    "synchronise both with NTP");
}

static void
examine_server(struct report *r, struct admin *admin)
{
	unsigned wanted = site_connections(&r->site);
	const char *sync;

	if (!admin_ask(admin, Q_SERVER_FACTS, NULL)) {
		doctor_tell(r, WRONG, SAY(r, "the database does not answer: %s",
		    admin_error(admin)), NULL);
		return;
	}
	if (fact(admin, 0) < 150000)
		doctor_tell(r, WRONG, SAY(r, "PostgreSQL is version %s",
		    admin_value(admin, 0, 0)), "install 15 or later");
	if (strcmp(admin_value(admin, 0, 1), "UTF8") != 0 ||
	    strcmp(admin_value(admin, 0, 2), "C.UTF-8") != 0)
		doctor_tell(r, WRONG, SAY(r, "the database is %s with the collation "
		    "%s", admin_value(admin, 0, 1), admin_value(admin, 0, 2)),
		    "dump it and restore it into one made with ENCODING 'UTF8' "
		    "LOCALE 'C.UTF-8' TEMPLATE template0");
	if (fact(admin, 3) < wanted)
		doctor_tell(r, WRONG, SAY(r, "max_connections is %s; responders may "
		    "open %u at a reload", admin_value(admin, 0, 3), wanted),
		    "raise it, or lower MAX_WORKERS");
	sync = admin_value(admin, 0, 4);
	if (strcmp(sync, "off") == 0 ||
	    strcmp(admin_value(admin, 0, 5), "on") != 0)
		doctor_tell(r, WRONG, SAY(r, "synchronous_commit is %s and fsync is "
		    "%s: what was acknowledged may be lost", sync,
		    admin_value(admin, 0, 5)), "set both to on");
	examine_clock(r, fact(admin, 6) - when_now() / 1000);
}

static void
examine_schema(struct report *r, struct admin *admin)
{
	switch (schema_look(&r->site, admin, true)) {
	case SCHEMA_CURRENT:
		doctor_tell(r, FINE, "the schema is this build's", NULL);
		break;
	case SCHEMA_BEHIND:
		doctor_tell(r, WRONG, "the schema is older than this build",
		    "bureau migrate");
		break;
	case SCHEMA_AHEAD:
		doctor_tell(r, WRONG, "the schema is newer than this build",
		    "install the newer version, or restore a backup");
		break;
	case SCHEMA_CHANGED:
		doctor_tell(r, WRONG, "the file of an applied migration has changed",
		    "restore it; `bureau migrate` says which");
		break;
	case SCHEMA_UNKNOWN:
		doctor_tell(r, WRONG, "the schema's history cannot be read", NULL);
		break;
	}
}

/* --- the queues ------------------------------------------------------------------------ */

/* One row of Q_OPERATOR_QUEUES. */
static void
examine_queue(struct report *r, const struct admin *admin, unsigned row)
{
	const char *name = admin_value(admin, row, 0);
	const char *paused = admin_value(admin, row, 1);
	const char *recent = admin_value(admin, row, 8);
	int64_t oldest = 0;

	text_int(str_of(admin_value(admin, row, 7)), 0, INT64_MAX, &oldest);
	if (paused[0] != '\0')
		doctor_tell(r, NOTE, SAY(r, "the queue %s is paused since %s", name,
		    paused), SAY(r, "bureau jobs resume %s", name));
	else if (oldest > STUCK && r->running)
		doctor_tell(r, WRONG, SAY(r, "a job of the queue %s has been due for "
		    "%lld seconds", name, (long long)oldest), SAY(r, "see why "
		    "with `bureau status` and `bureau jobs list --queue %s "
		    "--state queued`; WORKER_CHILDREN says how many work at "
		    "the same time", name));
	if (strcmp(recent, "0") != 0)
		doctor_tell(r, NOTE, SAY(r, "%s jobs of the queue %s failed for good "
		    "within a day", recent, name), SAY(r, "bureau jobs list "
		    "--queue %s --state failed tells why; what had no secret "
		    "goes again with bureau jobs retry, codes and invitations "
		    "are to be asked for anew", name));
}

static void
examine_queues(struct report *r, struct admin *admin)
{
	if (!admin_ask(admin, Q_OPERATOR_QUEUES, NULL))
		return;
	for (unsigned row = 0; row < admin_rows(admin); row++)
		examine_queue(r, admin, row);
	if (r->running && admin_ask(admin, Q_OPERATOR_WORKERS, NULL) &&
	    strcmp(admin_value(admin, 0, 0), "0") == 0)
		doctor_tell(r, WRONG, "no worker is connected to the database",
		    "its log lines (\"service\":\"worker\") say why");
}

void
doctor_database(struct report *r)
{
	struct admin *admin;

	if (site_admin_conninfo(&r->site)[0] == '\0') {
		doctor_tell(r, NOTE, "DATABASE_ADMIN_URL is not set: the database was "
		    "not examined", NULL);
		return;
	}
	if (r->site.is_private && !r->running)
		return;
	admin = admin_open(site_admin_conninfo(&r->site));
	if (!admin_is_open(admin)) {
		doctor_tell(r, WRONG, SAY(r, "the database cannot be reached: %s",
		    admin_error(admin)), r->site.is_private ?
		    "its log is pg/log in BUREAU_HOME" :
		    "look at DATABASE_ADMIN_URL and the server");
	} else {
		examine_server(r, admin);
		examine_schema(r, admin);
		examine_queues(r, admin);
	}
	admin_close(&admin);
}

