/* SPDX-License-Identifier: ISC */
/*
 * The API's description.  The supervisor puts it together over the responders
 * it runs and hands it down as the descriptor BUREAU_EXTRA_FD; the reader of it,
 * /docs, is a static page.
 */
#include "admin.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"

static route_run openapi;

const struct route reference_routes[] = {
	{ GET, "/openapi.json", .need = PERM_PUBLIC, .tx = TX_NONE,
	  .run = openapi, .doc = "This description, where DOCS is on." },
	ROUTES_END
};

/* Mapped once: children share its pages. */
static struct str description;

static bool
map_file(int fd)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0 || st.st_size == 0)
		return (false);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return (false);
	description = (struct str){ at, (size_t)st.st_size };
	return (true);
}

void
reference_open(void)
{
	const char *number = getenv("BUREAU_EXTRA_FD");
	int64_t fd;

	if (number == NULL || !text_int(str_of(number), 0, INT_MAX, &fd))
		return;
	if (conf_bool(CONF_DOCS) && !map_file((int)fd))
		log_event(LOG_WARN, "openapi.missing", "why", strerror(errno),
		    NULL);
	close((int)fd);
}

static enum err
openapi(struct req *rq)
{
	if (description.p == NULL)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	buf_add(answer_json(rq, 200), description.p, description.n);
	return (ERR_OK);
}
