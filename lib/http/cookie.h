/* SPDX-License-Identifier: ISC */
/*
 * Cookies: finding one of ours in a request, and writing one.
 *
 * Another host of our domain can plant a second cookie of the same name, and
 * nothing in the header tells which is ours.  Two values are therefore none.
 */
#ifndef BUREAU_COOKIE_H
#define BUREAU_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define COOKIE_MAX_HEADER	8192
#define COOKIE_MAX_COUNT	50

struct buf;

enum cookie_site { COOKIE_LAX, COOKIE_STRICT };

struct cookie {
	const char	*name;
	struct str	 value;
	const char	*path;		/* "/" and the like */
	int64_t		 max_age;	/* seconds; 0 deletes the cookie */
	enum cookie_site site;
	bool		 secure;	/* sent over TLS only */
};

/* header: the value of Cookie.  False when the cookie is absent, when it has
 * two different values or one that no cookie can have, and when the header is
 * over its bounds. */
bool	cookie_find(struct str header, const char *name, struct str *value);
/* Appends the value of a Set-Cookie header, always HttpOnly.  False, with
 * nothing appended, when a part holds what would end it (CR, LF, ;). */
bool	cookie_write(struct buf *out, const struct cookie *cookie);

#endif
