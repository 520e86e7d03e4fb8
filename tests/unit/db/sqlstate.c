/* SPDX-License-Identifier: ISC */
/*
 * What PostgreSQL says, as errors of ours.
 */
#include "unit.h"

#include "sqlstate.h"

static void
states_have_their_errors(void **state)
{
	static const struct {
		const char	*state;
		enum err	 err;
	} rows[] = {
		{ "", ERR_CONNECTION_ERROR },
		{ "U1005", ERR_INSUFFICIENT_PERMISSIONS },
		{ "U3003", ERR_RESOURCE_CONFLICT }, { "U9999", ERR_DATABASE_ERROR },
		{ "U0001", ERR_DATABASE_ERROR },
		{ "22P02", ERR_INVALID_FORMAT }, { "22012", ERR_VALIDATION_ERROR },
		{ "23505", ERR_RESOURCE_ALREADY_EXISTS },
		{ "23503", ERR_VALIDATION_ERROR }, { "40001", ERR_TRANSACTION_FAILED },
		{ "40P01", ERR_TRANSACTION_FAILED }, { "55P03", ERR_TRANSACTION_FAILED },
		{ "57014", ERR_TIMEOUT }, { "57P01", ERR_CONNECTION_ERROR },
		{ "53300", ERR_CONNECTION_ERROR }, { "53100", ERR_TRANSACTION_FAILED },
		{ "42P01", ERR_QUERY_FAILED }, { "42501", ERR_QUERY_FAILED },
		{ "XX000", ERR_DATABASE_ERROR }, { "P0001", ERR_DATABASE_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (sqlstate_err(rows[i].state) != rows[i].err)
			fail_msg("%s", rows[i].state);
}

static void
only_serialization_and_deadlock_are_tried_again(void **state)
{
	(void)state;
	assert_true(sqlstate_is_retryable("40001"));
	assert_true(sqlstate_is_retryable("40P01"));
	assert_false(sqlstate_is_retryable("40003"));
	assert_false(sqlstate_is_retryable("23505"));
	assert_false(sqlstate_is_retryable(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_their_errors),
		cmocka_unit_test(only_serialization_and_deadlock_are_tried_again),
	};

	return (cmocka_run_group_tests_name("sqlstate", tests, NULL, NULL));
}
