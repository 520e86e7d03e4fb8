/* SPDX-License-Identifier: ISC */
/*
 * libcurl speaks; we listen in (its debug function) to know how far the talk
 * came: a 5xx at MAIL, RCPT or DATA is about this message, one before that is
 * about us and will be mended.
 */
#include "smtp.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "handle.h"
#include "mail.h"
#include "url.h"

#define CONNECT_SECONDS	10L
#define SECONDS		60L
#define REPLY_MAX	1000

enum stage { GREETING, SIGN_IN, ENVELOPE, BODY };

struct talk {
	enum stage	 stage;
	bool		 ended;		/* what follows is about QUIT */
	struct buf	 reply;		/* all lines of the last one */
	int		 code;
	struct str	 left;		/* of the message */
};

static void	listen_in(struct talk *talk, struct handle *handle);
static void	prepare(struct arena *arena, struct handle *handle,
		    const struct smtp_server *server,
		    const struct smtp_letter *letter);
static size_t	on_read(char *to, size_t size, size_t count, void *cls);
static enum smtp_end judge(const struct talk *talk,
		    const struct handle *handle, CURLcode rc);
static const char *say(struct arena *arena, const struct talk *talk,
		    const struct handle *handle, CURLcode rc);

/* --- the server ------------------------------------------------------------------ */

static const char *
judge_query(const struct url *url, struct str ca, struct str starttls)
{
	if (url->query.n > 0 && ca.p == NULL && starttls.p == NULL)
		return ("may have ?starttls=required and ?ca=/path behind the "
		    "host, and nothing else");
	if (starttls.p != NULL && !str_is(starttls, "required"))
		return ("may have ?starttls=required, or nothing of starttls");
	if (ca.p != NULL && (ca.n == 0 || ca.p[0] != '/'))
		return ("must have a path behind ?ca=, as in "
		    "?ca=/etc/ssl/own.pem");
	return (NULL);
}

const char *
smtp_server_parse(struct arena *arena, struct str text,
    struct smtp_server *out)
{
	struct str ca, starttls;
	struct url url;
	const char *why = url_parse(arena, text, &url);
	bool tls;

	if (why != NULL)
		return (why);
	tls = str_is(url.scheme, "smtps");
	if (!tls && !str_is(url.scheme, "smtp"))
		return ("must begin with smtp:// or smtps://");
	if (url.has_fragment || (url.path.n > 0 && !str_is(url.path, "/")))
		return ("must end behind the host and its port, or in "
		    "?starttls=required");
	if (url.user.p != NULL && (url.user.n == 0 || url.password.n == 0))
		return ("must have both user and password, or neither");
	ca = url_query_value(arena, &url, "ca");
	starttls = url_query_value(arena, &url, "starttls");
	why = judge_query(&url, ca, starttls);
	if (why != NULL)
		return (why);
	if (url.port == 0)
		url.port = tls ? 465 : url.user.p != NULL ? 587 : 25;
	out->url = arena_printf(arena, "%s://%.*s:%u", url.scheme.p,
	    (int)url.host.n, url.host.p, url.port);
	out->user = url.user.p;
	out->password = url.password.p;
	out->ca_file = ca.p;
	out->must_tls = starttls.p != NULL ||
	    (url.user.p != NULL && !url_is_loopback(&url));
	return (NULL);
}

/* --- sending --------------------------------------------------------------------- */

void
smtp_send(struct arena *arena, const struct smtp_server *server,
    const struct smtp_letter *letter, struct smtp_result *out)
{
	struct talk talk = { .left = letter->message };
	struct handle *handle;
	CURLcode rc;

	*out = (struct smtp_result){ .end = SMTP_NEVER };
	if (!mail_is_address(letter->from) || !mail_is_address(letter->to)) {
		out->said = "the address is none that can be written to";
		return;
	}
	handle = handle_new(arena, "smtp,smtps", CONNECT_SECONDS, SECONDS,
	    letter->alive, letter->cls);
	buf_init(&talk.reply, arena, REPLY_MAX);
	prepare(arena, handle, server, letter);
	listen_in(&talk, handle);
	handle_set(handle, CURLOPT_READFUNCTION, on_read);
	handle_set(handle, CURLOPT_READDATA, &talk);
	rc = curl_easy_perform(handle->curl);
	/* The handle outlives this frame, but says nothing more. */
	handle_set(handle, CURLOPT_VERBOSE, 0L);
	out->end = judge(&talk, handle, rc);
	out->code = talk.code;
	out->said = say(arena, &talk, handle, rc);
}

static void
prepare(struct arena *arena, struct handle *handle,
    const struct smtp_server *server, const struct smtp_letter *letter)
{
	struct curl_slist *to = NULL;
	struct str domain = letter->from, local;

	str_split(&domain, '@', &local);
	/* The path is how we call ourselves in EHLO. */
	handle_set(handle, CURLOPT_URL, arena_printf(arena, "%s/%.*s",
	    server->url, (int)domain.n, domain.p));
	handle_set(handle, CURLOPT_USE_SSL, (long)(server->must_tls ?
	    CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (server->user != NULL) {
		handle_set(handle, CURLOPT_USERNAME, server->user);
		handle_set(handle, CURLOPT_PASSWORD, server->password);
	}
	if (server->ca_file != NULL) {
		handle_set(handle, CURLOPT_CAINFO, server->ca_file);
		handle_set(handle, CURLOPT_CAPATH, (char *)NULL);
	}
	handle_set(handle, CURLOPT_MAIL_FROM, arena_printf(arena, "<%.*s>",
	    (int)letter->from.n, letter->from.p));
	handle_list_add(arena, &to, arena_printf(arena, "<%.*s>",
	    (int)letter->to.n, letter->to.p));
	handle_set(handle, CURLOPT_MAIL_RCPT, to);
	handle_set(handle, CURLOPT_UPLOAD, 1L);
	handle_set(handle, CURLOPT_INFILESIZE_LARGE,
	    (curl_off_t)letter->message.n);
}

static size_t
on_read(char *to, size_t size, size_t count, void *cls)
{
	struct talk *talk = cls;
	size_t n = size * count;

	if (n > talk->left.n)
		n = talk->left.n;
	memcpy(to, talk->left.p, n);
	talk->left.p += n;
	talk->left.n -= n;
	return (n);
}

/* --- listening in ------------------------------------------------------------------ */

static void
forget_reply(struct talk *talk)
{
	buf_clear(&talk->reply);
	talk->code = 0;
}

/* What a command of ours begins; what is none of these goes on with the last,
 * as the lines of AUTH do. */
static void
on_command(struct talk *talk, struct str line)
{
	static const struct {
		const char	*word;
		enum stage	 stage;
	} words[] = {
		{ "EHLO ", GREETING }, { "HELO ", GREETING },
		{ "STARTTLS\r", GREETING }, { "AUTH ", SIGN_IN },
		{ "MAIL FROM:", ENVELOPE }, { "RCPT TO:", ENVELOPE },
		{ "DATA\r", ENVELOPE },
	};

	talk->ended = str_starts(line, "QUIT\r");
	if (talk->ended)
		return;
	for (unsigned i = 0; i < COUNT_OF(words); i++)
		if (str_starts(line, words[i].word)) {
			talk->stage = words[i].stage;
			break;
		}
	forget_reply(talk);
}

static void
on_reply(struct talk *talk, struct str line)
{
	int64_t code;

	if (talk->ended || line.n < 3 ||
	    !text_int((struct str){ line.p, 3 }, 200, 599, &code))
		return;
	talk->code = (int)code;
	if (talk->reply.len > 0)
		buf_text(&talk->reply, " / ");
	while (line.n > 0 && (line.p[line.n - 1] == '\n' ||
	    line.p[line.n - 1] == '\r'))
		line.n--;
	buf_add(&talk->reply, line.p, line.n);
}

static int
on_debug(CURL *curl, curl_infotype type, char *data, size_t n, void *cls)
{
	struct talk *talk = cls;
	struct str text = { data, n };

	(void)curl;
	if (type == CURLINFO_HEADER_OUT) {
		on_command(talk, text);
	} else if (type == CURLINFO_HEADER_IN) {
		on_reply(talk, text);
	} else if (type == CURLINFO_DATA_OUT && talk->stage == ENVELOPE) {
		talk->stage = BODY;
		forget_reply(talk);
	}
	return (0);
}

static void
listen_in(struct talk *talk, struct handle *handle)
{
	handle_set(handle, CURLOPT_VERBOSE, 1L);
	handle_set(handle, CURLOPT_DEBUGFUNCTION, on_debug);
	handle_set(handle, CURLOPT_DEBUGDATA, talk);
}

/* --- how it ended ------------------------------------------------------------------ */

/* 53x in the midst says that we should have signed in, or otherwise. */
static bool
is_about_us(int code)
{
	return (code == 530 || code == 534 || code == 535 || code == 538);
}

static enum smtp_end
judge(const struct talk *talk, const struct handle *handle, CURLcode rc)
{
	bool refused = talk->code >= 500 && !is_about_us(talk->code);

	if (rc == CURLE_OK)
		return (SMTP_SENT);
	if (handle->stopped)
		return (SMTP_STOPPED);
	return (refused && talk->stage >= ENVELOPE ? SMTP_NEVER : SMTP_LATER);
}

/* A reply to AUTH is not repeated: a server may quote what it got. */
static const char *
say(struct arena *arena, const struct talk *talk, const struct handle *handle,
    CURLcode rc)
{
	const char *reply = handle_quote(arena, talk->reply.data,
	    talk->reply.len);

	if (rc == CURLE_OK)
		return (reply);
	if (handle->stopped)
		return ("it was stopped");
	if (talk->stage == SIGN_IN && talk->code >= 400)
		return (arena_printf(arena, "the mail server refuses user or "
		    "password of SMTP_URL (%d)", talk->code));
	if (talk->code >= 400)
		return (arena_printf(arena, "the mail server said %s", reply));
	return (arena_printf(arena, "the mail server %s: %s",
	    talk->stage == BODY ? "did not say whether it took the message" :
	    "could not be talked to", handle_quote(arena, handle->error[0] ?
	    handle->error : curl_easy_strerror(rc), strlen(handle->error[0] ?
	    handle->error : curl_easy_strerror(rc)))));
}
