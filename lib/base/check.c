/* SPDX-License-Identifier: ISC */
/*
 * The end of a process that met a bug.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "log.h"

_Noreturn void
check_fail(const char *file, int line, const char *what)
{
	char at[16];

	snprintf(at, sizeof(at), "%d", line);
	log_event(LOG_ERROR, "bug", "what", what, "file", file, "line", at,
	    NULL);
	abort();
}
