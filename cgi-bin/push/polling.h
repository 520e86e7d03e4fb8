/* SPDX-License-Identifier: ISC */
/*
 * The same feed for who cannot hold a stream: an answer as soon as there is something
 * to tell, at the latest when the time is over.
 */
#ifndef BUREAU_POLLING_H
#define BUREAU_POLLING_H

#include "conn.h"
#include "ring.h"

/* Add an event to the answer; false: it is full. */
bool	poll_add(struct conn *conn, const struct entry *entry);
/* Answer, if anything was found. */
void	poll_end(struct conn *conn);
/* Answer with what there is. */
void	poll_answer(struct conn *conn);
void	poll_reset(struct conn *conn);
void	poll_revoked(struct conn *conn);

#endif
