/* SPDX-License-Identifier: ISC */
/*
 * Fields that were read and are written again read the same.
 */
#include "fuzz.h"

#include <string.h>

#include "buf.h"
#include "form.h"

static void
write_form(struct buf *out, const struct form *form)
{
	const struct field *field;
	size_t i;

	for (i = 0; i < form->count; i++) {
		field = &form->fields[i];
		if (i > 0)
			buf_char(out, '&');
		buf_url(out, field->name.p, field->name.n);
		buf_char(out, '=');
		buf_url(out, field->value.p, field->value.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = fuzz_arena();
	struct form form, again;
	struct buf buf;
	size_t i;

	if (!form_parse(arena, fuzz_text(data, size), FORM_MAX_FIELDS, &form)) {
		ASSERT(form.count == 0 && form.mistake != NULL);
		return (0);
	}
	buf_init(&buf, arena, 4 * size + 2 * FORM_MAX_FIELDS);
	write_form(&buf, &form);
	ASSERT(!buf.failed);
	ASSERT(form_parse(arena, (struct str){ buf.data, buf.len },
	    FORM_MAX_FIELDS, &again));
	ASSERT(again.count == form.count);
	for (i = 0; i < form.count; i++) {
		ASSERT(str_same(form.fields[i].name, again.fields[i].name));
		ASSERT(str_same(form.fields[i].value, again.fields[i].value));
		ASSERT(text_is_utf8(form.fields[i].value));
		ASSERT(strlen(form.fields[i].value.p) ==
		    form.fields[i].value.n);
	}
	return (0);
}
