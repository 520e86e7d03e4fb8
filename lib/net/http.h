/* SPDX-License-Identifier: ISC */
/*
 * Posts bytes to a URL that a person gave us.
 *
 * Such a URL may lead anywhere, so: the address it resolves to is judged before
 * it is connected to (guard.h), redirects are answers like others, nothing is
 * kept from one call to the next, and of what comes back only the head is read.
 */
#ifndef BUREAU_HTTP_H
#define BUREAU_HTTP_H

#include <stdint.h>

#include "alive.h"
#include "text.h"

struct arena;

struct http_call {
	const char		*url;
	const char *const	*headers;	/* "Name: value", ended by NULL */
	struct str		 body;
	const char		*allow;		/* as in guard_allows() */
	net_alive		*alive;		/* NULL: nobody is asked */
	void			*cls;
};

struct http_reply {
	int		 status;	/* 0: there was no answer */
	int64_t		 ms;		/* how long it took */
	const char	*error;		/* why there was none, a sentence; NULL */
	struct str	 body;		/* its first HTTP_HEAD bytes */
	int64_t		 retry_after;	/* seconds it asked for; 0: none */
	bool		 stopped;	/* alive said so */
};

#define HTTP_HEAD	2048

/* Refuses a URL that url_web_fault() refuses, and headers with line breaks. */
void	http_post(struct arena *arena, const struct http_call *call,
	    struct http_reply *out);

#endif
