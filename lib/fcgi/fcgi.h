/* SPDX-License-Identifier: ISC */
/*
 * Where requests come from: FastCGI on a listening socket, or plain CGI.
 *
 *	while (fcgi_wait(f)) {
 *		if (fcgi_begin(f, &env))
 *			… fcgi_read(), fcgi_write() …
 *		fcgi_end(f);
 *	}
 *
 * Nothing here waits for ever: a peer that connects and says nothing, or half
 * a record, is dropped after FCGI_PATIENCE seconds.
 */
#ifndef BUREAU_FCGI_H
#define BUREAU_FCGI_H

#include <stdbool.h>
#include <stddef.h>

#define FCGI_PATIENCE 10

struct fcgi;

/* listen_fd: a listening socket, or -1 for the one request of a CGI run.  Of a
 * socket SIGTERM is blocked from here on; it ends fcgi_wait() and nothing else. */
struct fcgi	*fcgi_new(int listen_fd);
void		 fcgi_free(struct fcgi **fcgi);
/* Is this descriptor a listening socket? */
bool		 fcgi_is_socket(int fd);

/* Wait for a connection; false when it is time to stop. */
bool		 fcgi_wait(struct fcgi *fcgi);
/* Read its variables, NAME=value ended by NULL; false: not a request. */
bool		 fcgi_begin(struct fcgi *fcgi, char *const **env_out);
/* Body bytes; less than asked for at its end.  On plain CGI nothing behind
 * CONTENT_LENGTH is touched, for the input may stay open there. */
size_t		 fcgi_read(struct fcgi *fcgi, void *data, size_t len);
void		 fcgi_write(struct fcgi *fcgi, const void *data, size_t len);
/* The answer cannot be ended as it began: let go of the connection without its
 * end, so that whoever waits for it knows. */
void		 fcgi_break(struct fcgi *fcgi);
/* Send what is left and let go of the connection. */
void		 fcgi_end(struct fcgi *fcgi);

#endif
