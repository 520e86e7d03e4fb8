/* SPDX-License-Identifier: ISC */
/*
 * UUIDs: form, order, randomness.
 */
#include "unit.h"

#include <string.h>

#include "uuid.h"
#include "when.h"

static void
it_is_a_version_7_uuid(void **state)
{
	char id[UUID_SIZE];

	(void)state;
	uuid_v7(id);
	assert_true(text_is_uuid(str_of(id)));
	assert_int_equal(id[14], '7');
	assert_non_null(strchr("89ab", id[19]));
}

static void
it_begins_with_the_time(void **state)
{
	static const char digits[] = "0123456789abcdef";
	int64_t before = when_now(), after, told = 0;
	char id[UUID_SIZE];
	int i;

	(void)state;
	uuid_v7(id);
	after = when_now();
	for (i = 0; i < 13; i++)
		if (id[i] != '-')
			told = told * 16 + (strchr(digits, id[i]) - digits);
	assert_true(told >= before && told <= after);
}

static void
no_two_are_equal(void **state)
{
	static char ids[1000][UUID_SIZE];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT_OF(ids); i++) {
		uuid_v7(ids[i]);
		for (k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
		if (i > 0)
			assert_true(memcmp(ids[i - 1], ids[i], 13) <= 0);
	}
}

static void
random_bytes_fill_everything(void **state)
{
	unsigned char bytes[300], seen[sizeof(bytes)] = { 0 };
	size_t round, i;

	(void)state;
	for (round = 0; round < 8; round++) {
		random_bytes(bytes, sizeof(bytes));
		for (i = 0; i < sizeof(bytes); i++)
			seen[i] |= bytes[i];
	}
	/* That a byte is zero eight times has a chance of one in 2^64. */
	for (i = 0; i < sizeof(bytes); i++)
		assert_int_not_equal(seen[i], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_a_version_7_uuid),
		cmocka_unit_test(it_begins_with_the_time),
		cmocka_unit_test(no_two_are_equal),
		cmocka_unit_test(random_bytes_fill_everything),
	};

	return (cmocka_run_group_tests_name("uuid", tests, NULL, NULL));
}
