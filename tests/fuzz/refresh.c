/* SPDX-License-Identifier: ISC */
/*
 * A refresh token that nobody made is refused, and one that says the same session
 * and generation is made again to the byte.
 */
#include "fuzz.h"

#include <string.h>

#include "refresh.h"

#define KEY STR("a key of thirty-two bytes or more")

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str token = fuzz_text(data, size), rest = token, session, number;
	struct arena *arena = fuzz_arena();
	struct refresh refresh, out;

	/* No HMAC is ever guessed: the seeds hold none of this key. */
	ASSERT(!refresh_check(arena, KEY, token, &out));
	if (!str_split(&rest, '.', &session) || !text_is_uuid(session) ||
	    !str_split(&rest, '.', &number) ||
	    !text_int(number, 0, INT32_MAX, &refresh.generation))
		return (0);
	memcpy(refresh.session, session.p, session.n);
	refresh.session[session.n] = '\0';
	token = refresh_make(arena, KEY, &refresh);
	ASSERT(refresh_check(arena, KEY, token, &out));
	ASSERT(strcmp(out.session, refresh.session) == 0);
	ASSERT(out.generation == refresh.generation);
	return (0);
}
