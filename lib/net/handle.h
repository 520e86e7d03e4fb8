/* SPDX-License-Identifier: ISC */
/*
 * What every transfer begins with, inside lib/net: a handle of libcurl that uses
 * neither signals, proxies, .netrc, redirects nor anything of a transfer before.
 */
#ifndef BUREAU_HANDLE_H
#define BUREAU_HANDLE_H

#include <stdbool.h>

#include <curl/curl.h>

#include "alive.h"

struct arena;

struct handle {
	CURL		*curl;
	net_alive	*alive;		/* NULL: nobody is asked */
	void		*cls;
	bool		 stopped;	/* alive said so */
	char		 error[CURL_ERROR_SIZE];
};

/* Lives until the arena is reset.  protocols: "smtp,smtps"; seconds: until
 * connected, and in all. */
struct handle	*handle_new(struct arena *arena, const char *protocols,
		    long connect_seconds, long seconds, net_alive *alive,
		    void *cls);
/* Sets an option and asserts that libcurl knows it. */
#define handle_set(handle, option, value) \
	ASSERT(curl_easy_setopt((handle)->curl, option, value) == CURLE_OK)
/* A list of libcurl that lives as long as the handle. */
void		 handle_list_add(struct arena *arena,
		    struct curl_slist **list, const char *text);
/* What others said, made fit for a log: one line of printable text, cut. */
const char	*handle_quote(struct arena *arena, const char *text, size_t n);

#endif
