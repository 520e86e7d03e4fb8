/* SPDX-License-Identifier: ISC */
/*
 * A time that was read and is written reads the same, and is a time in UTC.
 */
#include "fuzz.h"

#include "when.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char utc[WHEN_SIZE], http[30];
	int64_t ms, again;

	if (!when_parse(fuzz_text(data, size), &ms))
		return (0);
	when_format(ms, utc);
	when_http(ms, http);
	ASSERT(str_of(utc).n == WHEN_SIZE - 1 && utc[WHEN_SIZE - 2] == 'Z');
	ASSERT(str_of(http).n == 29);
	ASSERT(when_parse(str_of(utc), &again));
	ASSERT(again == ms);
	return (0);
}
