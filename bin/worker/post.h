/* SPDX-License-Identifier: ISC */
/*
 * Sends a letter from MAIL_FROM by SMTP_URL.
 */
#ifndef BUREAU_POST_H
#define BUREAU_POST_H

#include "letter.h"
#include "smtp.h"

/* Whether there is anybody to take messages: a mail server, or in development
 * the log. */
bool		 post_is_possible(void);
/* SMTP_URL is set. */
bool		 post_has_server(void);
/* id: of the Message-ID, the same when it is sent again. */
void		 post_letter(struct arena *arena, const struct letter *letter,
		    struct str to, const char *id, net_alive *alive, void *cls,
		    struct smtp_result *out);

#endif
