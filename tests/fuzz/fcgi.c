/* SPDX-License-Identifier: ISC */
/*
 * What a responder sends back: records, and in them a CGI answer.  It does not
 * matter in which pieces they come.
 */
#include "fuzz.h"

#include <string.h>

#include "buf.h"
#include "client.h"

#define ANSWER_MAX 65536

/* All that comes of these bytes, fed `step` at a time. */
static enum fcgi_stream
feed(struct arena *arena, struct str bytes, size_t step, struct buf *out)
{
	enum fcgi_stream end = FCGI_MORE;
	size_t from = 0, to = 0, used;

	buf_init(out, arena, ANSWER_MAX);
	while (end == FCGI_MORE && to < bytes.n) {
		to = step < bytes.n - to ? to + step : bytes.n;
		end = fcgi_records((struct str){ bytes.p + from, to - from },
		    &used, out);
		ASSERT(used <= to - from);
		from += used;
	}
	return (end);
}

static void
look(struct str text)
{
	struct fcgi_answer answer;
	struct str value;

	if (!fcgi_answer_parse(text, &answer))
		return;
	ASSERT(answer.status >= 100 && answer.status <= 599);
	ASSERT(answer.headers.n > 0);
	ASSERT(answer.headers.n + answer.body.n < text.n);
	value = fcgi_answer_header(&answer, "Status");
	ASSERT(value.n == 0 || memchr(value.p, '\n', value.n) == NULL);
	if (value.p == NULL)
		ASSERT(answer.status == 200);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = fuzz_arena();
	struct str bytes = fuzz_text(data, size);
	enum fcgi_stream whole, pieces;
	struct buf a, b;

	look(bytes);
	whole = feed(arena, bytes, size > 0 ? size : 1, &a);
	pieces = feed(arena, bytes, 3, &b);
	ASSERT(whole == pieces);
	ASSERT(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
	look((struct str){ a.data, a.len });
	return (0);
}
