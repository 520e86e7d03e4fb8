/* SPDX-License-Identifier: ISC */
/*
 * What the supervisor runs besides PostgreSQL: each responder as a pool on a
 * socket of its own, with just the settings it may see, and lighttpd in front.
 */
#ifndef BUREAU_SERVICES_H
#define BUREAU_SERVICES_H

#include <stdbool.h>
#include <stdio.h>

struct prefork;
struct services;
struct site;

/* Open every listening socket, the public one included, so that a taken port is
 * told before anything runs.  NULL after a sentence. */
struct services	*services_open(const struct site *site);
/* Start them all. */
bool		 services_start(struct services *services,
		    struct prefork *prefork);
/* Hand the present settings to the children that are started from now on. */
bool		 services_change(struct services *services,
		    struct prefork *prefork);
/* Wait until every responder has a child that is ready; false when some keep
 * failing or when asked to stop. */
bool		 services_wait(struct services *services,
		    struct prefork *prefork);
/* What a responder is handed: lines of the settings it may see, its database
 * password among them.  False after a sentence. */
bool		 services_settings(const struct site *site, const char *name,
		    FILE *out);
/* Where a browser finds it. */
const char	*services_url(const struct site *site);

#endif
