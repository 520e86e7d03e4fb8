/* SPDX-License-Identifier: ISC */
/*
 * `bureau audit verify`: the whole audit log against its hash chain, part by part.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "arena.h"
#include "bureau.h"
#include "cluster.h"
#include "site.h"

struct finding {
	int64_t		 checked, redacted, unchained;
	const char	*broken, *why;		/* the first; NULL: all is well */
	const char	*last, *hash;
};

static int64_t
number(const struct admin *admin, unsigned column)
{
	return (strtoll(admin_value(admin, 0, column), NULL, 10));
}

static bool
walk(const struct site *site, struct admin *admin, struct finding *out)
{
	const char *after = "0";

	while (after[0] != '\0') {
		if (!admin_ask(admin, Q_OPERATOR_AUDIT_VERIFY, after, NULL))
			return (complain("%s", admin_error(admin)));
		out->checked += number(admin, 0);
		out->redacted += number(admin, 3);
		out->unchained += number(admin, 4);
		if (out->broken == NULL && admin_value(admin, 0, 1)[0] != 0) {
			out->broken = arena_strdup(site->arena,
			    admin_value(admin, 0, 1));
			out->why = arena_strdup(site->arena,
			    admin_value(admin, 0, 2));
		}
		out->last = arena_strdup(site->arena, admin_value(admin, 0, 5));
		out->hash = arena_strdup(site->arena, admin_value(admin, 0, 6));
		after = arena_strdup(site->arena, admin_value(admin, 0, 7));
	}
	return (true);
}

static void
print_json(const struct finding *f)
{
	printf("{\"ok\":%s,\"checked\":%lld,\"redacted\":%lld,"
	    "\"unchained\":%lld,\"firstBroken\":", f->broken == NULL ? "true" :
	    "false", (long long)f->checked, (long long)f->redacted,
	    (long long)f->unchained);
	if (f->broken != NULL)
		printf("{\"id\":%s,\"why\":\"%s\"}", f->broken, f->why);
	else
		fputs("null", stdout);
	printf(",\"lastId\":%s,\"lastHash\":\"%s\"}\n",
	    f->last[0] != '\0' ? f->last : "null", f->hash);
}

static void
print(const struct finding *f)
{
	printf("%lld rows were looked at, %lld of them redacted; %lld are not "
	    "in the chain yet.\n", (long long)f->checked,
	    (long long)f->redacted, (long long)f->unchained);
	if (f->broken != NULL)
		printf("The log is broken at row %s: %s.\n", f->broken,
		    f->why);
	else
		puts("The log is whole.");
	if (f->last[0] != '\0')
		printf("The last link is row %s, %s; keep it elsewhere.\n",
		    f->last, f->hash);
}

static int
verify(const struct site *site, bool json)
{
	struct admin *admin = site_connect(site);
	struct finding found = { .last = "", .hash = "" };
	bool ok = admin != NULL && walk(site, admin, &found);

	admin_close(&admin);
	if (!ok)
		return (EXIT_FAILED);
	if (json)
		print_json(&found);
	else
		print(&found);
	return (found.broken == NULL ? EXIT_DONE : EXIT_FOUND);
}

int
audit_main(int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");
	struct borrowed *borrowed;
	struct site site;
	int code;

	if (argc != 2 || strcmp(argv[1], "verify") != 0)
		return (usage("audit"));
	if (!site_open(&site) || !cluster_borrow(&site, &borrowed))
		return (EXIT_FAILED);
	code = verify(&site, json);
	cluster_return(&borrowed);
	return (code);
}
