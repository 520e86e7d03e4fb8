/* SPDX-License-Identifier: ISC */
/*
 * The first byte says how large the pieces are, the rest is a form with the
 * boundary "b".  Fed at once or in pieces, the result is the same.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "multipart.h"

static const struct multipart_limits limits = {
	.parts = 8, .field_bytes = 200, .file_bytes = 2000, .memory_bytes = 40,
	.directory = "/tmp",
};

static struct multipart *
feed(struct arena *arena, struct str text, size_t piece)
{
	struct multipart *form = multipart_new(arena, STR("b"), &limits);
	size_t at, n;

	for (at = 0; at < text.n; at += n) {
		n = text.n - at < piece ? text.n - at : piece;
		if (!multipart_feed(form, text.p + at, n))
			break;
	}
	multipart_end(form);
	return (form);
}

static struct str
content(struct arena *arena, const struct multipart_part *part)
{
	char *data;

	ASSERT(part->size <= (part->is_file ? limits.file_bytes :
	    limits.field_bytes));
	if (part->fd < 0) {
		ASSERT(part->size == part->data.n);
		return (part->data);
	}
	ASSERT(part->is_file && part->size > limits.memory_bytes);
	data = arena_alloc(arena, part->size + 1);
	ASSERT(read(part->fd, data, part->size + 1) == (ssize_t)part->size);
	return ((struct str){ data, part->size });
}

static void
compare(struct arena *arena, const struct multipart_part *a,
    const struct multipart_part *b)
{
	ASSERT(str_same(a->name, b->name) && a->name.n > 0);
	ASSERT(str_same(a->file_name, b->file_name));
	ASSERT(str_same(a->type, b->type));
	ASSERT(a->is_file == b->is_file && a->size == b->size);
	ASSERT(str_same(content(arena, a), content(arena, b)));
	ASSERT(text_is_clean(a->name, true));
	ASSERT(text_is_clean(a->file_name, true));
	ASSERT(a->file_name.n == 0 || (
	    memchr(a->file_name.p, '/', a->file_name.n) == NULL &&
	    memchr(a->file_name.p, '\\', a->file_name.n) == NULL));
	ASSERT(!str_is(a->file_name, "..") && !str_is(a->file_name, "."));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = fuzz_arena();
	struct multipart *whole, *pieces;
	const char *why, *why_too;
	struct str text, boundary;
	size_t i;

	if (size == 0)
		return (0);
	text = fuzz_text(data + 1, size - 1);
	multipart_boundary(text, &boundary);
	whole = feed(arena, text, text.n);
	pieces = feed(arena, text, data[0] % 64 + 1);
	ASSERT(multipart_failed(whole, &why) ==
	    multipart_failed(pieces, &why_too));
	ASSERT(multipart_failed(whole, &why) != MULTIPART_STORAGE);
	if (multipart_failed(whole, &why) != MULTIPART_OK) {
		ASSERT(strcmp(why, why_too) == 0);
		return (0);
	}
	ASSERT(multipart_count(whole) == multipart_count(pieces));
	for (i = 0; i < multipart_count(whole); i++)
		compare(arena, multipart_part(whole, i),
		    multipart_part(pieces, i));
	return (0);
}
