/* SPDX-License-Identifier: ISC */
/*
 * What every unit test wants: cmocka with the headers it forgets, an arena of
 * its own, and tables whose rows are tests.
 */
#ifndef BUREAU_UNIT_H
#define BUREAU_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "text.h"

struct arena;

/* The test gets a fresh arena: struct arena *arena = *state. */
#define UNIT_TEST(function) \
	cmocka_unit_test_setup_teardown(function, unit_setup, unit_teardown)

int	unit_setup(void **state);
int	unit_teardown(void **state);

/* Fails unless what() ends its process by abort(). */
void	assert_aborts(void (*what)(void));

/* Equal bytes, whatever they are. */
#define assert_str(got, want) \
	unit_assert_str((got), STR(want), __FILE__, __LINE__)
void	unit_assert_str(struct str got, struct str want, const char *file,
	    int line);

/* Many tests of one kind: a name and a row each. */
struct unit_list {
	struct CMUnitTest	tests[400];
	size_t			count;
};

/* test gets row as its state. */
void	unit_add(struct unit_list *list, const char *name,
	    CMUnitTestFunction test, const void *row);
/* Runs the list; main() returns what this returns. */
int	unit_run(const struct unit_list *list, const char *group);

#endif
