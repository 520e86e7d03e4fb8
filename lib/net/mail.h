/* SPDX-License-Identifier: ISC */
/*
 * One message, composed: the bytes that go to a mail server.
 *
 * What comes from people can end neither an address nor a header line: a value
 * that could is refused here, for libcurl would hand it to the server as it is.
 * Both bodies travel as base64, in lines that end in CR LF, so nothing in them
 * can be taken for the end of the message.
 */
#ifndef BUREAU_MAIL_H
#define BUREAU_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct arena;

/* "Bureau <bureau@example.org>" taken apart; name is empty where the address
 * stands alone. */
struct mail_box {
	struct str	 name;
	struct str	 address;
};

struct mail {
	struct mail_box	 from;
	struct str	 to;		/* an address alone */
	struct str	 subject;	/* one line */
	struct str	 text, html;	/* UTF-8 */
	const char	*id;		/* the Message-ID, in front of its @ */
	int64_t		 date;		/* ms since 1970 */
	const char	*unsubscribe;	/* a URL for List-Unsubscribe; NULL: none */
};

/* NULL, or what is wrong, to stand behind what the text is called: "must …". */
const char	*mail_box_parse(struct arena *arena, struct str text,
		    struct mail_box *out);
/* An address that may be handed to a mail server: text_is_email(), seen once
 * more byte by byte. */
bool		 mail_is_address(struct str text);
/* NULL and the message; or a sentence without what it complains of. */
const char	*mail_compose(struct arena *arena, const struct mail *mail,
		    struct str *out);

#define MAIL_BODY_MAX	(256 * 1024)	/* of each body */

#endif
