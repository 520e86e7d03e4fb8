/* SPDX-License-Identifier: ISC */
/*
 * Forms and query strings.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "form.h"

static void
fields_keep_order_and_duplicates(void **state)
{
	struct form form;

	assert_true(form_parse(*state, STR("b=1&a=2&b=3"), 10, &form));
	assert_int_equal(form.count, 3);
	assert_str(form.fields[0].name, "b");
	assert_str(form.fields[0].value, "1");
	assert_str(form.fields[1].name, "a");
	assert_str(form.fields[2].name, "b");
	assert_str(form.fields[2].value, "3");
}

static void
names_and_values_are_decoded(void **state)
{
	struct form form;

	assert_true(form_parse(*state,
	    STR("created%5Bgt%5D=2026-01-01T00%3A00%3A00%2B01%3A00&q=a+b%26c"),
	    10, &form));
	assert_int_equal(form.count, 2);
	assert_str(form.fields[0].name, "created[gt]");
	assert_str(form.fields[0].value, "2026-01-01T00:00:00+01:00");
	assert_str(form.fields[1].value, "a b&c");
}

static void
only_the_first_equals_sign_divides(void **state)
{
	struct form form;

	assert_true(form_parse(*state, STR("a=b=c&d"), 10, &form));
	assert_str(form.fields[0].value, "b=c");
	assert_str(form.fields[1].name, "d");
	assert_str(form.fields[1].value, "");
}

static void
nothing_between_ampersands_is_nothing(void **state)
{
	struct form form;

	assert_true(form_parse(*state, STR(""), 10, &form));
	assert_int_equal(form.count, 0);
	assert_true(form_parse(*state, str_of(NULL), 10, &form));
	assert_int_equal(form.count, 0);
	assert_true(form_parse(*state, STR("&&a=1&&"), 1, &form));
	assert_int_equal(form.count, 1);
}

static void
a_semicolon_divides_nothing(void **state)
{
	struct form form;

	assert_true(form_parse(*state, STR("a=1;b=2"), 10, &form));
	assert_int_equal(form.count, 1);
	assert_str(form.fields[0].value, "1;b=2");
}

static void
what_is_malformed_is_refused_in_a_sentence(void **state)
{
	static const struct str wrong[] = {
		STR("a=%"), STR("a=%4"), STR("a=%zz"), STR("%=1"),
		STR("a=%00"), STR("a%00=1"), STR("a=\0"), STR("a=%ff"),
		STR("a=%c0%80"), STR("a=%ed%a0%80"), STR("%e4=1"),
		STR("a=\xe4"), STR("=1"), STR("a=1&="),
	};
	struct form form;
	size_t i;

	for (i = 0; i < COUNT_OF(wrong); i++) {
		assert_false(form_parse(*state, wrong[i], 10, &form));
		assert_int_equal(form.count, 0);
		assert_int_equal(form.mistake[strlen(form.mistake) - 1], '.');
	}
}

static void
the_number_of_fields_has_a_bound(void **state)
{
	struct form form;
	struct buf buf;
	unsigned i;

	assert_true(form_parse(*state, STR("a&b&c"), 3, &form));
	assert_false(form_parse(*state, STR("a&b&c"), 2, &form));
	assert_false(form_parse(*state, STR("a"), 0, &form));
	buf_init(&buf, *state, 1 << 20);
	for (i = 0; i < FORM_MAX_FIELDS; i++)
		buf_printf(&buf, "a%u=&", i);
	assert_true(form_parse(*state, (struct str){ buf.data, buf.len }, 5000,
	    &form));
	assert_int_equal(form.count, FORM_MAX_FIELDS);
	buf_char(&buf, 'a');
	assert_false(form_parse(*state, (struct str){ buf.data, buf.len }, 5000,
	    &form));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(fields_keep_order_and_duplicates),
		UNIT_TEST(names_and_values_are_decoded),
		UNIT_TEST(only_the_first_equals_sign_divides),
		UNIT_TEST(nothing_between_ampersands_is_nothing),
		UNIT_TEST(a_semicolon_divides_nothing),
		UNIT_TEST(what_is_malformed_is_refused_in_a_sentence),
		UNIT_TEST(the_number_of_fields_has_a_bound),
	};

	return (cmocka_run_group_tests_name("form", tests, NULL, NULL));
}
