/* SPDX-License-Identifier: ISC */
/*
 * The first line is a Cookie header, the rest a value to write.  A value that
 * is found can be written, and one that is written is found again, alone.
 */
#include "fuzz.h"

#include <string.h>

#include "buf.h"
#include "cookie.h"

static void
write_and_find(struct arena *arena, struct str value, bool must)
{
	struct cookie cookie = {
		.name = "jwt", .value = value, .path = "/", .max_age = 1,
		.secure = true,
	};
	struct str header, found;
	struct buf buf;

	buf_init(&buf, arena, value.n + 200);
	if (!cookie_write(&buf, &cookie)) {
		ASSERT(!must && buf.len == 0);
		return;
	}
	ASSERT(!buf.failed && strlen(buf.data) == buf.len);
	ASSERT(strpbrk(buf.data, "\r\n") == NULL);
	header = (struct str){ buf.data, buf.len };
	if (header.n > COOKIE_MAX_HEADER)
		return;
	ASSERT(cookie_find(header, "jwt", &found));
	ASSERT(str_same(found, value));
	ASSERT(!cookie_find(header, "Domain", &found));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_text(data, size), header, value;
	struct arena *arena = fuzz_arena();

	if (!str_split(&rest, '\n', &header))
		return (0);
	if (cookie_find(header, "jwt", &value))
		write_and_find(arena, value, true);
	if (rest.p != NULL)
		write_and_find(arena, rest, false);
	return (0);
}
