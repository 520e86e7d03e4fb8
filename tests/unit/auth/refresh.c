/* SPDX-License-Identifier: ISC */
/*
 * Refresh and personal tokens.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "hash.h"
#include "personal.h"
#include "refresh.h"

#define KEY	STR("a key of thirty-two bytes or more")
#define SESSION	"01890a5d-ac96-774b-bcce-b302099a8057"

static const struct refresh sample = { .session = SESSION, .generation = 7 };

static void
a_refresh_token_says_its_session_and_generation(void **state)
{
	struct str token = refresh_make(*state, KEY, &sample);
	struct refresh out;

	assert_true(str_starts(token, SESSION ".7."));
	assert_true(refresh_check(*state, KEY, token, &out));
	assert_string_equal(out.session, SESSION);
	assert_int_equal(out.generation, 7);
}

static void
the_same_generation_gives_the_same_token(void **state)
{
	assert_true(str_same(refresh_make(*state, KEY, &sample),
	    refresh_make(*state, KEY, &sample)));
}

static void
another_key_does_not_make_it(void **state)
{
	struct str token = refresh_make(*state, KEY, &sample);
	struct refresh out;

	assert_false(refresh_check(*state,
	    STR("a key of thirty-two bytes or less"), token, &out));
}

static void
a_changed_or_cut_refresh_token_is_refused(void **state)
{
	struct arena *arena = *state;
	struct str token = refresh_make(arena, KEY, &sample);
	char *copy = arena_memdup(arena, token.p, token.n);
	struct refresh out;

	for (size_t i = 0; i < token.n; i++) {
		copy[i] = token.p[i] == '1' ? '2' : '1';
		assert_false(refresh_check(arena, KEY,
		    (struct str){ copy, token.n }, &out));
		assert_false(refresh_check(arena, KEY,
		    (struct str){ token.p, i }, &out));
		copy[i] = token.p[i];
	}
}

static void
other_forms_of_a_refresh_token_are_refused(void **state)
{
	struct arena *arena = *state;
	const char *token = refresh_make(arena, KEY, &sample).p;
	const char *mac = strrchr(token, '.') + 1;
	const char *const forms[] = {
		"", ".", "..", SESSION, SESSION ".7", SESSION ".7.",
		arena_printf(arena, "%s.", token),
		arena_printf(arena, "%s=", token),
		arena_printf(arena, "%s.07.%s", SESSION, mac),
		arena_printf(arena, "%s.+7.%s", SESSION, mac),
		arena_printf(arena, "%s.-7.%s", SESSION, mac),
		arena_printf(arena, "%s.7 .%s", SESSION, mac),
		arena_printf(arena, "%s.99999999999.%s", SESSION, mac),
		arena_printf(arena, "x.7.%s", mac)
	};
	struct refresh out;

	for (size_t i = 0; i < COUNT_OF(forms); i++)
		assert_false(refresh_check(arena, KEY, str_of(forms[i]),
		    &out));
}

static void
a_personal_token_is_random_and_known_by_its_form(void **state)
{
	struct str a = personal_new(*state), b = personal_new(*state);

	assert_int_equal(a.n, 4 + 43);
	assert_true(personal_is(*state, a));
	assert_false(str_same(a, b));
	assert_false(personal_is(*state, (struct str){ a.p, a.n - 1 }));
	assert_false(personal_is(*state, STR("bur_")));
	assert_false(personal_is(*state, STR("")));
}

static void
a_hash_is_what_postgresql_reads(void **state)
{
	assert_string_equal(hash_bytea(*state, STR("abc")),
	    "\\xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(a_refresh_token_says_its_session_and_generation),
		UNIT_TEST(the_same_generation_gives_the_same_token),
		UNIT_TEST(another_key_does_not_make_it),
		UNIT_TEST(a_changed_or_cut_refresh_token_is_refused),
		UNIT_TEST(other_forms_of_a_refresh_token_are_refused),
		UNIT_TEST(a_personal_token_is_random_and_known_by_its_form),
		UNIT_TEST(a_hash_is_what_postgresql_reads),
	};

	return (cmocka_run_group_tests_name("refresh", tests, NULL, NULL));
}
