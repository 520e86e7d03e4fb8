/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "post.h"

#include "arena.h"
#include "conf.h"
#include "mail.h"
#include "when.h"

bool
post_has_server(void)
{
	return (conf_is_set(CONF_SMTP_URL));
}

bool
post_is_possible(void)
{
	return (post_has_server() ||
	    str_is(str_of(conf_text(CONF_ENVIRONMENT)), "development"));
}

/* Settings were looked at before the start, so what is wrong here is rare. */
static const char *
read_settings(struct arena *arena, struct smtp_server *server,
    struct mail_box *from)
{
	const char *why;

	why = smtp_server_parse(arena, str_of(conf_text(CONF_SMTP_URL)),
	    server);
	if (why != NULL)
		return (arena_printf(arena, "SMTP_URL %s", why));
	why = mail_box_parse(arena, str_of(conf_text(CONF_MAIL_FROM)), from);
	return (why == NULL ? NULL :
	    arena_printf(arena, "MAIL_FROM %s", why));
}

void
post_letter(struct arena *arena, const struct letter *letter, struct str to,
    const char *id, net_alive *alive, void *cls, struct smtp_result *out)
{
	struct smtp_letter wrapped = { .to = to, .alive = alive, .cls = cls };
	struct mail mail = { .to = to, .subject = letter->subject,
	    .text = letter->text, .html = letter->html, .id = id,
	    .date = when_now() };
	struct smtp_server server;

	*out = (struct smtp_result){ .end = SMTP_LATER };
	out->said = read_settings(arena, &server, &mail.from);
	if (out->said != NULL)
		return;
	out->said = mail_compose(arena, &mail, &wrapped.message);
	if (out->said != NULL) {
		out->end = SMTP_NEVER;
		return;
	}
	wrapped.from = mail.from.address;
	smtp_send(arena, &server, &wrapped, out);
}
