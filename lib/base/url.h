/* SPDX-License-Identifier: ISC */
/*
 * URLs that people give us, taken apart strictly: printable ASCII, a host that
 * is a name or an address, no byte that two readers could understand in two
 * ways.  Whether a host may be reached is not judged here: that takes its
 * address, and who connects looks at it (lib/net/guard.h).
 */
#ifndef BUREAU_URL_H
#define BUREAU_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct arena;

struct url {
	struct str	 scheme;	/* lower case */
	struct str	 user;		/* decoded; p is NULL when there is none */
	struct str	 password;	/* the same */
	struct str	 host;		/* lower case; an IPv6 address in its [] */
	uint16_t	 port;		/* 0: none was given */
	struct str	 path;		/* from its / on, or empty */
	struct str	 query;		/* behind the ?, or empty */
	bool		 has_fragment;
};

/* NULL, or what is wrong, to stand behind what the text is called: "must …". */
const char	*url_parse(struct arena *arena, struct str text,
		    struct url *out);
/* The same for a link that people follow: http or https, without a user, at
 * most URL_WEB_MAX bytes. */
const char	*url_link_fault(struct arena *arena, struct str text);
/* The same for a URL that we shall call: without a fragment, too. */
const char	*url_web_fault(struct arena *arena, struct str text);
/* By its name alone: localhost, 127.…, [::1]. */
bool		 url_is_loopback(const struct url *url);
/* The decoded value of a member of the query, { NULL, 0 } when it is not there. */
struct str	 url_query_value(struct arena *arena, const struct url *url,
		    const char *name);

#define URL_WEB_MAX	2000

#endif
