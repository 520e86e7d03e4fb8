/* SPDX-License-Identifier: ISC */
/*
 * One JSON line an event, on stderr.
 *
 *	log_event(LOG_WARN, "db.reconnect", "host", host, "tries", "3", NULL);
 *
 * Values are text and are escaped; a line is at most 4096 bytes and is written
 * in one write() that never blocks the request: what does not fit is counted
 * and told later.  Never pass a password, token, code or key.
 */
#ifndef BUREAU_LOG_H
#define BUREAU_LOG_H

#include <stdbool.h>

#include "text.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* who: name of the process in every line.  Levels below `least` are dropped. */
void	log_open(const char *who, enum log_level least);
/* debug, info, warn, error; false for another word. */
bool	log_level_parse(struct str text, enum log_level *out);
/* Whether a line of this level would be written; spares making its texts. */
bool	log_wants(enum log_level level);
/* The request id that lines carry from now on; NULL for none. */
void	log_request(const char *id);
/* Name and value pairs of text, ended by NULL; a NULL value is left out. */
void	log_event(enum log_level level, const char *event, ...)
	    __attribute__((sentinel));

#endif
