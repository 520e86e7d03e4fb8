/* SPDX-License-Identifier: ISC */
/*
 * lighttpd's configuration: etc/lighttpd.conf.in, filled.  The template says at
 * its top what its words and placeholders mean.
 */
#ifndef BUREAU_EDGE_H
#define BUREAU_EDGE_H

#include <stdbool.h>

struct site;

/* run/lighttpd.conf */
const char	*edge_path(const struct site *site);
/* Write it and have lighttpd check it; false after a sentence.  *changed_out: a
 * lighttpd that runs must be replaced to follow it. */
bool		 edge_write(const struct site *site, const char *lighttpd,
		    bool *changed_out);

#endif
