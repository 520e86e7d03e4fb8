/* SPDX-License-Identifier: ISC */
/*
 * `bureau openapi`: what the responders of this installation answer, as one
 * OpenAPI document.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "bureau.h"
#include "describe.h"
#include "openapi.h"
#include "site.h"

#define ARENA_LIMIT	(64 * 1024 * 1024)
#define DOCUMENT_MAX	(8 * 1024 * 1024)	/* what one answer may hold */
#define SETTINGS_MAX	(256 * 1024)

static bool
write_document(const struct site *site, FILE *out)
{
	struct arena *arena = arena_new(ARENA_PLAIN, ARENA_LIMIT);
	struct buf document;
	char why[512];
	bool ok;

	buf_init(&document, arena, DOCUMENT_MAX);
	ok = openapi_write(&document, site->libexec,
	    (const char *const *)site_responders(site), why, sizeof(why)) ||
	    complain("%s", why);
	ok = ok && (fwrite(document.data, 1, document.len, out) ==
	    document.len || complain("the description cannot be written"));
	arena_free(&arena);
	return (ok);
}

static bool
write_settings(const struct site *site, FILE *out)
{
	struct buf line;

	buf_init(&line, site->arena, SETTINGS_MAX);
	effective_write(site, &line);
	return (fprintf(out, "%s\n", line.data) > 0 ||
	    complain("the settings cannot be written"));
}

int
describe_fd(const struct site *site)
{
	int fd = memfd_create("bureau-openapi", MFD_CLOEXEC |
	    MFD_ALLOW_SEALING);
	FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	bool ok;

	if (out == NULL) {
		complain("there is no memory for the description");
		return (-1);
	}
	ok = write_settings(site, out) && write_document(site, out);
	if (fclose(out) == 0 && ok && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE |
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		return (fd);
	close(fd);
	return (-1);
}

int
openapi_main(int argc, char **argv)
{
	struct site site;

	(void)argv;
	if (argc != 1)
		return (usage("openapi"));
	if (!site_open(&site) || !write_document(&site, stdout) ||
	    fflush(stdout) != 0)
		return (EXIT_FAILED);
	return (EXIT_DONE);
}
