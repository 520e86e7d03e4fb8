/* SPDX-License-Identifier: ISC */
#include "process.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bell.h"
#include "conf.h"
#include "log.h"
#include "when.h"

/* Nobody of the same user id may look into this process, which is about to
 * read its secrets.  The leak checker is such a somebody. */
static void
close_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		log_event(LOG_WARN, "memory.open", NULL);
#endif
}

void
process_begin(const char *name)
{
	enum log_level least = LOG_INFO;

	srandom((unsigned)(when_mono() ^ getpid()));
	close_memory();
	conf_load();
	log_level_parse(str_of(conf_text(CONF_LOG_LEVEL)), &least);
	log_open(name, least);
	bell_open();
}
