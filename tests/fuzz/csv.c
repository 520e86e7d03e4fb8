/* SPDX-License-Identifier: ISC */
/*
 * The first byte says how large the pieces are, the rest is a file.  Fed at once
 * or in pieces the records are the same, and a file that is read can be written,
 * every cell in quotes, and read again.
 */
#include "fuzz.h"

#include <string.h>

#include "buf.h"
#include "csv.h"

static const struct csv_limits limits = {
	.record_bytes = 2000, .cells = 20, .records = 50
};

/* What is read, written plainly: every cell in quotes. */
static bool
take(void *cls, const struct csv_record *record)
{
	struct buf *out = cls;

	ASSERT(record->count > 0 && record->count <= limits.cells);
	for (unsigned i = 0; i < record->count; i++) {
		struct str cell = record->cells[i];

		ASSERT(text_is_utf8(cell));
		ASSERT(memchr(cell.p, '\0', cell.n) == NULL);
		buf_text(out, i > 0 ? ",\"" : "\"");
		for (size_t k = 0; k < cell.n; k++) {
			buf_char(out, cell.p[k]);
			if (cell.p[k] == '"')
				buf_char(out, '"');
		}
		buf_char(out, '"');
	}
	buf_text(out, "\r\n");
	return (true);
}

static struct csv *
feed(struct arena *arena, struct str text, size_t piece, struct buf *out)
{
	struct csv *csv = csv_new(arena, &limits, take, out);
	size_t at, n;

	buf_init(out, arena, 1 << 20);
	for (at = 0; at < text.n; at += n) {
		n = text.n - at < piece ? text.n - at : piece;
		if (!csv_feed(csv, text.p + at, n))
			break;
	}
	(void)csv_end(csv);
	ASSERT(!out->failed);
	return (csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = fuzz_arena();
	struct buf whole, pieces, again;
	unsigned line, line_too;
	const char *why, *why_too;
	struct str text;

	if (size == 0)
		return (0);
	text = fuzz_text(data + 1, size - 1);
	why = csv_failed(feed(arena, text, text.n, &whole), &line);
	why_too = csv_failed(feed(arena, text, data[0] % 16 + 1, &pieces),
	    &line_too);
	ASSERT(why == why_too && line == line_too);
	ASSERT(whole.len == pieces.len &&
	    memcmp(whole.data, pieces.data, whole.len) == 0);
	if (why != NULL)
		return (0);
	text = (struct str){ whole.data, whole.len };
	/* In quotes it may be longer than what is allowed. */
	why = csv_failed(feed(arena, text, text.n, &again), &line);
	ASSERT(why != NULL || (again.len == whole.len &&
	    memcmp(again.data, whole.data, whole.len) == 0));
	return (0);
}
