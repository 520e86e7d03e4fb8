/* SPDX-License-Identifier: ISC */
/*
 * Fields between &, name before the first =.
 */
#include "form.h"

#include <string.h>

#include "arena.h"

static bool	decode(struct arena *arena, struct str text, struct str *out,
		    const char **mistake);
static bool	refuse(struct form *form, const char *mistake);

bool
form_parse(struct arena *arena, struct str text, size_t max_fields,
    struct form *out)
{
	struct field *field;
	struct str piece, name;

	if (max_fields > FORM_MAX_FIELDS)
		max_fields = FORM_MAX_FIELDS;
	*out = (struct form){
		.fields = arena_array(arena, max_fields, sizeof(*out->fields)),
	};
	while (str_split(&text, '&', &piece)) {
		if (piece.n == 0)
			continue;
		if (out->count == max_fields)
			return (refuse(out, "There are too many fields."));
		field = &out->fields[out->count];
		str_split(&piece, '=', &name);
		if (!decode(arena, name, &field->name, &out->mistake) ||
		    !decode(arena, piece, &field->value, &out->mistake))
			return (refuse(out, out->mistake));
		if (field->name.n == 0)
			return (refuse(out, "A field has no name."));
		out->count++;
	}
	return (true);
}

static bool
decode(struct arena *arena, struct str text, struct str *out,
    const char **mistake)
{
	if (!text_url_decode(arena, text, true, out))
		*mistake = "A percent sign is not followed by two "
		    "hexadecimal digits.";
	else if (!text_is_utf8(*out))
		*mistake = "A field is not UTF-8.";
	else if (memchr(out->p, '\0', out->n) != NULL)
		*mistake = "A field holds a NUL.";
	else
		return (true);
	return (false);
}

static bool
refuse(struct form *form, const char *mistake)
{
	form->count = 0;
	form->mistake = mistake;
	return (false);
}
