/* SPDX-License-Identifier: ISC */
#include "etag.h"

#include <string.h>

#include "arena.h"
#include "check.h"

static const char *const suffixes[] = { "-gzip", "-br", "-zstd", "-deflate" };

const char *
etag_make(struct arena *arena, const char *version, const char *view)
{
	return (arena_printf(arena, "\"%s%s\"", version,
	    view != NULL ? view : ""));
}

/* What stands between the quotes, without a suffix of compression. */
static bool
tag_inside(struct str tag, struct str *inside)
{
	tag = str_trim(tag);
	if (str_starts(tag, "W/")) {
		tag.p += 2;
		tag.n -= 2;
	}
	if (tag.n < 2 || tag.p[0] != '"' || tag.p[tag.n - 1] != '"')
		return (false);
	*inside = (struct str){ tag.p + 1, tag.n - 2 };
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (inside->n > n && memcmp(inside->p + inside->n - n,
		    suffixes[i], n) == 0)
			inside->n -= n;
	}
	return (true);
}

bool
etag_listed(struct str header, const char *etag)
{
	struct str want, piece, have;

	if (header.p == NULL)
		return (false);
	if (str_is(str_trim(header), "*"))
		return (true);
	if (!tag_inside(str_of(etag), &want))
		return (false);
	while (str_split(&header, ',', &piece))
		if (tag_inside(piece, &have) && str_same(have, want))
			return (true);
	return (false);
}

bool
etag_version(struct arena *arena, struct str header, const char **version_out)
{
	struct str inside;
	size_t digits;

	*version_out = NULL;
	if (header.p == NULL || str_is(str_trim(header), "*"))
		return (true);
	if (str_starts(str_trim(header), "W/") || !tag_inside(header, &inside))
		return (false);
	digits = strspn(inside.p, "0123456789");
	if (digits == 0 || digits > 9 || digits > inside.n)
		return (false);
	/* Behind it at most the letter of the view. */
	if (inside.n > digits + 1 || (inside.n == digits + 1 &&
	    (inside.p[digits] < 'a' || inside.p[digits] > 'z')))
		return (false);
	*version_out = arena_memdup(arena, inside.p, digits);
	return (true);
}
