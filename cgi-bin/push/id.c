/* SPDX-License-Identifier: ISC */
#include "id.h"

#include <stdio.h>

bool
id_parse(struct str text, struct id *out)
{
	uint64_t words[2] = { 0, 0 };
	unsigned digits = 0;

	if (!text_is_uuid(text))
		return (false);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '-')
			continue;
		words[digits++ / 16] <<= 4;
		words[(digits - 1) / 16] |= (uint64_t)(c <= '9' ? c - '0' :
		    c - 'a' + 10);
	}
	*out = (struct id){ words[0], words[1] };
	return (true);
}

void
id_format(const struct id *id, char out[UUID_SIZE])
{
	snprintf(out, UUID_SIZE, "%08x-%04x-%04x-%04x-%012llx",
	    (unsigned)(id->hi >> 32), (unsigned)(id->hi >> 16 & 0xffff),
	    (unsigned)(id->hi & 0xffff), (unsigned)(id->lo >> 48),
	    (unsigned long long)(id->lo & 0xffffffffffff));
}

uint64_t
id_hash(uint64_t before, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		before = (before ^ (unsigned char)text[i]) *
		    UINT64_C(1099511628211);
	return (before);
}

int
id_compare(const void *a, const void *b)
{
	const struct id *x = a, *y = b;

	if (x->hi != y->hi)
		return (x->hi < y->hi ? -1 : 1);
	return (x->lo < y->lo ? -1 : x->lo > y->lo);
}
