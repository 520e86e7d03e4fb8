/* SPDX-License-Identifier: ISC */
/*
 * The arena: what it hands out, its limit, its deferred undoing.
 */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "arena.h"

static char undone[16];
static char letter_a[] = "a", letter_b[] = "b", letter_c[] = "c",
    letter_z[] = "z";

static void
note(void *letter)
{
	strncat(undone, letter, 1);
}

static struct arena *outer;

static void
note_and_defer(void *letter)
{
	note(letter);
	arena_defer(outer, note, letter_z);
}

static void
memory_is_zeroed_and_aligned(void **state)
{
	static const char zeros[1000];
	size_t size;
	char *p;

	for (size = 1; size <= sizeof(zeros); size += 37) {
		p = arena_alloc(*state, size);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_memory_equal(p, zeros, size);
		memset(p, 0xff, size);
	}
}

static void
memory_is_zeroed_again_after_a_reset(void **state)
{
	static const char zeros[5000];

	memset(arena_alloc(*state, sizeof(zeros)), 0xff, sizeof(zeros));
	arena_reset(*state);
	assert_memory_equal(arena_alloc(*state, sizeof(zeros)), zeros,
	    sizeof(zeros));
}

static void
size_zero_gives_a_pointer_of_its_own(void **state)
{
	char *a = arena_alloc(*state, 0), *b = arena_alloc(*state, 0);

	assert_non_null(a);
	assert_ptr_not_equal(a, b);
}

static void
pieces_do_not_overlap(void **state)
{
	unsigned char *pieces[200];
	size_t i, k;

	for (i = 0; i < COUNT_OF(pieces); i++) {
		pieces[i] = arena_alloc(*state, i * 13 + 1);
		memset(pieces[i], (int)i, i * 13 + 1);
	}
	for (i = 0; i < COUNT_OF(pieces); i++)
		for (k = 0; k <= i * 13; k++)
			assert_int_equal(pieces[i][k], i);
}

static void
large_pieces_get_blocks_of_their_own(void **state)
{
	char *small = arena_strdup(*state, "small"), *large;

	large = arena_alloc(*state, 1 << 20);
	memset(large, 'x', 1 << 20);
	assert_string_equal(small, "small");
	assert_string_equal(arena_strdup(*state, "after"), "after");
}

static void
copies_end_in_nul(void **state)
{
	assert_string_equal(arena_strdup(*state, ""), "");
	assert_string_equal(arena_memdup(*state, "abcdef", 3), "abc");
	assert_string_equal(arena_memdup(*state, NULL, 0), "");
	assert_string_equal(arena_printf(*state, "%d-%s", 7, "x"), "7-x");
}

static void
used_and_peak_are_counted(void **state)
{
	arena_alloc(*state, 100);
	arena_alloc(*state, 28);
	assert_int_equal(arena_used(*state), 128);
	arena_reset(*state);
	assert_int_equal(arena_used(*state), 0);
	assert_int_equal(arena_peak(*state), 128);
}

static void
undoing_is_last_in_first_out(void **state)
{
	undone[0] = '\0';
	arena_defer(*state, note, letter_a);
	arena_defer(*state, note, letter_b);
	arena_defer(*state, note, letter_c);
	arena_reset(*state);
	assert_string_equal(undone, "cba");
	arena_reset(*state);
	assert_string_equal(undone, "cba");
}

static void
undoing_may_defer(void **state)
{
	undone[0] = '\0';
	outer = *state;
	arena_defer(*state, note_and_defer, letter_a);
	arena_reset(*state);
	assert_string_equal(undone, "az");
}

static void
freeing_undoes_too(void **state)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1000);

	(void)state;
	undone[0] = '\0';
	arena_defer(arena, note, letter_a);
	arena_free(&arena);
	assert_null(arena);
	assert_string_equal(undone, "a");
	arena_free(&arena);
}

static void
go_over_the_limit(void)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 100);

	arena_alloc(arena, 60);
	arena_alloc(arena, 41);
}

static void
overflow_an_array(void)
{
	struct arena *arena = arena_new(ARENA_PLAIN, SIZE_MAX);

	arena_array(arena, SIZE_MAX / 8 + 2, 8);
}

static void
ask_for_everything(void)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1000);

	arena_alloc(arena, 1);
	arena_alloc(arena, SIZE_MAX);
}

static void
the_limit_is_exact(void **state)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 100);

	(void)state;
	arena_alloc(arena, 60);
	arena_alloc(arena, 40);
	arena_reset(arena);
	arena_alloc(arena, 100);
	arena_free(&arena);
	assert_aborts(go_over_the_limit);
	assert_aborts(ask_for_everything);
}

static void
an_overflowing_array_aborts(void **state)
{
	(void)state;
	assert_aborts(overflow_an_array);
}

#ifndef ARENA_DEBUG
static void
a_wiping_arena_wipes(void **state)
{
	static const char zeros[32];
	struct arena *arena = arena_new(ARENA_WIPING, 1000);
	char *secret = arena_alloc(arena, sizeof(zeros));

	(void)state;
	memset(secret, 's', sizeof(zeros));
	arena_reset(arena);
	assert_memory_equal(secret, zeros, sizeof(zeros));
	arena_free(&arena);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(memory_is_zeroed_and_aligned),
		UNIT_TEST(memory_is_zeroed_again_after_a_reset),
		UNIT_TEST(size_zero_gives_a_pointer_of_its_own),
		UNIT_TEST(pieces_do_not_overlap),
		UNIT_TEST(large_pieces_get_blocks_of_their_own),
		UNIT_TEST(copies_end_in_nul),
		UNIT_TEST(used_and_peak_are_counted),
		UNIT_TEST(undoing_is_last_in_first_out),
		UNIT_TEST(undoing_may_defer),
		UNIT_TEST(freeing_undoes_too),
		UNIT_TEST(the_limit_is_exact),
		UNIT_TEST(an_overflowing_array_aborts),
#ifndef ARENA_DEBUG
		UNIT_TEST(a_wiping_arena_wipes),
#endif
	};

	return (cmocka_run_group_tests_name("arena", tests, NULL, NULL));
}
