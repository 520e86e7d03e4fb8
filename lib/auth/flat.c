/* SPDX-License-Identifier: ISC */
#include "flat.h"

#define NUMBER_MAX ((INT64_C(1) << 53) - 1)

static bool	take_member(struct str *rest, struct flat_member *out);
static bool	take_text(struct str *rest, struct str *out);
static bool	take_number(struct str *rest, int64_t *out);

static bool
take(struct str *rest, char c)
{
	if (rest->n == 0 || rest->p[0] != c)
		return (false);
	rest->p++;
	rest->n--;
	return (true);
}

static const struct flat_member *
find(const struct flat *flat, struct str name)
{
	for (size_t i = 0; i < flat->count; i++)
		if (str_same(flat->list[i].name, name))
			return (&flat->list[i]);
	return (NULL);
}

bool
flat_parse(struct str json, struct flat *out)
{
	struct flat_member member;

	out->count = 0;
	if (!take(&json, '{'))
		return (false);
	do {
		if (out->count == FLAT_MAX || !take_member(&json, &member) ||
		    find(out, member.name) != NULL)
			return (false);
		out->list[out->count++] = member;
	} while (take(&json, ','));
	return (take(&json, '}') && json.n == 0);
}

bool
flat_text(const struct flat *flat, const char *name, struct str *out)
{
	const struct flat_member *member = find(flat, str_of(name));

	if (member == NULL || member->is_number)
		return (false);
	*out = member->text;
	return (true);
}

bool
flat_number(const struct flat *flat, const char *name, int64_t *out)
{
	const struct flat_member *member = find(flat, str_of(name));

	if (member == NULL || !member->is_number)
		return (false);
	*out = member->number;
	return (true);
}

static bool
take_member(struct str *rest, struct flat_member *out)
{
	*out = (struct flat_member){ 0 };
	if (!take_text(rest, &out->name) || !take(rest, ':'))
		return (false);
	if (take_text(rest, &out->text))
		return (true);
	out->is_number = true;
	return (take_number(rest, &out->number));
}

/* Printable ASCII in quotes, without quotes and backslashes inside. */
static bool
take_text(struct str *rest, struct str *out)
{
	size_t n;

	if (rest->n == 0 || rest->p[0] != '"')
		return (false);
	for (n = 1; n < rest->n && rest->p[n] != '"'; n++)
		if (rest->p[n] < 0x20 || rest->p[n] > 0x7e ||
		    rest->p[n] == '\\')
			return (false);
	if (n == rest->n)
		return (false);
	*out = (struct str){ rest->p + 1, n - 1 };
	rest->p += n + 1;
	rest->n -= n + 1;
	return (true);
}

static bool
take_number(struct str *rest, int64_t *out)
{
	struct str digits = { rest->p, 0 };

	while (digits.n < rest->n && rest->p[digits.n] >= '0' &&
	    rest->p[digits.n] <= '9')
		digits.n++;
	rest->p += digits.n;
	rest->n -= digits.n;
	return (text_int(digits, 0, NUMBER_MAX, out));
}
