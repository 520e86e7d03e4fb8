/* SPDX-License-Identifier: ISC */
/*
 * A request as it comes in, piece by piece, for a process that serves many
 * connections and waits for none of them.
 *
 * The peer is not trusted to be well-formed: what is out of order, not ours or
 * too much is refused, and a request holds at most SERVER_PARAMS_MAX bytes.  How
 * long it may take is for the caller to say.
 */
#ifndef BUREAU_SERVER_H
#define BUREAU_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "text.h"

struct arena;

#define SERVER_PARAMS_MAX	(32 * 1024)		/* lighttpd lets 8 K of headers in */
#define SERVER_BODY_MAX		(16 * 1024 * 1024)	/* counted, and thrown away */

enum server_phase {
	SERVER_BEGIN, SERVER_PARAMS, SERVER_BODY, SERVER_WHOLE
};

struct server_request {
	enum server_phase	 phase;
	unsigned char		 header[RECORD_HEADER];
	unsigned		 have;		/* bytes of header */
	struct fcgi_record		 record;	/* the one that is being read */
	unsigned char		 begin[8];	/* content of the first */
	size_t			 at;		/* bytes of its content read */
	char			*params;	/* malloc() */
	size_t			 params_len;
	uint64_t		 body;		/* bytes that came */
};

enum server_fed {
	SERVER_WANTS,		/* so far so good */
	SERVER_DONE,		/* the request is whole */
	SERVER_WRONG,		/* close the connection */
	SERVER_GONE		/* the peer does not want it any more */
};

void		server_request_init(struct server_request *request);
void		server_request_release(struct server_request *request);
enum server_fed	server_request_feed(struct server_request *request,
		    struct str bytes);
/* Of a whole one: its variables, NAME=value ended by NULL, in the arena; NULL:
 * they are none. */
char *const	*server_request_env(const struct server_request *request,
		    struct arena *arena);

#endif
