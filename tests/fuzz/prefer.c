/* SPDX-License-Identifier: ISC */
/*
 * A Prefer header.  What is found lies inside it, and what is put in front of
 * anything is found there.
 */
#include "fuzz.h"

#include <string.h>

#include "buf.h"
#include "prefer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str header = fuzz_text(data, size), value;
	struct buf before;

	if (prefer_find(header, "respond-async", &value) && value.n > 0)
		ASSERT(value.p >= header.p &&
		    value.p + value.n <= header.p + header.n);
	buf_init(&before, fuzz_arena(), size + 100);
	buf_text(&before, "wait=\"1, 2\" ; x=\"\\\"\", Respond-Async=\"now\",");
	buf_add(&before, data, size);
	ASSERT(prefer_find((struct str){ before.data, before.len },
	    "respond-async", &value));
	ASSERT(str_is(value, "now"));
	return (0);
}
