/* SPDX-License-Identifier: ISC */
/*
 * Matching, and the rows that refuse to start.
 */
#include "unit.h"

#include <string.h>

#include "route.h"

static enum err
nothing(struct req *rq)
{
	(void)rq;
	return (ERR_OK);
}

#define ROW(m, p) { m, p, .need = PERM_SIGNED_IN, .tx = TX_READ, \
	.run = nothing, .doc = "x" }

static const struct route rows[] = {
	ROW(GET, "/things"), ROW(POST, "/things"), ROW(GET, "/things/{id}"),
	ROW(PATCH, "/things/{id}"), ROW(GET, "/things/statistics"),
	ROW(GET, "/things/{id}/parts/{partId}"),
	{ GET, "/health", .bare = true, .need = PERM_PUBLIC, .tx = TX_NONE,
	  .run = nothing, .doc = "x" },
	ROUTES_END
};

static struct match
look(enum method method, const char *path)
{
	struct match match;

	route_match(rows, method, str_of(path), &match);
	return (match);
}

static void
a_path_is_found_with_its_method(void **state)
{
	(void)state;
	assert_ptr_equal(look(GET, "/api/v1/things").route, &rows[0]);
	assert_ptr_equal(look(POST, "/api/v1/things").route, &rows[1]);
	assert_ptr_equal(look(HEAD, "/api/v1/things").route, &rows[0]);
	assert_ptr_equal(look(GET, "/health").route, &rows[6]);
}

static void
placeholders_are_named(void **state)
{
	struct match match = look(GET, "/api/v1/things/a1/parts/b2");

	(void)state;
	assert_ptr_equal(match.route, &rows[5]);
	assert_int_equal(match.count, 2);
	assert_string_equal(match.values[0].name, "id");
	assert_str(match.values[0].text, "a1");
	assert_string_equal(match.values[1].name, "partId");
	assert_str(match.values[1].text, "b2");
}

static void
a_static_name_is_never_read_as_an_id(void **state)
{
	struct match match = look(PATCH, "/api/v1/things/statistics");

	(void)state;
	assert_ptr_equal(look(GET, "/api/v1/things/statistics").route,
	    &rows[4]);
	assert_null(match.route);
	assert_int_equal(match.allowed, 1U << GET | 1U << HEAD);
}

static void
other_paths_are_not_found(void **state)
{
	static const char *const paths[] = {
		"", "/", "/api", "/api/v1", "/api/v1/", "/api/v1/thing",
		"/api/v1/thingsx", "/api/v1/things/", "/api/v1/things/a/",
		"/api/v1//things", "/api/v1/things//", "/things", "/health/",
		"/api/v1/health", "/api/v1/things/a/parts", "/api/v2/things",
		"/api/v1/things/a/parts/", "/api/v1/things/a/parts/b/c",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct match match = look(GET, paths[i]);

		if (match.route != NULL || match.allowed != 0)
			fail_msg("%s was found", paths[i]);
	}
}

static void
what_is_allowed_is_told(void **state)
{
	struct match match = look(DELETE, "/api/v1/things/a");

	(void)state;
	assert_null(match.route);
	assert_int_equal(match.allowed, 1U << GET | 1U << HEAD | 1U << PATCH);
}

static void
an_unfinished_row_refuses_to_start(void **state)
{
	static const struct route whole = ROW(GET, "/x");
	struct route table[2] = { whole, ROUTES_END };
	char why[200];

	(void)state;
	assert_true(routes_check(table, why, sizeof(why)));
	table[0].need = PERM_UNSET;
	assert_false(routes_check(table, why, sizeof(why)));
	assert_non_null(strstr(why, "permission"));
	table[0] = whole;
	table[0].tx = TX_UNSET;
	assert_false(routes_check(table, why, sizeof(why)));
	table[0] = whole;
	table[0].query = 1;
	assert_false(routes_check(table, why, sizeof(why)));
	table[0] = whole;
	table[0].run = NULL;
	assert_false(routes_check(table, why, sizeof(why)));
	table[0] = whole;
	table[0].tx = TX_NONE;
	assert_false(routes_check(table, why, sizeof(why)));
	table[0] = whole;
	table[0].doc = NULL;
	assert_false(routes_check(table, why, sizeof(why)));
}

static void
a_get_takes_no_body_parameter(void **state)
{
	static const struct param body[] = {
		{ "a", PARAM_LINE, .doc = "x" }, PARAMS_END
	};
	struct route table[2] = { ROW(GET, "/x"), ROUTES_END };
	char why[200];

	(void)state;
	table[0].params = body;
	assert_false(routes_check(table, why, sizeof(why)));
	assert_non_null(strstr(why, "IN_QUERY"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_found_with_its_method),
		cmocka_unit_test(placeholders_are_named),
		cmocka_unit_test(a_static_name_is_never_read_as_an_id),
		cmocka_unit_test(other_paths_are_not_found),
		cmocka_unit_test(what_is_allowed_is_told),
		cmocka_unit_test(an_unfinished_row_refuses_to_start),
		cmocka_unit_test(a_get_takes_no_body_parameter),
	};

	return (cmocka_run_group_tests_name("route", tests, NULL, NULL));
}
