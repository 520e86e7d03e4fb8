/* SPDX-License-Identifier: ISC */
/*
 * Whatever is encoded can be decoded, and no two texts mean the same bytes.
 */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size), coded, plain;
	struct arena *arena = fuzz_arena();

	coded = text_base64url(arena, data, size);
	ASSERT(text_base64url_decode(arena, coded, &plain));
	ASSERT(str_same(plain, text));
	if (text_base64url_decode(arena, text, &plain))
		ASSERT(str_same(text_base64url(arena, plain.p, plain.n), text));
	return (0);
}
