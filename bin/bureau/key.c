/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "bureau.h"
#include "pidfile.h"
#include "secrets.h"
#include "site.h"

int
key_main(int argc, char **argv)
{
	char *reload[] = { (char *)"reload", NULL };
	struct site site;

	if (argc != 2 || strcmp(argv[1], "rotate") != 0)
		return (usage("key"));
	if (!site_open(&site) || !site_prepare(&site) ||
	    !secrets_rotate(&site))
		return (EXIT_FAILED);
	puts("A new signing key is in place.");
	return (pidfile_holder(&site) > 0 ? reload_main(1, reload) :
	    EXIT_DONE);
}
