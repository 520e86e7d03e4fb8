/* SPDX-License-Identifier: ISC */
/*
 * The other end of a responder's socket: one request, one answer, as a web server
 * does it.  Everything is bounded: the answer's size, and the time, by a deadline
 * and by whoever waits.
 *
 * What the responder sends is not trusted to be well-formed.
 */
#ifndef BUREAU_CLIENT_H
#define BUREAU_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

struct arena;
struct buf;

struct fcgi_call {
	const char		*path;		/* of the Unix socket */
	const char *const	*env;		/* NAME=value; NULL ends */
	struct str		 body;
	size_t			 answer_max;	/* bytes, headers counted */
	int64_t			 deadline;	/* when_mono() */
	/* Asked about once a second while waiting; false: give up.  NULL: never. */
	bool			(*alive)(void *cls);
	void			*cls;
};

enum fcgi_end {
	FCGI_ANSWERED,
	FCGI_NOBODY,		/* nobody listens there: nothing was sent */
	FCGI_BROKEN,		/* it hung up, or sent what is no answer */
	FCGI_LATE,		/* the deadline */
	FCGI_STOPPED		/* alive() said so */
};

/* As CGI has it: headers, an empty line, the body. */
struct fcgi_answer {
	int		 status;	/* 200 where none was said */
	struct str	 headers;	/* lines, the status among them */
	struct str	 body;
};

/* The answer lives in the arena.  Of any other end, why says more, for a log. */
enum fcgi_end	fcgi_call(struct arena *arena, const struct fcgi_call *call,
		    struct fcgi_answer *answer, const char **why);
/* The first header of this name, without case; p NULL: there is none. */
struct str	fcgi_answer_header(const struct fcgi_answer *answer,
		    const char *name);

/* --- the parts, for tests ----------------------------------------------------- */

enum fcgi_stream {
	FCGI_MORE,		/* so far so good */
	FCGI_END,		/* the whole answer is there */
	FCGI_WRONG		/* no records, too much, or the request was refused */
};

/* Reads records from the front of bytes, puts what is of the answer to out, and
 * says how many bytes those took. */
enum fcgi_stream fcgi_records(struct str bytes, size_t *used, struct buf *out);
/* False: it is no CGI answer. */
bool		 fcgi_answer_parse(struct str text, struct fcgi_answer *answer);

#endif
