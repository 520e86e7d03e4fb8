/* SPDX-License-Identifier: ISC */
/*
 * From a whole request to a stream, a poll or an answer: the stages of every
 * responder (front.h), authorize() in the database, and what this responder asks of
 * who comes in.  A fixed number of requests is on its way at once; the others wait,
 * unread.
 */
#ifndef BUREAU_OPEN_H
#define BUREAU_OPEN_H

#include "push.h"
#include "route.h"

extern const struct route push_routes[];

struct openings	*openings_new(void);
void		 openings_free(struct openings **openings);

/* Its request is whole. */
void		 open_queue(struct conn *conn);
/* Open as many as there is room for. */
void		 open_some(struct push *push);
/* It is closed; who answers for it hears nothing more. */
void		 open_forget(struct conn *conn);
/* Nobody was there to open it. */
void		 open_refuse(struct conn *conn, enum err err);

#endif
