/* SPDX-License-Identifier: ISC */
/*
 * The answer's side of a request: headers, problems, forms.
 */
#include "req.h"

#include <stdarg.h>
#include <string.h>

#include "arena.h"
#include "check.h"

static const struct {
	int		 status;
	const char	*text;
} reasons[] = {
	{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" },
	{ 204, "No Content" }, { 303, "See Other" }, { 304, "Not Modified" },
	{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
	{ 404, "Not Found" }, { 405, "Method Not Allowed" },
	{ 409, "Conflict" }, { 410, "Gone" }, { 412, "Precondition Failed" },
	{ 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" }, { 423, "Locked" },
	{ 429, "Too Many Requests" }, { 500, "Internal Server Error" },
	{ 502, "Bad Gateway" }, { 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
};

static const char *
reason(int status)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i].status == status)
			return (reasons[i].text);
	return ("Unknown");
}

void
answer_clear(struct req *rq)
{
	rq->answer.status = 0;
	rq->answer.type = NULL;
	rq->answer.header_count = 0;
	rq->answer.is_stream = false;
	buf_clear(&rq->answer.body);
}

void
answer_header(struct req *rq, const char *name, const char *value)
{
	struct answer *answer = &rq->answer;

	ASSERT(answer->header_count < COUNT_OF(answer->headers));
	/* The one place where a line break could split the answer. */
	for (const char *c = value; *c != '\0'; c++)
		ASSERT((unsigned char)*c >= 0x20 && *c != 0x7f);
	answer->headers[answer->header_count++] =
	    (struct header){ name, value };
}

void
answer_headerf(struct req *rq, const char *name, const char *format, ...)
{
	va_list args;
	char *value;

	va_start(args, format);
	value = arena_vprintf(rq->arena, format, args);
	va_end(args);
	answer_header(rq, name, value);
}

struct buf *
answer_json(struct req *rq, int status)
{
	rq->answer.status = status;
	rq->answer.type = "application/json";
	buf_clear(&rq->answer.body);
	return (&rq->answer.body);
}

static void
problem_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, text, strlen(text));
}

static void
problem_fields(struct buf *out, const struct field_errors *errors)
{
	const char *comma = "";

	buf_text(out, ",\"errors\":[");
	for (size_t i = 0; i < errors->count; i++) {
		const struct field_error *e = &errors->list[i];

		buf_printf(out, "%s{\"field\":", comma);
		buf_json(out, e->field, strnlen(e->field, FIELD_SHOWN));
		buf_printf(out, ",\"code\":%d", err_rows[e->err].code);
		problem_text(out, "message", e->message);
		buf_char(out, '}');
		comma = ",";
	}
	buf_char(out, ']');
}

void
answer_problem(struct req *rq)
{
	const struct err_row *row = &err_rows[rq->err];
	const char *detail = rq->detail != NULL ? rq->detail : row->sentence;
	/* A precondition that failed is the one conflict with a status of
	 * its own; it brings the record as it is. */
	int status = rq->current != NULL ? 412 : row->status;
	struct buf *out = answer_json(rq, status);

	rq->answer.type = "application/problem+json";
	buf_printf(out, "{\"type\":\"/docs/errors/#%d\"", row->code);
	problem_text(out, "title", reason(status));
	buf_printf(out, ",\"status\":%d", status);
	problem_text(out, "detail", detail);
	problem_text(out, "message", detail);
	buf_printf(out, ",\"code\":%d", row->code);
	problem_text(out, "name", row->name);
	problem_text(out, "requestId", rq->id);
	problem_fields(out, &rq->errors);
	if (rq->current != NULL)
		buf_printf(out, ",\"current\":%s", rq->current);
	buf_char(out, '}');
}

void
answer_form(struct req *rq, const char *page)
{
	const char *next = rq->next != NULL ? rq->next : page;

	buf_clear(&rq->answer.body);
	rq->answer.type = NULL;
	rq->answer.status = 303;
	if (rq->err != ERR_OK)
		answer_headerf(rq, "Location", "%s#error-%d", page,
		    err_rows[rq->err].code);
	else
		answer_header(rq, "Location", next);
}

static void
add_line(struct buf *out, const char *name, const char *value)
{
	buf_text(out, name);
	buf_add(out, ": ", 2);
	buf_text(out, value);
	buf_add(out, "\r\n", 2);
}

void
answer_head(const struct req *rq, struct buf *out)
{
	const struct answer *answer = &rq->answer;

	buf_printf(out, "Status: %d %s\r\n", answer->status,
	    reason(answer->status));
	if (answer->type != NULL)
		add_line(out, "Content-Type", answer->type);
	for (size_t i = 0; i < answer->header_count; i++)
		add_line(out, answer->headers[i].name,
		    answer->headers[i].value);
	if (answer->status != 204 && answer->status != 304 &&
	    !answer->is_stream)
		buf_printf(out, "Content-Length: %zu\r\n", answer->body.len);
	buf_text(out, "\r\n");
}
