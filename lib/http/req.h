/* SPDX-License-Identifier: ISC */
/*
 * One request and its answer.
 *
 * Made from the CGI variables by req_open(); the dispatcher fills in route,
 * values and caller; the handler reads them and writes the answer.  Everything
 * lives in the request's arena.
 */
#ifndef BUREAU_REQ_H
#define BUREAU_REQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "param.h"
#include "route.h"
#include "text.h"
#include "uuid.h"

#define BODY_MAX	(1024 * 1024)	/* of a request, unless its row says more */
#define ANSWER_MAX	(8 * 1024 * 1024)
#define FIELD_SHOWN	200	/* bytes of a client's own name that are told back */

struct app;

struct caller {
	const char	*user;		/* id; NULL: nobody */
	const char	*session;	/* id; NULL for a personal token */
	const char	*permissions;	/* PostgreSQL text array, as authorize() says */
};

struct header {
	const char	*name, *value;
};

struct answer {
	int		 status;
	const char	*type;		/* Content-Type; NULL: no body */
	struct buf	 body;
	struct header	 headers[32];
	size_t		 header_count;
	bool		 is_stream;	/* its length is not known */
};

struct req {
	struct arena		*arena;
	struct app		*app;		/* the dispatcher's own */

	/* As it came. */
	char			 id[UUID_SIZE];
	enum method		 method;
	struct str		 method_name;
	struct str		 path;		/* raw, begins with / */
	struct str		 query;		/* raw, without ? */
	struct str		 type;		/* Content-Type */
	int64_t			 length;	/* Content-Length; 0 when absent */
	struct str		 body;
	const char		*address;	/* REMOTE_ADDR */
	const char		*agent;		/* User-Agent, cut to 256 bytes */
	const char		*host;
	bool			 is_tls;
	char *const		*env;

	/* Found out on the way. */
	struct match		 match;
	const struct route	*route;
	struct values		 values;
	struct caller		 caller;
	const char		*if_version;	/* of If-Match; NULL: none */
	const char		*cursor;	/* Event-Cursor */
	bool			 is_form;	/* a browser's form post */
	const char		*next;		/* where a form goes on */

	/* What went wrong. */
	enum err		 err;
	const char		*detail;	/* for the client; NULL: the row's */
	const char		*cause;		/* for the log */
	struct field_errors	 errors;
	const char		*current;	/* JSON, for 412 */

	struct answer		 answer;
};

/* Read the variables; an error is one that no route can mend. */
enum err	req_open(struct req *rq, struct arena *arena, char *const *env);
/* A request header by its CGI name, as in "HTTP_IF_MATCH"; p NULL if absent. */
struct str	req_header(const struct req *rq, const char *cgi_name);
/* A cookie; false when absent or ambiguous. */
bool		req_cookie(const struct req *rq, const char *name,
		    struct str *out);
/* Body and parameters into values; errors go to rq->errors. */
enum err	req_parse_body(struct req *rq);

/* The values a handler asked its row for; asking for another name is a bug. */
bool		req_has(const struct req *rq, const char *name);
struct str	req_str(const struct req *rq, const char *name);
const char	*req_text(const struct req *rq, const char *name); /* NULL: none */
int64_t		req_int(const struct req *rq, const char *name, int64_t fallback);
bool		req_bool(const struct req *rq, const char *name);

/* Say once why it fails: the client sees detail, or the row's own sentence
 * when it is NULL; the log sees cause. */
enum err	req_fail(struct req *rq, enum err err, const char *detail);
enum err	req_fail_cause(struct req *rq, enum err err, const char *cause);
/* With the code that stands for rq->errors; ERR_OK when there are none. */
enum err	req_fail_fields(struct req *rq);
enum err	req_fail_field(struct req *rq, enum err err, const char *field,
		    const char *message);

/* The answer.  A value with a control character is a bug in the caller. */
void		answer_header(struct req *rq, const char *name,
		    const char *value);
void		answer_headerf(struct req *rq, const char *name,
		    const char *format, ...)
		    __attribute__((format(printf, 3, 4)));
struct buf	*answer_json(struct req *rq, int status);
void		answer_problem(struct req *rq);
/* A form is answered by 303: to next, or to its page at the error. */
void		answer_form(struct req *rq, const char *page);
void		answer_clear(struct req *rq);
/* The header block, ready to send before the body. */
void		answer_head(const struct req *rq, struct buf *out);

#endif
