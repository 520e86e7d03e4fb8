/* SPDX-License-Identifier: ISC */
/*
 * The Prefer header.
 */
#include "unit.h"

#include "prefer.h"

static void
a_preference_is_found_as_the_standard_has_it(void **state)
{
	static const struct {
		const char	*header, *value;	/* NULL: not there */
	} rows[] = {
		{ "respond-async", "" }, { "Respond-ASYNC", "" },
		{ " respond-async ", "" }, { "a, respond-async", "" },
		{ "a,respond-async,b", "" }, { "respond-async;x=1", "" },
		{ "respond-async ; x=\"a,b\"; y", "" },
		{ "respond-async=\"\"", "" }, { "respond-async=", "" },
		{ "respond-async = 5", "5" },
		{ "respond-async=\"a; b, c\"", "a; b, c" },
		{ "respond-async=\"a\\\"b\"", "a\\\"b" },
		{ "respond-async=1, respond-async=2", "1" },
		{ "x=\"\\\\\", respond-async", "" },
		{ "", NULL }, { ",", NULL }, { ",,;=", NULL },
		{ "respond", NULL }, { "respond-async2", NULL },
		{ "x=respond-async", NULL }, { "x;respond-async", NULL },
		{ "x=\"respond-async\"", NULL },
		{ "x=\"a, respond-async", NULL },
		{ "x=\"\\\", respond-async", NULL },
		{ "\"respond-async\"", NULL },
		{ "respond-async=a\"b", NULL },
		{ "respond-async=\"a\"b", NULL },
		{ "respond-async=\"", NULL }, { "respond async", NULL },
	};
	struct str value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool found = prefer_find(str_of(rows[i].header),
		    "respond-async", &value);

		if (found != (rows[i].value != NULL) ||
		    (found && !str_is(value, rows[i].value)))
			fail_msg("%s", rows[i].header);
	}
	assert_false(prefer_find(str_of(NULL), "respond-async", &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(a_preference_is_found_as_the_standard_has_it),
	};

	return (cmocka_run_group_tests_name("prefer", tests, NULL, NULL));
}
