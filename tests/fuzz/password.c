/* SPDX-License-Identifier: ISC */
/*
 * A password, an address and a name, each on a line, are judged; what is too
 * short, not UTF-8 or one's own address never passes.  The whole is then read as a kept hash: one
 * that is taken is written again to the byte.
 */
#include "fuzz.h"

#include <ctype.h>
#include <string.h>

#include "common.h"
#include "password.h"
#include "scrypt.h"

/* Of a length and of characters that an address could be. */
static bool
is_one_word(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80 ||
		    !isalnum((unsigned char)text.p[i]))
			return (false);
	return (text.n >= PASSWORD_MIN && text.n <= COMMON_LOOKED_AT);
}

static void
judge(struct str password, struct str email, struct str name)
{
	enum password_fault fault = password_judge(password, email, name);

	if (!text_is_utf8(password) || (password.n > 0 &&
	    memchr(password.p, '\0', password.n) != NULL))
		ASSERT(fault == PASSWORD_MALFORMED || fault == PASSWORD_LONG);
	else if (password.n < PASSWORD_MIN)
		ASSERT(fault == PASSWORD_SHORT);
	else
		ASSERT(fault != PASSWORD_MALFORMED);
	if (is_one_word(password))
		ASSERT(password_judge(password, password, name) ==
		    PASSWORD_COMMON);
}

static void
read_hash(struct arena *arena, struct str text)
{
	const char *copy = arena_memdup(arena, text.n > 0 ? text.p : "", text.n);
	char again[PASSWORD_HASH_SIZE];
	struct scrypt scrypt;

	if (!scrypt_parse(copy, &scrypt))
		return;
	ASSERT(scrypt_cost_is_sane(&scrypt.cost));
	scrypt_format(&scrypt, again);
	ASSERT(strcmp(copy, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = fuzz_text(data, size), password;
	struct str email = { NULL, 0 }, name = { NULL, 0 };

	read_hash(fuzz_arena(), rest);
	if (!str_split(&rest, '\n', &password))
		return (0);
	if (str_split(&rest, '\n', &email))
		str_split(&rest, '\n', &name);
	judge(password, email, name);
	return (0);
}
