/* SPDX-License-Identifier: ISC */
/*
 * The request is written in one piece while answers are read, for a responder may
 * answer before it has read all.
 */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "record.h"
#include "when.h"

#define CHUNK		65536
#define LOOK_US		INT64_C(250000)	/* between two looks at alive() */
#define REQUEST_MAX	(64 * 1024 * 1024)

/* --- writing -------------------------------------------------------------------- */

/* A stream: as many records as it takes, and an empty one. */
static void
put_stream(struct buf *out, enum record_type type, struct str data)
{
	record_put_all(out, type, data);
	record_put(out, type, "", 0);
}

static void
put_request(struct buf *out, const struct fcgi_call *call)
{
	/* A responder; the connection is closed when it is done. */
	static const char begin[8] = { 0, 1, 0, 0, 0, 0, 0, 0 };
	struct buf params;

	buf_init(&params, out->arena, REQUEST_MAX);
	for (const char *const *env = call->env; *env != NULL; env++) {
		size_t name = strcspn(*env, "="), all = strlen(*env);

		ASSERT(name < all);
		record_put_pair(&params, (struct str){ *env, name },
		    (struct str){ *env + name + 1, all - name - 1 });
	}
	record_put(out, RECORD_BEGIN, begin, sizeof(begin));
	put_stream(out, RECORD_PARAMS, (struct str){ params.data, params.len });
	put_stream(out, RECORD_STDIN, call->body);
	out->failed |= params.failed;
}

/* --- reading --------------------------------------------------------------------- */

/* Of an END_REQUEST: the responder took it, and said no more than that. */
static bool
is_complete(const unsigned char *content, size_t n)
{
	return (n >= 5 && content[4] == 0);
}

enum fcgi_stream
fcgi_records(struct str bytes, size_t *used, struct buf *out)
{
	struct fcgi_record record;

	*used = 0;
	for (;;) {
		const unsigned char *at = (const unsigned char *)bytes.p +
		    *used;
		size_t left = bytes.n - *used, all;

		if (left < RECORD_HEADER)
			return (FCGI_MORE);
		if (!record_header_parse(at, &record))
			return (FCGI_WRONG);
		all = RECORD_HEADER + record.content + record.padding;
		if (left < all)
			return (FCGI_MORE);
		*used += all;
		at += RECORD_HEADER;
		if (record.type == RECORD_END)
			return (is_complete(at, record.content) ? FCGI_END :
			    FCGI_WRONG);
		if (record.type == RECORD_STDOUT)
			buf_add(out, at, record.content);
		else if (record.type != RECORD_STDERR)
			return (FCGI_WRONG);
		if (out->failed)
			return (FCGI_WRONG);
	}
}

/* The next line, without its end; false where there is no whole line. */
static bool
take_line(struct str *rest, struct str *line)
{
	if (rest->p == NULL || rest->n == 0 ||
	    memchr(rest->p, '\n', rest->n) == NULL ||
	    !str_split(rest, '\n', line))
		return (false);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return (true);
}

static bool
line_header(struct str line, const char *name, struct str *value)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp(line.p, name, n) != 0 ||
	    line.p[n] != ':')
		return (false);
	*value = str_trim((struct str){ line.p + n + 1, line.n - n - 1 });
	return (true);
}

static bool
take_status(struct str value, int *status)
{
	int64_t n;

	if (value.n < 3 || (value.n > 3 && value.p[3] != ' ') ||
	    !text_int((struct str){ value.p, 3 }, 100, 599, &n))
		return (false);
	*status = (int)n;
	return (true);
}

bool
fcgi_answer_parse(struct str text, struct fcgi_answer *answer)
{
	struct str rest = text, line, value;

	*answer = (struct fcgi_answer){ .status = 200 };
	while (take_line(&rest, &line)) {
		if (line.n == 0) {
			answer->headers = (struct str){ text.p,
			    (size_t)(line.p - text.p) };
			answer->body = rest;
			return (answer->headers.n > 0);
		}
		if (line.p[0] == ':' || memchr(line.p, ':', line.n) == NULL)
			return (false);
		if (line_header(line, "Status", &value) &&
		    !take_status(value, &answer->status))
			return (false);
	}
	return (false);
}

struct str
fcgi_answer_header(const struct fcgi_answer *answer, const char *name)
{
	struct str rest = answer->headers, line, value;

	while (take_line(&rest, &line))
		if (line_header(line, name, &value))
			return (value);
	return ((struct str){ NULL, 0 });
}

/* --- the connection ---------------------------------------------------------------- */

struct talk {
	const struct fcgi_call	*call;
	int			 fd;
	struct buf		 out;		/* the request */
	size_t			 sent;
	struct buf		 in;		/* records that are not whole yet */
	struct buf		 answer;
	int64_t			 look_at;	/* when to ask alive() next */
};

static int
connect_to(const char *path)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(where.sun_path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	memcpy(where.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&where,
	    sizeof(where)) != 0) {
		int why = errno;

		close(fd);
		errno = why;
		return (-1);
	}
	return (fd);
}

/* Wait until something can be done, in pieces short enough to look up. */
static enum fcgi_end
wait_ready(struct talk *talk, short *events)
{
	struct pollfd fd = { .fd = talk->fd, .events = POLLIN };

	if (talk->sent < talk->out.len)
		fd.events |= POLLOUT;
	for (;;) {
		int64_t now = when_mono(), until = talk->look_at;

		if (now >= talk->call->deadline)
			return (FCGI_LATE);
		if (now >= talk->look_at) {
			if (talk->call->alive != NULL &&
			    !talk->call->alive(talk->call->cls))
				return (FCGI_STOPPED);
			until = talk->look_at = when_mono() + LOOK_US;
		}
		if (until > talk->call->deadline)
			until = talk->call->deadline;
		if (poll(&fd, 1, (int)((until - now) / 1000) + 1) > 0) {
			*events = fd.revents;
			return (FCGI_ANSWERED);
		}
	}
}

static bool
is_passing(int why)
{
	return (why == EAGAIN || why == EINTR);
}

/* A responder that has answered may close before it has read all: what it said
 * still counts, so a failing write only ends the writing. */
static void
send_some(struct talk *talk)
{
	ssize_t n = send(talk->fd, talk->out.data + talk->sent,
	    talk->out.len - talk->sent, MSG_NOSIGNAL);

	if (n > 0)
		talk->sent += (size_t)n;
	else if (n < 0 && !is_passing(errno))
		talk->sent = talk->out.len;
}

/* What is left of the records in hand goes to the front. */
static enum fcgi_stream
take_records(struct talk *talk)
{
	size_t used;
	enum fcgi_stream end = fcgi_records((struct str){ talk->in.data,
	    talk->in.len }, &used, &talk->answer);

	memmove(talk->in.data, talk->in.data + used, talk->in.len - used);
	talk->in.len -= used;
	talk->in.data[talk->in.len] = '\0';
	return (end);
}

static enum fcgi_stream
receive_some(struct talk *talk)
{
	char chunk[CHUNK];
	ssize_t n = recv(talk->fd, chunk, sizeof(chunk), 0);

	if (n < 0 && is_passing(errno))
		return (FCGI_MORE);
	if (n <= 0)
		return (FCGI_WRONG);
	buf_add(&talk->in, chunk, (size_t)n);
	return (take_records(talk));
}

static enum fcgi_end
exchange(struct talk *talk, const char **why)
{
	enum fcgi_stream stream = FCGI_MORE;
	enum fcgi_end end;
	short events;

	while (stream == FCGI_MORE) {
		if ((end = wait_ready(talk, &events)) != FCGI_ANSWERED) {
			*why = end == FCGI_LATE ? "it did not answer in time" :
			    "waiting for it was given up";
			return (end);
		}
		if (events & POLLOUT)
			send_some(talk);
		if (events & (POLLIN | POLLHUP | POLLERR))
			stream = receive_some(talk);
	}
	*why = "it hung up, or what it sent is no answer";
	return (stream == FCGI_END ? FCGI_ANSWERED : FCGI_BROKEN);
}

enum fcgi_end
fcgi_call(struct arena *arena, const struct fcgi_call *call,
    struct fcgi_answer *answer, const char **why)
{
	struct talk talk = { .call = call };
	enum fcgi_end end;

	buf_init(&talk.out, arena, REQUEST_MAX);
	put_request(&talk.out, call);
	ASSERT(!talk.out.failed);
	/* One whole record and what came behind it. */
	buf_init(&talk.in, arena, RECORD_HEADER + 65535 + 255 + CHUNK);
	buf_init(&talk.answer, arena, call->answer_max);
	talk.look_at = when_mono() + LOOK_US;
	talk.fd = connect_to(call->path);
	if (talk.fd < 0) {
		*why = arena_strdup(arena, strerror(errno));
		return (FCGI_NOBODY);
	}
	end = exchange(&talk, why);
	close(talk.fd);
	if (end != FCGI_ANSWERED)
		return (end);
	if (!fcgi_answer_parse((struct str){ talk.answer.data,
	    talk.answer.len }, answer)) {
		*why = "what it sent is no CGI answer";
		return (FCGI_BROKEN);
	}
	return (FCGI_ANSWERED);
}
