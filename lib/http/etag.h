/* SPDX-License-Identifier: ISC */
/*
 * Entity tags: a record's version and a letter for the view it is shown in,
 * as in "12m".  lighttpd's compression adds -gzip and the like; they are
 * taken off before comparing.
 */
#ifndef BUREAU_ETAG_H
#define BUREAU_ETAG_H

#include <stdbool.h>

#include "text.h"

struct arena;

const char	*etag_make(struct arena *arena, const char *version,
		    const char *view);
/* If-None-Match names this tag, or is *. */
bool		 etag_listed(struct str header, const char *etag);
/* The version that If-Match asks for: NULL for none or *; false when it is
 * not one strong tag of ours. */
bool		 etag_version(struct arena *arena, struct str header,
		    const char **version_out);

#endif
