/* SPDX-License-Identifier: ISC */
/*
 * Entity tags.
 */
#include "unit.h"

#include "etag.h"

static void
a_tag_is_the_version_and_the_view(void **state)
{
	assert_string_equal(etag_make(*state, "12", NULL), "\"12\"");
	assert_string_equal(etag_make(*state, "12", "m"), "\"12m\"");
}

static void
a_list_of_tags_is_searched(void **state)
{
	static const struct {
		const char	*header;
		bool		 listed;
	} rows[] = {
		{ "\"12\"", true }, { " \"12\" ", true }, { "*", true },
		{ "W/\"12\"", true }, { "\"12-gzip\"", true },
		{ "\"12-br\"", true }, { "\"12-zstd\"", true },
		{ "\"12-deflate\"", true }, { "\"1\", \"12\"", true },
		{ "\"1\",W/\"12-gzip\"", true }, { "\"2\"", false },
		{ "12", false }, { "\"12m\"", false }, { "", false },
		{ "\"12", false }, { "\"", false }, { "\"-gzip\"", false },
		{ "\"12-other\"", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (etag_listed(str_of(rows[i].header), "\"12\"") !=
		    rows[i].listed)
			fail_msg("%s", rows[i].header);
	assert_false(etag_listed(str_of(NULL), "\"12\""));
}

static void
if_match_yields_a_version(void **state)
{
	static const struct {
		const char	*header, *version;
		bool		 ok;
	} rows[] = {
		{ NULL, NULL, true }, { "*", NULL, true },
		{ "\"12\"", "12", true }, { "\"12m\"", "12", true },
		{ "\"12-gzip\"", "12", true }, { "W/\"12\"", NULL, false },
		{ "12", NULL, false }, { "\"\"", NULL, false },
		{ "\"x\"", NULL, false }, { "", NULL, false },
		{ "\"1\", \"2\"", NULL, false },
		{ "\"99999999999\"", NULL, false },
		{ "\"12' OR 1\"", NULL, false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *version;

		if (etag_version(*state, str_of(rows[i].header), &version) !=
		    rows[i].ok)
			fail_msg("%s", rows[i].header);
		if (rows[i].version == NULL)
			assert_null(version);
		else
			assert_string_equal(version, rows[i].version);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(a_tag_is_the_version_and_the_view),
		UNIT_TEST(a_list_of_tags_is_searched),
		UNIT_TEST(if_match_yields_a_version),
	};

	return (cmocka_run_group_tests_name("etag", tests, NULL, NULL));
}
