/* SPDX-License-Identifier: ISC */
/*
 * Hands one message to a mail server.
 *
 * The server is a URL: smtp:// speaks STARTTLS where the server offers it, and
 * insists on it when a password goes over the wire (not to loopback) or
 * ?starttls=required says so; smtps:// is TLS from the first byte.  A
 * certificate is always verified, against the system's authorities or those in
 * the file of ?ca=/path.
 */
#ifndef BUREAU_SMTP_H
#define BUREAU_SMTP_H

#include "alive.h"
#include "text.h"

struct arena;

struct smtp_server {
	const char	*url;		/* smtp://host:port, no secret in it */
	const char	*user;		/* NULL: nobody signs in */
	const char	*password;
	const char	*ca_file;	/* NULL: the system's */
	bool		 must_tls;	/* STARTTLS or nothing */
};

struct smtp_letter {
	struct str	 from, to;	/* addresses, nothing else */
	struct str	 message;	/* of mail_compose() */
	net_alive	*alive;		/* NULL: nobody is asked */
	void		*cls;
};

enum smtp_end {
	SMTP_SENT,		/* the server took it */
	SMTP_LATER,		/* 4xx, or it could not be talked to */
	SMTP_NEVER,		/* 5xx for this message, or no such address */
	SMTP_STOPPED		/* alive said so */
};

struct smtp_result {
	enum smtp_end	 end;
	int		 code;		/* of the last reply; 0: none */
	const char	*said;		/* a line for operators, no secret in it:
					 * the reply, or what kept us from one */
};

/* NULL, or what is wrong, to stand behind what the text is called: "must …". */
const char	*smtp_server_parse(struct arena *arena, struct str url,
		    struct smtp_server *out);
/*
 * A connection lost between the end of the message and the reply is SMTP_LATER:
 * the server may have it, and may get it again with the same Message-ID.
 */
void		 smtp_send(struct arena *arena,
		    const struct smtp_server *server,
		    const struct smtp_letter *letter,
		    struct smtp_result *out);

#endif
