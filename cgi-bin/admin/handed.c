/* SPDX-License-Identifier: ISC */
#include "handed.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

struct str handed_settings, handed_description;

static bool
map_file(int fd)
{
	struct str rest;
	struct stat st;
	void *at;

	if (fstat(fd, &st) != 0 || st.st_size == 0)
		return (false);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return (false);
	rest = (struct str){ at, (size_t)st.st_size };
	str_split(&rest, '\n', &handed_settings);
	handed_description = rest;
	return (true);
}

void
handed_open(void)
{
	const char *number = getenv("BUREAU_EXTRA_FD");
	int64_t fd;

	if (number == NULL || !text_int(str_of(number), 0, INT_MAX, &fd))
		return;
	if (!map_file((int)fd))
		log_event(LOG_WARN, "handed.missing", "why", strerror(errno),
		    NULL);
	close((int)fd);
}
