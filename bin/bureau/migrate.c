/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>

#include "admin.h"
#include "bureau.h"
#include "cluster.h"
#include "schema.h"
#include "site.h"

static int
migrate(const struct site *site, bool json)
{
	struct admin *admin = site_connect(site);
	unsigned applied = 0;
	bool ok = admin != NULL && schema_migrate(site, admin, &applied);

	admin_close(&admin);
	if (json)
		printf("{\"ok\":%s,\"applied\":%u}\n", ok ? "true" : "false",
		    applied);
	else if (ok && applied == 0)
		puts("The database was up to date.");
	else if (ok)
		printf("%u %s applied.\n", applied,
		    applied == 1 ? "migration" : "migrations");
	return (ok ? EXIT_DONE : EXIT_FAILED);
}

int
migrate_main(int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");
	struct borrowed *borrowed;
	struct site site;
	int code;

	if (argc != 1)
		return (usage("migrate"));
	if (!site_open(&site) || !site_prepare(&site) ||
	    !cluster_make(&site, &borrowed))
		return (EXIT_FAILED);
	code = migrate(&site, json);
	cluster_return(&borrowed);
	return (code);
}
