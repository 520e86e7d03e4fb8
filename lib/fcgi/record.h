/* SPDX-License-Identifier: ISC */
/*
 * Records, of which both directions of FastCGI are made: eight bytes of header,
 * the content, padding.
 *
 * We carry one request a connection, as lighttpd does, and it is always number 1;
 * so a record can be made once and sent to everybody.
 */
#ifndef BUREAU_RECORD_H
#define BUREAU_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct buf;

#define RECORD_HEADER	8
#define RECORD_MAX	65528	/* of content, in what we write: no padding */
#define RECORD_REQUEST	1	/* the number of the request */

enum record_type {
	RECORD_BEGIN = 1, RECORD_ABORT = 2, RECORD_END = 3, RECORD_PARAMS = 4,
	RECORD_STDIN = 5, RECORD_STDOUT = 6, RECORD_STDERR = 7
};

struct fcgi_record {
	unsigned	type;		/* enum record_type, or what came */
	size_t		content, padding;
};

/* What a header says; false: it is none of a request of ours. */
bool	record_header_parse(const unsigned char header[RECORD_HEADER],
	    struct fcgi_record *out);
/* n: up to RECORD_MAX. */
void	record_header_make(unsigned char header[RECORD_HEADER],
	    enum record_type type, size_t n);

void	record_put(struct buf *out, enum record_type type, const void *data,
	    size_t n);
/* As many records as it takes.  An empty one more ends a stream. */
void	record_put_all(struct buf *out, enum record_type type, struct str data);
/* The record that says the request is done. */
void	record_put_end(struct buf *out);

/* A pair of PARAMS. */
void	record_put_pair(struct buf *out, struct str name, struct str value);
/* Takes a pair off the front; false: what is there is none. */
bool	record_take_pair(struct str *rest, struct str *name, struct str *value);

#endif
