/* SPDX-License-Identifier: ISC */
/*
 * An address that passes can stand in an SMTP command and in a header.
 */
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size), folded;
	size_t i, ats = 0;

	if (!text_is_email(text))
		return (0);
	ASSERT(size >= 3 && size <= 254);
	for (i = 0; i < size; i++) {
		ASSERT(data[i] > ' ' && data[i] < 0x7f);
		ASSERT(strchr("<>()[],;:\\\"", data[i]) == NULL);
		ats += data[i] == '@';
	}
	ASSERT(ats == 1);
	ASSERT(text_is_clean(text, true));
	ASSERT(text_fold(fuzz_arena(), text, &folded));
	ASSERT(text_is_email(folded));
	return (0);
}
