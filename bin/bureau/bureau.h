/* SPDX-License-Identifier: ISC */
/*
 * The command `bureau`: one function a command, each in a file of its name.
 */
#ifndef BUREAU_COMMAND_H
#define BUREAU_COMMAND_H

#include <stdbool.h>

struct admin;

enum exit_code {
	EXIT_DONE	= 0,
	EXIT_FAILED	= 1,	/* a sentence on stderr says why */
	EXIT_USAGE	= 2,
	EXIT_NOT_RUNNING = 3,
	EXIT_FOUND	= 4	/* there is something to mend */
};

struct command {
	const char	*name;
	const char	*usage;		/* what stands behind the name */
	const char	*doc;		/* one line */
	const char	*help;		/* more, for `bureau NAME --help`; or NULL */
	/* argv[0] is the command's name. */
	int		(*run)(int argc, char **argv);
};

int	audit_main(int argc, char **argv);
int	cgi_main(int argc, char **argv);
int	check_main(int argc, char **argv);
int	doctor_main(int argc, char **argv);
int	jobs_main(int argc, char **argv);
int	key_main(int argc, char **argv);
int	mail_main(int argc, char **argv);
int	migrate_main(int argc, char **argv);
int	openapi_main(int argc, char **argv);
int	prune_main(int argc, char **argv);
int	reload_main(int argc, char **argv);
int	serve_main(int argc, char **argv);
int	status_main(int argc, char **argv);
int	stop_main(int argc, char **argv);
int	user_main(int argc, char **argv);
int	version_main(int argc, char **argv);

/* --- what commands share ------------------------------------------------------ */

/* Takes the word `flag` out of argv; true when it was there. */
bool	take_flag(int *argc, char **argv, const char *flag);
/* Takes `option VALUE` out of argv; NULL when it was not there. */
char	*take_value(int *argc, char **argv, const char *option);
/* "bureau: usage …" on stderr; EXIT_USAGE. */
int	usage(const char *name);
/* What asking the database comes to; why not, on stderr. */
int	exit_of(const struct admin *admin, bool ok);

#endif
