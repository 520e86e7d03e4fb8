/* SPDX-License-Identifier: ISC */
/*
 * Reads the CGI variables with suspicion: the edge is an old lighttpd that lets
 * X_Request_Id through beside X-Request-Id, so a variable that comes twice is
 * proof of an attack and is refused.
 */
#include "req.h"

#include <string.h>

#include "arena.h"
#include "check.h"
#include "cookie.h"
#include "form.h"
#include "json.h"

#define HEADERS_MAX	100
#define FIELDS_MAX	200
#define AGENT_MAX	256

static struct str
env_find(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return (str_of(*env + n + 1));
	return ((struct str){ NULL, 0 });
}

struct str
req_header(const struct req *rq, const char *cgi_name)
{
	return (env_find(rq->env, cgi_name));
}

static size_t
name_length(const char *variable)
{
	return (strcspn(variable, "="));
}

/* Two variables of one name, or more headers than anybody sends. */
static bool
env_is_forged(char *const *env)
{
	size_t n = 0;

	for (size_t i = 0; env[i] != NULL; i++) {
		if (strncmp(env[i], "HTTP_", 5) != 0 &&
		    strncmp(env[i], "CONTENT_", 8) != 0)
			continue;
		if (++n > HEADERS_MAX)
			return (true);
		/* With its =, so that no longer name is taken for it. */
		size_t len = name_length(env[i]) + 1;

		for (size_t k = 0; k < i; k++)
			if (strncmp(env[k], env[i], len) == 0)
				return (true);
	}
	return (false);
}

static const char *
clean_copy(struct arena *arena, struct str text, size_t max)
{
	char *copy = arena_memdup(arena, text.n > 0 ? text.p : "",
	    text.n < max ? text.n : max);

	for (char *c = copy; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	/* A multi-byte character cut in half would not be UTF-8. */
	for (size_t n = strlen(copy); !text_is_utf8(str_of(copy)) && n > 0;)
		copy[--n] = '\0';
	return (copy);
}

static bool
accepts_html(const struct req *rq)
{
	struct str accept = req_header(rq, "HTTP_ACCEPT");

	return (accept.p != NULL && strstr(accept.p, "text/html") != NULL);
}

static bool
type_is(const struct req *rq, const char *type)
{
	struct str rest = rq->type, essence;

	if (!str_split(&rest, ';', &essence))
		return (false);
	essence = str_trim(essence);
	return (essence.n == strlen(type) &&
	    strncasecmp(essence.p, type, essence.n) == 0);
}

enum err
req_open(struct req *rq, struct arena *arena, char *const *env)
{
	struct str script, info, length;

	memset(rq, 0, sizeof(*rq));
	rq->arena = arena;
	rq->env = env;
	uuid_v7(rq->id);
	buf_init(&rq->answer.body, arena, ANSWER_MAX);
	values_init(&rq->values, arena, NULL);

	script = env_find(env, "SCRIPT_NAME");
	info = env_find(env, "PATH_INFO");
	rq->path = str_of(arena_printf(arena, "%s%s",
	    script.p != NULL ? script.p : "", info.p != NULL ? info.p : ""));
	rq->query = env_find(env, "QUERY_STRING");
	rq->type = env_find(env, "CONTENT_TYPE");
	rq->method_name = env_find(env, "REQUEST_METHOD");
	rq->method = method_parse(rq->method_name);
	rq->address = clean_copy(arena, env_find(env, "REMOTE_ADDR"), 64);
	rq->agent = clean_copy(arena, env_find(env, "HTTP_USER_AGENT"),
	    AGENT_MAX);
	rq->host = clean_copy(arena, env_find(env, "HTTP_HOST"), 255);
	rq->is_tls = str_is(env_find(env, "HTTPS"), "on");
	rq->is_form = rq->method == POST && accepts_html(rq) &&
	    type_is(rq, "application/x-www-form-urlencoded");

	if (env_is_forged(env))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "A header was sent twice."));
	length = env_find(env, "CONTENT_LENGTH");
	if (length.n > 0 &&
	    !text_int(length, 0, INT64_MAX, &rq->length))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "Content-Length is not a number."));
	if (!text_is_utf8(rq->path))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "The path is not valid UTF-8."));
	return (ERR_OK);
}

bool
req_cookie(const struct req *rq, const char *name, struct str *out)
{
	struct str header = req_header(rq, "HTTP_COOKIE");

	return (header.p != NULL && cookie_find(header, name, out));
}

/* --- body ------------------------------------------------------------------ */

static bool
skip_reserved(const char *name, const void *cls)
{
	(void)cls;
	return (strcmp(name, "next") == 0);
}

/* Only a path of our own: a form must not send people elsewhere. */
static const char *
local_path(struct arena *arena, struct str text)
{
	if (text.n == 0 || text.p[0] != '/' || text.n > 500 ||
	    (text.n > 1 && (text.p[1] == '/' || text.p[1] == '\\')) ||
	    !text_is_clean(text, true) || memchr(text.p, '\\', text.n))
		return (NULL);
	return (arena_memdup(arena, text.p, text.n));
}

static enum err
parse_form(struct req *rq)
{
	struct form form;

	if (!form_parse(rq->arena, rq->body, FIELDS_MAX, &form))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "The form is malformed."));
	for (size_t i = 0; i < form.count; i++)
		if (str_is(form.fields[i].name, "next"))
			rq->next = local_path(rq->arena, form.fields[i].value);
	param_form(rq->arena, rq->route->params, IN_BODY, &form,
	    rq->is_form ? skip_reserved : NULL, NULL, &rq->values,
	    &rq->errors);
	param_required(rq->route->params, IN_BODY, &rq->values, &rq->errors);
	return (ERR_OK);
}

static enum err
parse_json(struct req *rq)
{
	struct json_object *object;
	struct json_error error;

	if (!json_parse(rq->arena, rq->body, &object, &error))
		return (req_fail(rq, ERR_INVALID_INPUT, arena_printf(rq->arena,
		    "The JSON is wrong at line %u, column %u: %s", error.line,
		    error.column, error.message)));
	if (!json_is_object(object))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "The body must be a JSON object."));
	param_object(rq->arena, rq->route->params, rq->route->partial, object,
	    &rq->values, &rq->errors);
	return (ERR_OK);
}

/* DELETE does where its row has something to put there. */
static bool
takes_body(const struct req *rq)
{
	if (rq->method == DELETE)
		for (const struct param *p = rq->route->params;
		    p != NULL && p->name != NULL; p++)
			if (p->in == IN_BODY)
				return (true);
	return (rq->method == POST || rq->method == PUT ||
	    rq->method == PATCH);
}

enum err
req_parse_body(struct req *rq)
{
	if (!takes_body(rq)) {
		if (rq->length > 0)
			return (req_fail(rq, ERR_INVALID_INPUT,
			    "This method takes no body."));
		return (ERR_OK);
	}
	if (rq->length == 0) {
		if (!rq->route->partial)
			param_required(rq->route->params, IN_BODY,
			    &rq->values, &rq->errors);
		return (ERR_OK);
	}
	if (type_is(rq, "application/json"))
		return (parse_json(rq));
	if (rq->method == POST &&
	    type_is(rq, "application/x-www-form-urlencoded"))
		return (parse_form(rq));
	return (req_fail(rq, ERR_UNSUPPORTED_MEDIA_TYPE,
	    "Send application/json."));
}

/* --- values ----------------------------------------------------------------- */

static const struct value *
find(const struct req *rq, const char *name)
{
	const struct value *value = values_find(&rq->values, name);
	const struct param *row = rq->route->params;

	if (value != NULL)
		return (value);
	while (row != NULL && row->name != NULL && strcmp(row->name, name) != 0)
		row++;
	ASSERT(row != NULL && row->name != NULL);
	return (NULL);
}

bool
req_has(const struct req *rq, const char *name)
{
	return (find(rq, name) != NULL);
}

struct str
req_str(const struct req *rq, const char *name)
{
	const struct value *value = find(rq, name);

	return (value == NULL ? (struct str){ NULL, 0 } :
	    (struct str){ value->text, value->len });
}

const char *
req_text(const struct req *rq, const char *name)
{
	return (req_str(rq, name).p);
}

int64_t
req_int(const struct req *rq, const char *name, int64_t fallback)
{
	int64_t n;

	if (!text_int(req_str(rq, name), INT64_MIN, INT64_MAX, &n))
		return (fallback);
	return (n);
}

bool
req_bool(const struct req *rq, const char *name)
{
	return (str_is(req_str(rq, name), "true"));
}

/* --- failing ----------------------------------------------------------------- */

enum err
req_fail(struct req *rq, enum err err, const char *detail)
{
	rq->err = err;
	rq->detail = detail;
	return (err);
}

enum err
req_fail_cause(struct req *rq, enum err err, const char *cause)
{
	rq->err = err;
	rq->detail = NULL;
	rq->cause = cause;
	return (err);
}

enum err
req_fail_fields(struct req *rq)
{
	enum err err = field_errors_code(&rq->errors);

	if (err == ERR_OK)
		return (ERR_OK);
	return (req_fail(rq, err, rq->errors.count > 1 ? NULL :
	    arena_printf(rq->arena, "%.*s: %s", FIELD_SHOWN,
	    rq->errors.list[0].field, rq->errors.list[0].message)));
}

enum err
req_fail_field(struct req *rq, enum err err, const char *field,
    const char *message)
{
	field_error(&rq->errors, field, err, message);
	return (req_fail(rq, err, message));
}
