/* SPDX-License-Identifier: ISC */
/*
 * Content-Disposition as browsers and scripts write it.  A file name comes as
 * filename="…" in raw UTF-8 or as filename*=UTF-8''…, which wins; whichever it
 * is, only what follows the last slash or backslash is kept.
 */
#include "multipart_header.h"

#include <string.h>

#include "arena.h"
#include "multipart.h"

#define NAME_MAX_BYTES	200

/* What was seen of one part. */
struct header {
	struct arena	*arena;
	struct str	 disposition;	/* p is NULL when absent */
	struct str	 type;
	const char	*mistake;
};

/* The parameters of Content-Disposition that we read. */
struct disposition {
	struct str	name, file_name, file_name_star;
};

static bool	read_line(struct header *header, struct str line);
static bool	read_field(struct header *header, struct str name,
		    struct str value);
static bool	read_disposition(struct header *header,
		    struct multipart_part *part);
static bool	take_params(struct header *header, struct str rest,
		    struct disposition *seen);
static bool	decode_star(struct arena *arena, struct str text,
		    struct str *out);
static struct str unquote(struct arena *arena,
		    const struct header_param *param);
static struct str last_component(struct str path);
static bool	take_token(struct str *rest, struct str *token);
static bool	take_quoted(struct str *rest, struct str *raw);
static bool	is_token_char(char c);
static char	lower(char c);
static bool	set_once(struct str *where, struct str value);
static bool	fail(struct header *header, const char *mistake);

bool
header_value(struct str *rest, struct str *value)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != ';')
		n++;
	*value = str_trim((struct str){ rest->p, n });
	rest->p += n;
	rest->n -= n;
	return (value->n > 0);
}

bool
header_param(struct str *rest, struct header_param *param)
{
	struct str at = str_trim(*rest);

	if (at.n == 0) {
		*rest = at;
		return (false);
	}
	if (at.p[0] != ';')
		return (false);
	at = str_trim((struct str){ at.p + 1, at.n - 1 });
	if (!take_token(&at, &param->name) || at.n == 0 || at.p[0] != '=')
		return (false);
	at.p++;
	at.n--;
	param->is_quoted = at.n > 0 && at.p[0] == '"';
	if (param->is_quoted ? !take_quoted(&at, &param->raw) :
	    !take_token(&at, &param->raw))
		return (false);
	*rest = at;
	return (true);
}

bool
str_is_caseless(struct str a, const char *b)
{
	size_t i;

	if (a.n != strlen(b))
		return (false);
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b[i]))
			return (false);
	return (true);
}

const char *
multipart_header(struct arena *arena, struct str lines,
    struct multipart_part *part)
{
	struct header header = { .arena = arena };
	struct str line;

	while (str_split(&lines, '\n', &line) && lines.p != NULL)
		if (!read_line(&header, line))
			return (header.mistake);
	if (!read_disposition(&header, part))
		return (header.mistake);
	if (header.type.p != NULL)
		part->type = (struct str){ arena_memdup(arena, header.type.p,
		    header.type.n), header.type.n };
	return (NULL);
}

static bool
read_line(struct header *header, struct str line)
{
	struct str name;

	if (line.n == 0 || line.p[line.n - 1] != '\r')
		return (fail(header,
		    "A line in the header of a part does not end in CRLF."));
	line.n--;
	if (!text_is_clean(line, false) ||
	    memchr(line.p, '\r', line.n) != NULL)
		return (fail(header, "The header of a part holds a control "
		    "character or bytes that are not UTF-8."));
	if (!take_token(&line, &name) || line.n == 0 || line.p[0] != ':')
		return (fail(header,
		    "A line in the header of a part is malformed."));
	return (read_field(header, name,
	    str_trim((struct str){ line.p + 1, line.n - 1 })));
}

static bool
read_field(struct header *header, struct str name, struct str value)
{
	bool is_new = true;

	if (str_is_caseless(name, "content-disposition"))
		is_new = set_once(&header->disposition, value);
	else if (str_is_caseless(name, "content-type"))
		is_new = set_once(&header->type, value);
	else if (str_is_caseless(name, "content-transfer-encoding") &&
	    !str_is_caseless(value, "binary") &&
	    !str_is_caseless(value, "8bit") &&
	    !str_is_caseless(value, "7bit"))
		return (fail(header, "A part has a Content-Transfer-Encoding, "
		    "which forms do not use."));
	if (!is_new)
		return (fail(header, "A header of a part occurs twice."));
	return (true);
}

static bool
read_disposition(struct header *header, struct multipart_part *part)
{
	struct str rest = header->disposition, value, file_name;
	struct disposition seen = { 0 };

	if (rest.p == NULL || !header_value(&rest, &value) ||
	    !str_is_caseless(value, "form-data"))
		return (fail(header,
		    "A part has no Content-Disposition of a form."));
	if (!take_params(header, rest, &seen))
		return (false);
	if (seen.name.n == 0 || seen.name.n > NAME_MAX_BYTES ||
	    !text_is_clean(seen.name, true))
		return (fail(header, "A part has no proper name."));

	file_name = seen.file_name;
	if (seen.file_name_star.p != NULL && !decode_star(header->arena,
	    seen.file_name_star, &file_name))
		return (fail(header, "A file name is malformed."));
	part->name = seen.name;
	part->is_file = file_name.p != NULL;
	part->file_name = last_component(file_name);
	if (!text_is_clean(part->file_name, true))
		return (fail(header,
		    "A file name holds a control character."));
	return (true);
}

static bool
take_params(struct header *header, struct str rest, struct disposition *seen)
{
	struct header_param param;
	bool is_new = true;

	while (is_new && header_param(&rest, &param)) {
		if (str_is_caseless(param.name, "name"))
			is_new = set_once(&seen->name,
			    unquote(header->arena, &param));
		else if (str_is_caseless(param.name, "filename"))
			is_new = set_once(&seen->file_name,
			    unquote(header->arena, &param));
		else if (str_is_caseless(param.name, "filename*"))
			is_new = set_once(&seen->file_name_star, param.raw);
	}
	if (!is_new)
		return (fail(header,
		    "A parameter of Content-Disposition occurs twice."));
	if (rest.n > 0)
		return (fail(header, "Content-Disposition is malformed."));
	return (true);
}

/* UTF-8'language'percent-encoded (RFC 8187) */
static bool
decode_star(struct arena *arena, struct str text, struct str *out)
{
	struct str charset, language;

	return (str_split(&text, '\'', &charset) &&
	    str_split(&text, '\'', &language) && text.p != NULL &&
	    str_is_caseless(charset, "utf-8") &&
	    text_url_decode(arena, text, false, out));
}

/* Only \" and \\ are escapes; browsers send other backslashes as they are. */
static struct str
unquote(struct arena *arena, const struct header_param *param)
{
	struct str raw = param->raw;
	size_t i, n = 0;
	char *text;

	text = arena_alloc(arena, raw.n + 1);
	for (i = 0; i < raw.n; i++) {
		if (param->is_quoted && raw.p[i] == '\\' && i + 1 < raw.n &&
		    (raw.p[i + 1] == '"' || raw.p[i + 1] == '\\'))
			i++;
		text[n++] = raw.p[i];
	}
	return ((struct str){ text, n });
}

static struct str
last_component(struct str path)
{
	size_t i;

	for (i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/' || path.p[i - 1] == '\\')
			break;
	if (i > 0)
		path = (struct str){ path.p + i, path.n - i };
	if (str_is(path, ".") || str_is(path, ".."))
		path.n = 0;
	return (path);
}

static bool
take_token(struct str *rest, struct str *token)
{
	size_t n = 0;

	while (n < rest->n && is_token_char(rest->p[n]))
		n++;
	*token = (struct str){ rest->p, n };
	rest->p += n;
	rest->n -= n;
	return (n > 0);
}

static bool
take_quoted(struct str *rest, struct str *raw)
{
	size_t n;

	for (n = 1; n < rest->n && rest->p[n] != '"'; n++)
		if (rest->p[n] == '\\' && n + 1 < rest->n &&
		    (rest->p[n + 1] == '"' || rest->p[n + 1] == '\\'))
			n++;
	if (n >= rest->n)
		return (false);
	*raw = (struct str){ rest->p + 1, n - 1 };
	rest->p += n + 1;
	rest->n -= n + 1;
	return (true);
}

/* tchar of RFC 9110 */
static bool
is_token_char(char c)
{
	return (c > ' ' && c <= '~' &&
	    strchr("()<>@,;:\\\"/[]?={}", c) == NULL);
}

static char
lower(char c)
{
	return ((char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
}

static bool
set_once(struct str *where, struct str value)
{
	if (where->p != NULL)
		return (false);
	*where = value;
	return (true);
}

static bool
fail(struct header *header, const char *mistake)
{
	header->mistake = mistake;
	return (false);
}
