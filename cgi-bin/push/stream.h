/* SPDX-License-Identifier: ISC */
/*
 * What is sent to a stream, as text/event-stream, and when.
 */
#ifndef BUREAU_STREAM_H
#define BUREAU_STREAM_H

#include "conn.h"
#include "ring.h"

#define STREAM_MOST	INT64_C(3600)	/* seconds a stream lasts at most */

/* It is let in and its head is sent: what comes first.  must_reset: what it asked
 * for is not there. */
void	stream_begin(struct conn *conn, bool must_reset);
/* Bring every stream and poll up to the end of the ring, as far as it is known who
 * may see what. */
void	streams_deliver(struct push *push);
/* The same of one; false: it has to wait. */
void	stream_advance(struct conn *conn);
/* What is not stored, to everybody whom it is for. */
void	streams_tell(struct push *push, const struct entry *entry);
/* The list of who is here, to the streams that have not had the one of this number;
 * false: some cannot be told now. */
bool	streams_show(struct push *push, const struct entry *list,
	    unsigned number);
/* History begins anew. */
void	streams_reset(struct push *push);
/* A page of the tables, for one that is behind the ring. */
void	streams_catch_up(struct push *push);

void	stream_beat(struct conn *conn);
void	stream_expired(struct conn *conn);
void	stream_revoked(struct conn *conn);
/* Send everybody elsewhere, not all at once. */
void	streams_end(struct push *push);

#endif
