/* SPDX-License-Identifier: ISC */
/*
 * How a program's role connects, in one place for both ways of waiting; for link.c
 * and async.c alone.
 */
#ifndef BUREAU_CONNECT_H
#define BUREAU_CONNECT_H

#include <libpq-fe.h>

/* Waits until it is connected or failed; 3 s a host at most. */
PGconn	*connect_now(const char *role);
/* Only begins; PQconnectPoll() goes on.  A name that must be looked up waits all
 * the same.  options: further ones, as in "-c enable_seqscan=off", or "". */
PGconn	*connect_begin(const char *role, const char *options);

#endif
