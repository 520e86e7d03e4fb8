/* SPDX-License-Identifier: ISC */
/*
 * How each type of parameter is judged as text.
 */
#include "param_kind.h"

#include <string.h>

#include "arena.h"
#include "check.h"
#include "json.h"
#include "url.h"
#include "when.h"

#define LINE_MAX	1000		/* code points, if its row is silent */
#define TEXT_MAX	100000

static param_check check_line, check_text, check_secret, check_email;
static param_check check_url, check_uuid, check_int, check_number, check_bool;
static param_check check_time, check_choice;

/* How each type is checked as text, and what JSON Schema calls it. */
const struct param_kind param_kinds[] = {
	[PARAM_LINE] =	  { check_line, false, "\"type\":\"string\"" },
	[PARAM_TEXT] =	  { check_text, false, "\"type\":\"string\"" },
	[PARAM_SECRET] =  { check_secret, false,
	    "\"type\":\"string\",\"format\":\"password\"" },
	[PARAM_EMAIL] =	  { check_email, false,
	    "\"type\":\"string\",\"format\":\"email\"" },
	[PARAM_URL] =	  { check_url, false,
	    "\"type\":\"string\",\"format\":\"uri\"" },
	[PARAM_UUID] =	  { check_uuid, false,
	    "\"type\":\"string\",\"format\":\"uuid\"" },
	[PARAM_INT] =	  { check_int, false, "\"type\":\"integer\"" },
	[PARAM_NUMBER] =  { check_number, false, "\"type\":\"number\"" },
	[PARAM_BOOL] =	  { check_bool, false, "\"type\":\"boolean\"" },
	[PARAM_TIME] =	  { check_time, false,
	    "\"type\":\"string\",\"format\":\"date-time\"" },
	[PARAM_CHOICE] =  { check_choice, false, "\"type\":\"string\"" },
	[PARAM_LINES] =	  { check_line, true,
	    "\"type\":\"array\",\"items\":{\"type\":\"string\"}" },
	[PARAM_UUIDS] =	  { check_uuid, true, "\"type\":\"array\",\"items\":"
	    "{\"type\":\"string\",\"format\":\"uuid\"}" },
	[PARAM_OBJECT] =  { NULL, false, NULL },
	[PARAM_OBJECTS] = { NULL, true, NULL },
	[PARAM_JSON] =	  { NULL, false, "\"type\":\"object\"" },
};

static enum err
check_length(struct arena *arena, const struct param *param, struct str text,
    size_t fallback, const char **message)
{
	size_t length = text_length(text);
	size_t max = param->max > 0 ? (size_t)param->max : fallback;

	if (length == 0 && (param->required || param->min > 0)) {
		*message = "It must not be empty.";
		return (ERR_MISSING_REQUIRED_FIELD);
	}
	if (length < (size_t)param->min) {
		*message = arena_printf(arena,
		    "It needs at least %lld characters.",
		    (long long)param->min);
		return (ERR_VALIDATION_ERROR);
	}
	if (length > max) {
		*message = arena_printf(arena,
		    "It may have at most %zu characters.", max);
		return (ERR_VALIDATION_ERROR);
	}
	return (ERR_OK);
}

static enum err
check_clean(struct arena *arena, const struct param *param, struct str in,
    bool line, struct str *out, const char **message)
{
	if (!text_nfc(arena, line ? str_trim(in) : in, out)) {
		*message = "It is not valid UTF-8.";
		return (ERR_INVALID_FORMAT);
	}
	if (!text_is_clean(*out, line)) {
		*message = line ?
		    "It must be one line without control characters." :
		    "It must not contain control characters.";
		return (ERR_INVALID_FORMAT);
	}
	return (check_length(arena, param, *out, line ? LINE_MAX : TEXT_MAX,
	    message));
}

static enum err
check_line(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	enum err err = check_clean(arena, param, in, true, out, message);

	if (err == ERR_OK && param->folded && !text_fold(arena, *out, out))
		err = ERR_INVALID_FORMAT;
	return (err);
}

static enum err
check_text(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	return (check_clean(arena, param, in, false, out, message));
}

static enum err
check_secret(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	if (!text_is_utf8(in) || memchr(in.p, '\0', in.n) != NULL) {
		*message = "It is not valid UTF-8 text.";
		return (ERR_INVALID_FORMAT);
	}
	*out = in;
	return (check_length(arena, param, in, LINE_MAX, message));
}

static enum err
check_email(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	struct str trimmed = str_trim(in);

	if (trimmed.n == 0 && param->required) {
		*message = "It must not be empty.";
		return (ERR_MISSING_REQUIRED_FIELD);
	}
	if (!text_is_email(trimmed) || !text_fold(arena, trimmed, out)) {
		*message = "It is not an e-mail address.";
		return (ERR_INVALID_FORMAT);
	}
	return (ERR_OK);
}

static enum err
check_url(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	const char *fault;

	*out = str_trim(in);
	if (out->n == 0 && param->required) {
		*message = "It must not be empty.";
		return (ERR_MISSING_REQUIRED_FIELD);
	}
	fault = url_web_fault(arena, *out);
	if (fault == NULL)
		return (ERR_OK);
	*message = arena_printf(arena, "It %s.", fault);
	return (ERR_INVALID_FORMAT);
}

static enum err
check_uuid(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	(void)arena;
	if (!text_is_uuid(in)) {
		*message = "It is not an id (a lowercase UUID).";
		return (param->in == IN_PATH ? ERR_RESOURCE_NOT_FOUND :
		    ERR_INVALID_FORMAT);
	}
	*out = in;
	return (ERR_OK);
}

static enum err
check_int(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	int64_t min = param->min, max = param->max, n;

	if (min == 0 && max == 0) {
		min = INT64_MIN;
		max = INT64_MAX;
	}
	if (!text_int(in, INT64_MIN, INT64_MAX, &n)) {
		*message = "It is not a whole number.";
		return (ERR_INVALID_FORMAT);
	}
	if (n < min || n > max) {
		*message = arena_printf(arena,
		    "It must lie between %lld and %lld.", (long long)min,
		    (long long)max);
		return (ERR_VALIDATION_ERROR);
	}
	*out = str_of(arena_printf(arena, "%lld", (long long)n));
	return (ERR_OK);
}

static enum err
check_number(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	struct json_error wrong;

	(void)arena;
	(void)param;
	if (in.n == 0 || strchr("-0123456789", in.p[0]) == NULL ||
	    !json_scan(in, &wrong)) {
		*message = "It is not a number.";
		return (ERR_INVALID_FORMAT);
	}
	*out = in;
	return (ERR_OK);
}

static enum err
check_bool(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	static const char *const yes[] = { "true", "1", "on", "yes" };
	static const char *const no[] = { "false", "0", "off", "no" };

	(void)arena;
	(void)param;
	for (size_t i = 0; i < COUNT_OF(yes); i++) {
		if (str_is(in, yes[i]) || str_is(in, no[i])) {
			*out = str_is(in, yes[i]) ? STR("true") : STR("false");
			return (ERR_OK);
		}
	}
	*message = "It is neither true nor false.";
	return (ERR_INVALID_FORMAT);
}

static enum err
check_time(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	char text[WHEN_SIZE];
	int64_t ms;

	(void)param;
	if (!when_parse(in, &ms)) {
		*message = "It is not a time like 2026-11-20T13:40:00Z.";
		return (ERR_INVALID_FORMAT);
	}
	when_format(ms, text);
	*out = str_of(arena_strdup(arena, text));
	return (ERR_OK);
}

static enum err
check_choice(struct arena *arena, const struct param *param, struct str in,
    struct str *out, const char **message)
{
	struct str rest = str_of(param->choices), choice;

	while (str_split(&rest, ' ', &choice)) {
		if (str_same(choice, in)) {
			*out = in;
			return (ERR_OK);
		}
	}
	*message = arena_printf(arena, "It must be one of: %s.",
	    param->choices);
	return (ERR_INVALID_FORMAT);
}
