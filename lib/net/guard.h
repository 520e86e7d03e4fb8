/* SPDX-License-Identifier: ISC */
/*
 * Which addresses somebody outside may make us reach.
 *
 * A webhook's URL comes from a person; what answers there must not be this
 * machine, its network or its cloud's metadata.  Names are no help, they resolve
 * to what their owner likes: so the address itself is judged, just before it is
 * connected to.  What an administrator listed (WEBHOOKS_ALLOW) may be reached.
 */
#ifndef BUREAU_GUARD_H
#define BUREAU_GUARD_H

#include <stdbool.h>

struct sockaddr;

/* What kind of address it is that must not be reached: "a private address".
 * NULL: a public one. */
const char	*guard_judge(const struct sockaddr *address);
/* Whether the list holds it.  allow: addresses and networks (192.0.2.1
 * 10.0.0.0/8 fd00::/8) and the word `private`, which is every private and
 * loopback one, separated by spaces. */
bool		 guard_allows(const char *allow,
		    const struct sockaddr *address);
/* Whether it is such a list. */
bool		 guard_is_list(const char *allow);

#endif
