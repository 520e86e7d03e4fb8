/* SPDX-License-Identifier: ISC */
/*
 * mail.send: one message to one address.
 *
 * Arguments, made by mail_add(): {"mail", "to", "locale", "values": {name: text}}.
 * Sent twice it has the same Message-ID, for it is the job's.
 */
#include "worker.h"

#include <stdio.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "json.h"
#include "log.h"
#include "mail.h"
#include "post.h"

#define RESULT_MAX	4096

struct order {
	struct str		 to;
	struct json_object	*values;
};

static struct str value_of(void *cls, const char *name);
static void	tell_instead(struct str to, const struct letter *letter);
static enum job_end ended(struct work *work, const struct smtp_result *result);

bool
mail_is_possible(void)
{
	return (post_is_possible());
}

enum job_end
mail_send(struct work *work)
{
	struct json_object *args;
	struct json_error error;
	struct order order;
	struct letter letter;
	struct smtp_result result;
	const char *why;

	if (!json_parse(work->arena, work->job->args, &args, &error))
		return (work_failed(work, JOB_FAILED,
		    "its arguments are no JSON"));
	order.to = json_str(json_get(args, "to"));
	order.values = json_get(args, "values");
	if (!mail_is_address(order.to))
		return (work_failed(work, JOB_FAILED,
		    "its address is none that can be written to"));
	why = letter_write(work->arena, arena_printf(work->arena, "%.*s",
	    (int)json_str(json_get(args, "mail")).n,
	    json_str(json_get(args, "mail")).p),
	    json_str(json_get(args, "locale")), conf_text(CONF_PUBLIC_URL),
	    value_of, &order, &letter);
	if (why != NULL)
		return (work_failed(work, JOB_FAILED, why));
	if (!post_is_possible())
		return (work_failed(work, JOB_AGAIN, "SMTP_URL is not set"));
	if (!post_has_server()) {
		tell_instead(order.to, &letter);
		return (JOB_DONE);
	}
	post_letter(work->arena, &letter, order.to, work->job->id, work_alive,
	    work, &result);
	return (ended(work, &result));
}

static struct str
value_of(void *cls, const char *name)
{
	const struct order *order = cls;

	return (json_str(json_get(order->values, name)));
}

static enum job_end
ended(struct work *work, const struct smtp_result *result)
{
	struct buf said;

	switch (result->end) {
	case SMTP_SENT:
		buf_init(&said, work->arena, RESULT_MAX);
		buf_text(&said, "{\"said\":");
		buf_json(&said, result->said, str_of(result->said).n);
		buf_char(&said, '}');
		work->job->result = said.data;
		return (JOB_DONE);
	case SMTP_LATER:
		return (work_failed(work, JOB_AGAIN, result->said));
	case SMTP_STOPPED:
		return (work_failed(work, JOB_CANCELLED, result->said));
	case SMTP_NEVER:
		break;
	}
	return (work_failed(work, JOB_FAILED, result->said));
}

/* A development without a mail server: its code is to be found in the log, and
 * by whoever looks at the terminal. */
static void
tell_instead(struct str to, const struct letter *letter)
{
	log_event(LOG_WARN, "mail.fallback", "to", to.p, "subject",
	    letter->subject.p, "text", letter->text.p, NULL);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\n--- a message that was not sent, for SMTP_URL "
		    "is not set\nTo: %s\nSubject: %s\n\n%s---\n\n", to.p,
		    letter->subject.p, letter->text.p);
}
