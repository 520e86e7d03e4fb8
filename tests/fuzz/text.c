/* SPDX-License-Identifier: ISC */
/*
 * Normal forms stay as they are, decoding shortens, numbers keep their range.
 */
#include "fuzz.h"

#include "buf.h"
#include "json.h"

static void
try_forms(struct arena *arena, struct str text)
{
	struct str normal, again;

	if (!text_nfc(arena, text, &normal)) {
		ASSERT(!text_is_utf8(text));
		return;
	}
	ASSERT(text_is_utf8(normal));
	ASSERT(text_nfc(arena, normal, &again));
	ASSERT(str_same(normal, again));
	ASSERT(text_length(normal) <= 3 * text_length(text));
	ASSERT(text_fold(arena, text, &again) && text_is_utf8(again));
}

/* What buf_json() writes is JSON, whatever the bytes. */
static void
try_escaping(struct arena *arena, struct str text)
{
	struct json_error error;
	struct buf buf;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\0')
			return;		/* \u0000 is written, not accepted */
	buf_init(&buf, arena, 6 * text.n + 2);
	buf_json(&buf, text.p, text.n);
	ASSERT(!buf.failed);
	ASSERT(json_scan((struct str){ buf.data, buf.len }, &error));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size), decoded, again;
	struct arena *arena = fuzz_arena();
	struct buf buf;
	int64_t n;

	try_forms(arena, text);
	try_escaping(arena, text);
	if (text_url_decode(arena, text, true, &decoded))
		ASSERT(decoded.n <= text.n);
	buf_init(&buf, arena, 3 * size);
	buf_url(&buf, text.p, text.n);
	ASSERT(text_url_decode(arena, (struct str){ buf.data, buf.len }, false,
	    &again));
	ASSERT(str_same(again, text));
	if (text_int(text, -5, 1000, &n))
		ASSERT(n >= -5 && n <= 1000);
	if (text_seconds(text, &n) || text_bytes(text, &n))
		ASSERT(n >= 0);
	return (0);
}
