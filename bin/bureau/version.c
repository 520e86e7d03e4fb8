/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>

#include "bureau.h"

int
version_main(int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");

	if (argc != 1)
		return (usage("version"));
	printf(json ? "{\"name\":\"bureau\",\"version\":\"%s\"}\n" :
	    "bureau %s\n", PACKAGE_VERSION);
	return (EXIT_DONE);
}
