/* SPDX-License-Identifier: ISC */
/*
 * `bureau openapi`: what the responders of this installation answer, as one
 * OpenAPI document.
 */
#include "config.h"

#include <stdio.h>

#include "arena.h"
#include "buf.h"
#include "bureau.h"
#include "describe.h"
#include "openapi.h"
#include "site.h"

#define ARENA_LIMIT	(64 * 1024 * 1024)
#define DOCUMENT_MAX	(8 * 1024 * 1024)	/* what one answer may hold */

/* Hand the document to `take`; false and a sentence when there is none. */
static bool
with_document(const struct site *site, bool (*take)(const struct site *site,
    struct str document))
{
	struct arena *arena = arena_new(ARENA_PLAIN, ARENA_LIMIT);
	struct buf out;
	char why[512];
	bool ok;

	buf_init(&out, arena, DOCUMENT_MAX);
	ok = openapi_write(&out, site->libexec,
	    (const char *const *)site_responders(site), why, sizeof(why)) ||
	    complain("%s", why);
	ok = ok && take(site, (struct str){ out.data, out.len });
	arena_free(&arena);
	return (ok);
}

const char *
describe_path(const struct site *site)
{
	return (arena_printf(site->arena, "%s/openapi.json", site->run));
}

static bool
to_file(const struct site *site, struct str document)
{
	const struct owner self = { "", 0, 0 };

	return (write_file(describe_path(site), document, 0644, self));
}

bool
describe_write(const struct site *site)
{
	return (with_document(site, to_file));
}

static bool
to_stdout(const struct site *site, struct str document)
{
	(void)site;
	return (fwrite(document.p, 1, document.n, stdout) == document.n &&
	    fflush(stdout) == 0);
}

int
openapi_main(int argc, char **argv)
{
	struct site site;

	(void)argv;
	if (argc != 1)
		return (usage("openapi"));
	if (!site_open(&site) || !with_document(&site, to_stdout))
		return (EXIT_FAILED);
	return (EXIT_DONE);
}
