/* SPDX-License-Identifier: ISC */
/*
 * A header, a payload and what follows them, each on a line.  As a whole it must
 * never be believed; signed by our key it may be, and then it says what we would
 * write ourselves.
 */
#include "fuzz.h"

#include <string.h>

#include "flat.h"
#include "forge.h"
#include "jwt.h"

static const char *
copy(struct arena *arena, struct str text)
{
	return (arena_memdup(arena, text.n > 0 ? text.p : "", text.n));
}

/* Members in another order, and claims not known yet, are all that may differ. */
static void
check_header(struct str header)
{
	struct str value;
	struct flat flat;

	ASSERT(flat_parse(header, &flat) && flat.count == 3);
	ASSERT(flat_text(&flat, "alg", &value) && str_is(value, "ES256"));
	ASSERT(flat_text(&flat, "typ", &value) && str_is(value, "at+jwt"));
	ASSERT(flat_text(&flat, "kid", &value) && str_is(value, FORGE_KID));
}

static void
check_claims(struct arena *arena, const struct jwt_claims *claims, int64_t now)
{
	struct jwt_claims again;

	ASSERT(text_is_uuid(str_of(claims->user)));
	ASSERT(text_is_uuid(str_of(claims->session)));
	ASSERT(claims->issued < claims->expires && now < claims->expires);
	ASSERT(jwt_verify(jwt_sign(arena, claims), now, &again) == JWT_OK);
	ASSERT(memcmp(claims, &again, sizeof(again)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_text(data, size), header, payload;
	struct arena *arena = fuzz_arena();
	struct jwt_claims claims;
	struct str token;

	if (forge_key() == NULL)
		forge_keys();
	ASSERT(jwt_verify(rest, 1500, &claims) == JWT_INVALID);
	if (!str_split(&rest, '\n', &header) ||
	    !str_split(&rest, '\n', &payload) || size > 4096 ||
	    memchr(data, '\0', size) != NULL)
		return (0);
	token = forge_token(arena, forge_key(), copy(arena, header),
	    copy(arena, payload));
	if (jwt_verify(token, 1500, &claims) != JWT_OK)
		return (0);
	check_header(header);
	check_claims(arena, &claims, 1500);
	/* Whatever is put behind it belongs to the signature. */
	if (rest.p != NULL && rest.n > 0)
		ASSERT(jwt_verify(str_of(arena_printf(arena, "%s%s", token.p,
		    copy(arena, rest))), 1500, &claims) == JWT_INVALID);
	return (0);
}
