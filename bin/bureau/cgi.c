/* SPDX-License-Identifier: ISC */
/*
 * The settings of one responder, for a web server that runs it as plain CGI.
 * Secrets are among them, so they go nowhere where others could read them.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bureau.h"
#include "secrets.h"
#include "services.h"
#include "site.h"

static bool
is_closed_to_others(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return (complain("cannot write: %s", strerror(errno)));
	if (isatty(fd) || (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0))
		return (complain("there are secrets in what this prints; send "
		    "it to a file of mode 0600 (`umask 077` makes such files)"));
	return (true);
}

int
cgi_main(int argc, char **argv)
{
	struct site site;

	if (argc != 2)
		return (usage("cgi"));
	if (!is_closed_to_others(STDOUT_FILENO) || !site_open(&site))
		return (EXIT_FAILED);
	if (!site_has_responder(&site, argv[1])) {
		complain("RESPONDERS does not name %s", argv[1]);
		return (EXIT_FAILED);
	}
	if (!site_prepare(&site) || !secrets_fill(&site) ||
	    !services_settings(&site, argv[1], stdout))
		return (EXIT_FAILED);
	if (fflush(stdout) == 0)
		return (EXIT_DONE);
	complain("cannot write: %s", strerror(errno));
	return (EXIT_FAILED);
}
