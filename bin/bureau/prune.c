/* SPDX-License-Identifier: ISC */
/*
 * `bureau prune`: let old rows of log tables go, as a timer does once a day.
 */
#include "config.h"

#include <stdio.h>

#include "admin.h"
#include "bureau.h"
#include "cluster.h"
#include "site.h"

static void
print(const struct admin *admin, bool json)
{
	for (unsigned row = 0; row < admin_rows(admin); row++)
		printf(json ? "%s\"%s\":%s" : "%s%-12s %s\n",
		    !json ? "" : row == 0 ? "{" : ",",
		    admin_value(admin, row, 0), admin_value(admin, row, 1));
	if (json)
		puts("}");
}

static int
prune(const struct site *site, bool json)
{
	struct admin *admin = site_connect(site);
	bool ok = admin != NULL && (admin_ask(admin, Q_OPERATOR_PRUNE, NULL) ||
	    complain("%s", admin_error(admin)));

	if (ok)
		print(admin, json);
	admin_close(&admin);
	return (ok ? EXIT_DONE : EXIT_FAILED);
}

int
prune_main(int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");
	struct borrowed *borrowed;
	struct site site;
	int code;

	if (argc != 1)
		return (usage("prune"));
	if (!site_open(&site) || !cluster_borrow(&site, &borrowed))
		return (EXIT_FAILED);
	code = prune(&site, json);
	cluster_return(&borrowed);
	return (code);
}
