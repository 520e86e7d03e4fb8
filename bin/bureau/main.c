/* SPDX-License-Identifier: ISC */
/*
 * The command table.  doc/man/bureau.1 tells the same at length.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "bureau.h"
#include "check.h"
#include "log.h"
#include "site.h"

static const struct command commands[] = {
	{ "audit", "verify [--json]", "hold the audit log against its hash "
	    "chain", "Exit status 4 when it is broken; the first broken row "
	    "is named.", audit_main },
	{ "cgi", "RESPONDER", "print the settings with which a web server runs "
	    "a responder as plain CGI",
	    "Its secrets are among them: redirect it to a file of mode 0600.",
	    cgi_main },
	{ "check", "[--json]", "hold the settings against what they may be",
	    NULL, check_main },
	{ "doctor", "[--json]", "find what is wrong with this installation "
	    "and how to mend it",
	    "Exit status 4 when something needs mending.", doctor_main },
	{ "jobs", "list [--queue QUEUE] [--kind KIND] [--state STATE] "
	    "[--limit N] [--json]\n"
	    "       bureau jobs show ID [--json]\n"
	    "       bureau jobs retry ID\n"
	    "       bureau jobs retry [--queue QUEUE] [--kind KIND] "
	    "[--state STATE]\n"
	    "       bureau jobs cancel ID\n"
	    "       bureau jobs pause QUEUE\n"
	    "       bureau jobs resume QUEUE\n"
	    "       bureau jobs queues [--json]",
	    "look after queues and jobs from a shell",
	    "retry without an ID takes all that failed (or another STATE), "
	    "as far as QUEUE and KIND say.", jobs_main },
	{ "key", "rotate", "make a new signing key; tokens of the old one go "
	    "on verifying until they expire", NULL, key_main },
	{ "mail", "test ADDRESS [--locale LOCALE]", "send one message and tell "
	    "what the mail server said", NULL, mail_main },
	{ "migrate", "[--json]", "bring the database up to this build", NULL,
	    migrate_main },
	{ "openapi", "", "print the OpenAPI description of what the responders "
	    "answer", NULL, openapi_main },
	{ "prune", "[--json]", "let old rows of log tables go", NULL,
	    prune_main },
	{ "reload", "", "swap in new settings and a new build without "
	    "refusing a connection", NULL, reload_main },
	{ "serve", "[--demo] [--migrate]", "run everything in the foreground",
	    "--demo     make sample accounts once; their passwords are in "
	    "demo.txt of BUREAU_HOME\n"
	    "--migrate  bring a database that is not ours (DATABASE_URL) up "
	    "to this build first", serve_main },
	{ "status", "[--json]", "what runs", NULL, status_main },
	{ "stop", "", "end what runs, requests in flight first", NULL,
	    stop_main },
	{ "user", "add EMAIL --name NAME [--role ROLE] --password-stdin\n"
	    "       bureau user list [--json]\n"
	    "       bureau user revoke EMAIL\n"
	    "       bureau user restore EMAIL\n"
	    "       bureau user role EMAIL ROLE",
	    "look after people from a shell",
	    "The first account of an empty system is the chairperson, "
	    "whatever the role asked for.", user_main },
	{ "version", "[--json]", "what this is", NULL, version_main }
};

static void
print_all(FILE *out)
{
	fputs("usage: bureau COMMAND …\n\n", out);
	for (unsigned i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].doc);
	fputs("\n`bureau COMMAND --help` tells more; so do bureau(1) and "
	    "bureau.conf(5).\nExit status: 0 done, 1 failed, 2 misused, "
	    "3 not running, 4 found something to mend.\n", out);
}

static const struct command *
find(const char *name)
{
	for (unsigned i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return (&commands[i]);
	return (NULL);
}

static void
print_usage(FILE *out, const struct command *command)
{
	fprintf(out, "usage: bureau %s%s%s\n", command->name,
	    command->usage[0] != '\0' ? " " : "", command->usage);
}

int
usage(const char *name)
{
	const struct command *command = find(name);

	ASSERT(command != NULL);
	print_usage(stderr, command);
	return (EXIT_USAGE);
}

int
exit_of(const struct admin *admin, bool ok)
{
	if (!ok)
		complain("%s", admin_error(admin));
	return (ok ? EXIT_DONE : EXIT_FAILED);
}

bool
take_flag(int *argc, char **argv, const char *flag)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], flag) != 0)
			continue;
		memmove(&argv[i], &argv[i + 1],
		    (size_t)(*argc - i) * sizeof(*argv));
		(*argc)--;
		return (true);
	}
	return (false);
}

char *
take_value(int *argc, char **argv, const char *option)
{
	for (int i = 1; i + 1 < *argc; i++) {
		char *value = argv[i + 1];

		if (strcmp(argv[i], option) != 0)
			continue;
		memmove(&argv[i], &argv[i + 2],
		    (size_t)(*argc - i - 1) * sizeof(*argv));
		*argc -= 2;
		return (value);
	}
	return (NULL);
}

static int
help(const struct command *command)
{
	print_usage(stdout, command);
	printf("\n%s\n", command->doc);
	if (command->help != NULL)
		printf("\n%s\n", command->help);
	return (EXIT_DONE);
}

int
main(int argc, char **argv)
{
	const struct command *command;

	log_open("bureau", LOG_INFO);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0)) {
		print_all(stdout);
		return (EXIT_DONE);
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0)
		argv[1] = (char *)"version";
	command = argc > 1 ? find(argv[1]) : NULL;
	if (command == NULL) {
		print_all(stderr);
		return (EXIT_USAGE);
	}
	argc--;
	argv++;
	if (take_flag(&argc, argv, "--help"))
		return (help(command));
	return (command->run(argc, argv));
}
