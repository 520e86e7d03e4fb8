/* SPDX-License-Identifier: ISC */
/*
 * `bureau jobs …`: queues and jobs from a shell.  What may be done in which state
 * is the database's to say, as for everybody.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "bureau.h"
#include "check.h"
#include "cluster.h"
#include "site.h"

#define LIST_LIMIT	"50"

/* Which jobs are meant; "" where all are. */
struct filter {
	const char	*queue, *kind, *state, *limit;
};

static const char *
or_else(const char *text, const char *otherwise)
{
	return (text != NULL ? text : otherwise);
}

static struct filter
take_filter(int *argc, char **argv)
{
	struct filter filter;

	filter.queue = or_else(take_value(argc, argv, "--queue"), "");
	filter.kind = or_else(take_value(argc, argv, "--kind"), "");
	filter.state = or_else(take_value(argc, argv, "--state"), "");
	filter.limit = or_else(take_value(argc, argv, "--limit"), LIST_LIMIT);
	return (filter);
}

static bool
state_is_one_of(const char *state, const char *states)
{
	struct str rest = str_of(states), piece;

	while (str_split(&rest, ' ', &piece))
		if (str_is(piece, state))
			return (true);
	return (complain("there is no state %s; there are: %s", state,
	    states));
}

/* --- looking ---------------------------------------------------------------------- */

/* The column of every row, each a JSON object. */
static void
print_json(const struct admin *admin, unsigned column)
{
	putchar('[');
	for (unsigned row = 0; row < admin_rows(admin); row++)
		printf("%s%s", row > 0 ? ",\n " : "",
		    admin_value(admin, row, column));
	puts("]");
}

static int
queues(struct admin *admin, int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");

	if (argc != 1)
		return (usage("jobs"));
	if (!admin_ask(admin, Q_OPERATOR_QUEUES, NULL))
		return (exit_of(admin, false));
	if (json) {
		print_json(admin, 10);
		return (EXIT_DONE);
	}
	printf("%-16s %8s %8s %8s %8s %8s %9s  %s\n", "QUEUE", "WAITING",
	    "READY", "LATER", "RUNNING", "FAILED", "OLDEST s", "PAUSED SINCE");
	for (unsigned row = 0; row < admin_rows(admin); row++)
		printf("%-16s %8s %8s %8s %8s %8s %9s  %s\n",
		    admin_value(admin, row, 0), admin_value(admin, row, 2),
		    admin_value(admin, row, 3), admin_value(admin, row, 4),
		    admin_value(admin, row, 5), admin_value(admin, row, 6),
		    admin_value(admin, row, 7), admin_value(admin, row, 1));
	return (EXIT_DONE);
}

static int
list(struct admin *admin, int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");
	struct filter filter = take_filter(&argc, argv);
	int64_t limit;

	if (argc != 1 || !text_int(str_of(filter.limit), 1, 100000, &limit))
		return (usage("jobs"));
	if (filter.state[0] != '\0' && !state_is_one_of(filter.state,
	    "waiting queued running done failed cancelled"))
		return (EXIT_FAILED);
	if (!admin_ask(admin, Q_OPERATOR_JOBS, filter.queue, filter.kind,
	    filter.state, filter.limit, NULL))
		return (exit_of(admin, false));
	if (json) {
		print_json(admin, 7);
		return (EXIT_DONE);
	}
	printf("%-36s %-9s %-12s %-20s %5s %-24s %s\n", "JOB", "STATE", "QUEUE",
	    "KIND", "TRIES", "PUT IN", "CAUSE");
	for (unsigned row = 0; row < admin_rows(admin); row++)
		printf("%-36s %-9s %-12s %-20s %5s %-24s %s\n",
		    admin_value(admin, row, 0), admin_value(admin, row, 1),
		    admin_value(admin, row, 2), admin_value(admin, row, 3),
		    admin_value(admin, row, 4), admin_value(admin, row, 5),
		    admin_value(admin, row, 6));
	return (EXIT_DONE);
}

/* Ask for one job; its first row is JSON, the others a line each. */
static bool
find(struct admin *admin, const char *id)
{
	if (!admin_ask(admin, Q_OPERATOR_JOB, id, NULL))
		return (complain("%s", admin_error(admin)));
	return (admin_rows(admin) > 0 || complain("there is no job %s", id));
}

static int
show(struct admin *admin, int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");

	if (argc != 2)
		return (usage("jobs"));
	if (!find(admin, argv[1]))
		return (EXIT_FAILED);
	if (json)
		puts(admin_value(admin, 0, 1));
	for (unsigned row = 1; !json && row < admin_rows(admin); row++)
		printf("%-10s %s\n", admin_value(admin, row, 0),
		    admin_value(admin, row, 1));
	return (EXIT_DONE);
}

/* --- doing ------------------------------------------------------------------------- */

static int
retry_all(struct admin *admin, const struct filter *filter)
{
	int64_t sum = 0, some = 1;

	if (filter->state[0] != '\0' &&
	    !state_is_one_of(filter->state, "failed cancelled"))
		return (EXIT_FAILED);
	while (some > 0) {
		if (!admin_ask(admin, Q_OPERATOR_JOBS_RETRY, filter->queue,
		    filter->kind, filter->state, NULL))
			return (exit_of(admin, false));
		some = 0;
		text_int(str_of(admin_value(admin, 0, 0)), 0, INT64_MAX,
		    &some);
		sum += some;
		if (strcmp(admin_value(admin, 0, 1), "0") == 0)
			break;
	}
	printf("%lld jobs were put in again.\n", (long long)sum);
	return (EXIT_DONE);
}

static int
retry(struct admin *admin, int argc, char **argv)
{
	int given = argc;
	struct filter filter = take_filter(&argc, argv);

	if (given != argc && argc == 1)
		return (retry_all(admin, &filter));
	if (given != 2)
		return (usage("jobs"));
	if (!find(admin, argv[1]))
		return (EXIT_FAILED);
	return (exit_of(admin, admin_ask(admin, Q_OPERATOR_JOB_RETRY,
	    argv[1], NULL)));
}

static int
cancel(struct admin *admin, int argc, char **argv)
{
	if (argc != 2)
		return (usage("jobs"));
	if (!find(admin, argv[1]))
		return (EXIT_FAILED);
	return (exit_of(admin, admin_ask(admin, Q_OPERATOR_JOB_CANCEL,
	    argv[1], NULL)));
}

static int
set_paused(struct admin *admin, int argc, char **argv)
{
	const char *pause = strcmp(argv[0], "pause") == 0 ? "true" : "false";

	if (argc != 2)
		return (usage("jobs"));
	return (exit_of(admin, admin_ask(admin, Q_OPERATOR_QUEUE_PAUSE,
	    argv[1], pause, NULL)));
}

/* --- the command ---------------------------------------------------------------------- */

/* A subcommand; argv[0] is its name. */
typedef int act(struct admin *admin, int argc, char **argv);

static const struct {
	const char	*name;
	act		*run;
} acts[] = {
	{ "cancel", cancel },
	{ "list", list },
	{ "pause", set_paused },
	{ "queues", queues },
	{ "resume", set_paused },
	{ "retry", retry },
	{ "show", show }
};

static act *
find_act(const char *name)
{
	for (unsigned i = 0; i < COUNT_OF(acts); i++)
		if (strcmp(acts[i].name, name) == 0)
			return (acts[i].run);
	return (NULL);
}

int
jobs_main(int argc, char **argv)
{
	act *run = argc > 1 ? find_act(argv[1]) : NULL;
	struct borrowed *borrowed;
	struct admin *admin;
	struct site site;
	int code;

	if (run == NULL)
		return (usage("jobs"));
	if (!site_open(&site) || !cluster_borrow(&site, &borrowed))
		return (EXIT_FAILED);
	admin = site_connect(&site);
	code = admin == NULL ? EXIT_FAILED : run(admin, argc - 1, argv + 1);
	admin_close(&admin);
	cluster_return(&borrowed);
	return (code);
}
