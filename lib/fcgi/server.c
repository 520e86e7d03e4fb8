/* SPDX-License-Identifier: ISC */
/*
 * Content is taken as it comes, so a record need not be there as a whole; only
 * the variables are kept.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "check.h"

#define ROLE_RESPONDER	1
#define PAIRS_MAX	256

void
server_request_init(struct server_request *request)
{
	memset(request, 0, sizeof(*request));
}

void
server_request_release(struct server_request *request)
{
	free(request->params);
	request->params = NULL;
	request->params_len = 0;
}

/* --- what may come, and when ----------------------------------------------------- */

/* The header of a record is there: whether it may be what comes next. */
static enum server_fed
judge(struct server_request *request)
{
	struct fcgi_record *record = &request->record;

	request->at = 0;
	if (!record_header_parse(request->header, record))
		return (SERVER_WRONG);
	if (record->type == RECORD_ABORT && request->phase != SERVER_BEGIN)
		return (SERVER_GONE);
	switch (request->phase) {
	case SERVER_BEGIN:
		return (record->type == RECORD_BEGIN &&
		    record->content == sizeof(request->begin) ? SERVER_WANTS :
		    SERVER_WRONG);
	case SERVER_PARAMS:
		return (record->type == RECORD_PARAMS && record->content <=
		    SERVER_PARAMS_MAX - request->params_len ? SERVER_WANTS :
		    SERVER_WRONG);
	case SERVER_BODY:
		return (record->type == RECORD_STDIN && record->content <=
		    SERVER_BODY_MAX - request->body ? SERVER_WANTS :
		    SERVER_WRONG);
	default:
		return (SERVER_WRONG);
	}
}

static void
take_content(struct server_request *request, const char *p, size_t n)
{
	char *grown;

	switch (request->phase) {
	case SERVER_BEGIN:
		memcpy(request->begin + request->at, p, n);
		break;
	case SERVER_PARAMS:
		grown = realloc(request->params, request->params_len + n);
		ASSERT(grown != NULL);
		memcpy(grown + request->params_len, p, n);
		request->params = grown;
		request->params_len += n;
		break;
	default:
		request->body += n;
		break;
	}
	request->at += n;
}

/* A record is over; an empty one ends what it is of. */
static enum server_fed
end_record(struct server_request *request)
{
	request->have = 0;
	if (request->phase == SERVER_BEGIN) {
		unsigned role = (unsigned)request->begin[0] << 8 |
		    request->begin[1];

		request->phase = SERVER_PARAMS;
		return (role == ROLE_RESPONDER ? SERVER_WANTS : SERVER_WRONG);
	}
	if (request->record.content > 0)
		return (SERVER_WANTS);
	request->phase++;
	return (request->phase == SERVER_WHOLE ? SERVER_DONE : SERVER_WANTS);
}

/* --- feeding ----------------------------------------------------------------------- */

static size_t
smaller(size_t a, size_t b)
{
	return (a < b ? a : b);
}

static void
advance(struct str *bytes, size_t n)
{
	bytes->p += n;
	bytes->n -= n;
}

/* Takes what is there of the header at hand. */
static enum server_fed
take_header(struct server_request *request, struct str *bytes)
{
	size_t n = smaller(RECORD_HEADER - request->have, bytes->n);

	memcpy(request->header + request->have, bytes->p, n);
	advance(bytes, n);
	request->have += (unsigned)n;
	return (request->have == RECORD_HEADER ? judge(request) :
	    SERVER_WANTS);
}

/* The same of content and padding; whether the record is over. */
static bool
take_rest(struct server_request *request, struct str *bytes)
{
	struct fcgi_record *record = &request->record;
	size_t n = smaller(record->content - request->at, bytes->n);

	if (n > 0)
		take_content(request, bytes->p, n);
	advance(bytes, n);
	if (request->at < record->content)
		return (false);
	n = smaller(record->padding, bytes->n);
	record->padding -= n;
	advance(bytes, n);
	return (record->padding == 0);
}

enum server_fed
server_request_feed(struct server_request *request, struct str bytes)
{
	enum server_fed fed = SERVER_WANTS;

	while (bytes.n > 0 && fed == SERVER_WANTS) {
		if (request->have < RECORD_HEADER)
			fed = take_header(request, &bytes);
		if (fed == SERVER_WANTS && request->have == RECORD_HEADER &&
		    take_rest(request, &bytes))
			fed = end_record(request);
	}
	/* There is nothing to say behind a whole request. */
	return (fed == SERVER_DONE && bytes.n > 0 ? SERVER_WRONG : fed);
}

/* --- the variables ------------------------------------------------------------------ */

static bool
is_text(struct str text)
{
	return (memchr(text.p, '\0', text.n) == NULL);
}

static char *
join(struct arena *arena, struct str name, struct str value)
{
	char *text = arena_alloc(arena, name.n + value.n + 2);

	memcpy(text, name.p, name.n);
	text[name.n] = '=';
	memcpy(text + name.n + 1, value.p, value.n);
	return (text);
}

char *const *
server_request_env(const struct server_request *request, struct arena *arena)
{
	struct str rest = { request->params, request->params_len };
	struct str name, value;
	char **env = arena_array(arena, PAIRS_MAX + 1, sizeof(*env));
	unsigned n = 0;

	while (rest.n > 0) {
		if (n == PAIRS_MAX || !record_take_pair(&rest, &name, &value) ||
		    name.n == 0 || !is_text(name) || !is_text(value) ||
		    memchr(name.p, '=', name.n) != NULL)
			return (NULL);
		env[n++] = join(arena, name, value);
	}
	return (n > 0 ? env : NULL);
}
