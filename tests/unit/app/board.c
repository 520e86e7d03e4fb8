/* SPDX-License-Identifier: ISC */
/*
 * The shared board: counters that outlive a child, and rate limits that hold
 * over many processes even while these are killed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board.h"
#include "siphash.h"
#include "uuid.h"
#include "when.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND	INT64_C(1000000)
#define HOUR	(3600 * SECOND)

struct board_fixture {
	struct board	*board;
	int		 fd;
};

static int
setup(void **state)
{
	static struct board_fixture fixture;

	fixture.board = board_new(&fixture.fd);
	*state = &fixture;
	return (0);
}

static int
teardown(void **state)
{
	struct board_fixture *fixture = *state;

	board_free(&fixture->board);
	close(fixture->fd);
	return (0);
}

/* What an exec'd child would get: the board by its number, at a slot. */
static struct board *
attach(const struct board_fixture *fixture, const char *slot)
{
	char fd[16];
	struct board *board;

	snprintf(fd, sizeof(fd), "%d", dup(fixture->fd));
	setenv("BUREAU_BOARD_FD", fd, 1);
	setenv("BUREAU_SLOT", slot, 1);
	board = board_attach();
	unsetenv("BUREAU_BOARD_FD");
	unsetenv("BUREAU_SLOT");
	return (board);
}

/* The published test vector: key 00..0f, input 00..0e. */
static void
siphash_matches_the_published_vector(void **state)
{
	uint8_t key[SIPHASH_KEY], input[15];

	(void)state;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (unsigned i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)i;
	assert_true(siphash(key, input, sizeof(input)) == 0xa129ca6149be45e5);
}

static void
counters_outlive_the_child_of_the_same_service(void **state)
{
	struct board_fixture *fixture = *state;
	struct board *child = attach(fixture, "5");
	struct board_slot slot;
	struct board_route route;
	unsigned me;

	board_occupy(fixture->board, 5, "auth", 1);
	me = board_route(child, "GET /me");
	board_ready(child);
	board_begin(child);
	assert_int_equal(board_state(fixture->board, 5), BOARD_BUSY);
	board_end(child, me, 200, 1500);
	board_count(child, BOARD_TRIPS, 2);
	board_free(&child);
	board_vacate(fixture->board, 5);
	assert_int_equal(board_state(fixture->board, 5), BOARD_EMPTY);

	child = attach(fixture, "5");
	board_occupy(fixture->board, 5, "auth", 2);
	assert_int_equal(board_route(child, "GET /other"), 1);
	assert_int_equal(board_route(child, "GET /me"), 0);
	board_end(child, 0, 404, 7000000);
	assert_true(board_slot(fixture->board, 5, &slot));
	assert_string_equal(slot.service, "auth");
	assert_int_equal(slot.pid, getpid());
	assert_int_equal(slot.generation, 2);
	assert_int_equal(slot.counters[BOARD_REQUESTS], 2);
	assert_int_equal(slot.counters[BOARD_TRIPS], 2);
	assert_int_equal(slot.counters[BOARD_STARTS], 2);
	assert_true(board_slot_route(fixture->board, 5, 0, &route));
	assert_string_equal(route.label, "GET /me");
	assert_int_equal(route.status[0], 1);
	assert_int_equal(route.status[2], 1);
	assert_int_equal(route.sum_us, 7001500);
	assert_int_equal(route.buckets[1], 1);	/* 1 ms < 1.5 ms <= 2 ms */
	assert_int_equal(route.buckets[BOARD_BUCKETS - 1], 1);
	assert_false(board_slot_route(fixture->board, 5, 2, &route));
	board_free(&child);
}

static void
another_service_starts_from_nothing(void **state)
{
	struct board_fixture *fixture = *state;
	struct board *child = attach(fixture, "0");
	struct board_slot slot;
	struct board_route route;

	board_occupy(fixture->board, 0, "auth", 1);
	board_end(child, board_route(child, "GET /me"), 200, 1);
	board_occupy(fixture->board, 0, "admin", 1);
	assert_true(board_slot(fixture->board, 0, &slot));
	assert_string_equal(slot.service, "admin");
	assert_int_equal(slot.counters[BOARD_REQUESTS], 0);
	assert_false(board_slot_route(fixture->board, 0, 0, &route));
	assert_false(board_slot(fixture->board, 1, &slot));
	assert_false(board_slot(fixture->board, BOARD_SLOTS, &slot));
	board_free(&child);
}

static void
routes_beyond_the_last_are_counted_as_other(void **state)
{
	struct board_fixture *fixture = *state;
	struct board_route route;
	char label[2 * BOARD_LABEL];

	for (int i = 0; i < BOARD_ROUTES + 5; i++) {
		snprintf(label, sizeof(label), "GET /%d", i);
		board_route(fixture->board, label);
	}
	assert_int_equal(board_route(fixture->board, "GET /new"),
	    BOARD_ROUTES - 1);
	assert_true(board_slot_route(fixture->board, 0, BOARD_ROUTES - 1,
	    &route));
	assert_string_equal(route.label, "other");
	assert_int_equal(board_route(fixture->board, "GET /7"), 7);
}

static void
a_long_label_is_cut_and_found_again(void **state)
{
	struct board_fixture *fixture = *state;
	struct board_route route;
	char label[2 * BOARD_LABEL];

	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	assert_int_equal(board_route(fixture->board, label), 0);
	assert_int_equal(board_route(fixture->board, label), 0);
	assert_true(board_slot_route(fixture->board, 0, 0, &route));
	assert_int_equal(strlen(route.label), BOARD_LABEL - 1);
}

static void
errors_are_counted_by_code(void **state)
{
	struct board_fixture *fixture = *state;
	uint64_t count;
	int code;

	board_error(fixture->board, 1001);
	board_error(fixture->board, 3003);
	board_error(fixture->board, 1001);
	assert_true(board_slot_error(fixture->board, 0, 0, &code, &count));
	assert_int_equal(code, 1001);
	assert_int_equal(count, 2);
	assert_true(board_slot_error(fixture->board, 0, 1, &code, &count));
	assert_int_equal(code, 3003);
	assert_false(board_slot_error(fixture->board, 0, 2, &code, &count));
	for (int i = 0; i < 3 * BOARD_ERRORS; i++)
		board_error(fixture->board, 5000 + i);
	assert_false(board_slot_error(fixture->board, 0, BOARD_ERRORS, &code,
	    &count));
}

static void
busy_time_runs_from_begin_to_end(void **state)
{
	struct board_fixture *fixture = *state;
	unsigned route = board_route(fixture->board, "GET /");
	int64_t start;

	assert_int_equal(board_busy_for(fixture->board, 0), 0);
	board_begin(fixture->board);
	for (start = when_mono(); when_mono() <= start; )
		continue;
	assert_true(board_busy_for(fixture->board, 0) > 0);
	board_end(fixture->board, route, 200, 1);
	assert_int_equal(board_busy_for(fixture->board, 0), 0);
	assert_int_equal(board_state(fixture->board, 0), BOARD_IDLE);
}

static void
without_a_supervisor_the_board_is_private(void **state)
{
	struct board *board = board_attach();
	struct limit_state limit;

	(void)state;
	board_ready(board);
	board_begin(board);
	board_end(board, board_route(board, "GET /"), 200, 10);
	assert_true(board_allow(board, LIMIT_USER, "u", 1, 1, HOUR, &limit));
	assert_false(board_allow(board, LIMIT_USER, "u", 1, 1, HOUR, &limit));
	board_free(&board);
}

static void
a_descriptor_that_is_no_board_is_not_believed(void **state)
{
	struct board_fixture other = { NULL, memfd_create("other", 0) };
	struct board *board = attach(&other, "1");
	struct board_slot slot;

	(void)state;
	board_end(board, board_route(board, "GET /"), 200, 10);
	assert_false(board_slot(board, 1, &slot));
	board_free(&board);
	close(other.fd);
}

static void
a_limit_lets_its_number_pass_and_tells_when_to_come_back(void **state)
{
	struct board_fixture *fixture = *state;
	struct limit_state limit;

	for (int i = 0; i < 6; i++) {
		assert_true(board_allow(fixture->board, LIMIT_USER, "ada", 3,
		    6, HOUR, &limit));
		assert_int_equal(limit.limit, 6);
		assert_int_equal(limit.remaining, 5 - i);
		assert_int_equal(limit.retry_after, 0);
	}
	assert_false(board_allow(fixture->board, LIMIT_USER, "ada", 3, 6, HOUR,
	    &limit));
	assert_int_equal(limit.remaining, 0);
	assert_in_range(limit.retry_after, 590, 600);
	assert_in_range(limit.reset, 3590, 3600);
	/* The same bytes of another kind, and another key, are others. */
	assert_true(board_allow(fixture->board, LIMIT_ADDRESS, "ada", 3, 6,
	    HOUR, NULL));
	assert_true(board_allow(fixture->board, LIMIT_USER, "adb", 3, 6, HOUR,
	    NULL));
}

static void
a_limit_refills_as_time_goes_by(void **state)
{
	struct board_fixture *fixture = *state;
	int64_t until = when_mono() + SECOND, passed = 0;

	/* 100 at once and 100 more a tenth of a second. */
	while (when_mono() < until)
		passed += board_allow(fixture->board, LIMIT_USER, "ada", 3, 100,
		    SECOND / 10, NULL);
	assert_in_range(passed, 1050, 1101);
}

static void
many_keys_never_refuse_one_another(void **state)
{
	struct board_fixture *fixture = *state;
	int refused = 0;

	/* Three times more debtors than cells: collisions forgive. */
	for (int i = 0; i < 200000; i++)
		refused += !board_allow(fixture->board, LIMIT_ADDRESS, &i,
		    sizeof(i), 1, HOUR, NULL);
	/* Cell and fingerprint alike: about 200000 * 131072 / 2^32. */
	assert_true(refused < 60);
}

static void
a_thousand_debtors_are_remembered(void **state)
{
	struct board_fixture *fixture = *state;
	int forgotten = 0;

	for (int i = 0; i < 1000; i++)
		board_allow(fixture->board, LIMIT_ADDRESS, &i, sizeof(i), 1,
		    HOUR, NULL);
	for (int i = 0; i < 1000; i++)
		forgotten += board_allow(fixture->board, LIMIT_ADDRESS, &i,
		    sizeof(i), 1, HOUR, NULL);
	assert_true(forgotten < 5);
}

/* What the processes of the next test share: what each was allowed. */
struct tally {
	_Atomic uint64_t	allowed;
	_Atomic uint64_t	asked;
};

static _Noreturn void
hammer(const struct board_fixture *fixture, struct tally *tally, int n)
{
	char slot[8];
	struct board *board;

	snprintf(slot, sizeof(slot), "%d", n);
	board = attach(fixture, slot);
	for (;;) {
		tally->asked++;
		if (board_allow(board, LIMIT_USER, "shared", 6, 5000, HOUR,
		    NULL))
			tally->allowed++;
	}
}

#define HAMMERS	4
#define KILLS	100

/*
 * The step of the limit is 0.72 s, so next to nothing refills meanwhile.  A
 * child killed between its pass and its tally loses one count.
 */
static void
limits_hold_while_processes_are_killed(void **state)
{
	struct board_fixture *fixture = *state;
	struct tally *tally = mmap(NULL, sizeof(*tally),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t start = when_mono(), refilled;
	pid_t pids[HAMMERS] = { 0 };
	uint64_t seen;

	for (int i = 0; i < KILLS + HAMMERS; i++) {
		int n = i % HAMMERS;

		if (pids[n] > 0) {
			kill(pids[n], SIGKILL);
			assert_int_equal(waitpid(pids[n], NULL, 0), pids[n]);
		}
		pids[n] = 0;
		if (i >= KILLS)
			continue;
		seen = tally->asked;
		pids[n] = fork();
		if (pids[n] == 0)
			hammer(fixture, tally, n);
		/* No stall: whoever was killed, the others get on. */
		while (tally->asked < seen + 500)
			continue;
	}
	refilled = (when_mono() - start) / (HOUR / 5000) + 1;
	assert_in_range(tally->allowed, 5000 - KILLS, 5000 + refilled);
	assert_false(board_allow(fixture->board, LIMIT_USER, "shared", 6, 5000,
	    HOUR, NULL) && board_allow(fixture->board, LIMIT_USER, "shared", 6,
	    5000, HOUR, NULL));
	munmap(tally, sizeof(*tally));
}

static void
looking_at_a_limit_counts_nothing(void **state)
{
	struct board_fixture *fixture = *state;
	struct board *board = fixture->board;

	for (int i = 0; i < 5; i++)
		assert_true(board_would_allow(board, LIMIT_GUESS, "a", 1, 2,
		    HOUR, NULL));
	assert_true(board_allow(board, LIMIT_GUESS, "a", 1, 2, HOUR, NULL));
	assert_true(board_allow(board, LIMIT_GUESS, "a", 1, 2, HOUR, NULL));
	assert_false(board_would_allow(board, LIMIT_GUESS, "a", 1, 2, HOUR,
	    NULL));
	assert_false(board_allow(board, LIMIT_GUESS, "a", 1, 2, HOUR, NULL));
}

static void
slow_work_is_for_half_of_the_children(void **state)
{
	struct board_fixture *fixture = *state;
	const char *const slots[] = { "1", "2", "3", "4", "5" };
	struct board *children[5], *other;

	for (unsigned i = 0; i < 5; i++) {
		children[i] = attach(fixture, slots[i]);
		board_occupy(fixture->board, i + 1, "customers", 1);
	}
	other = attach(fixture, "9");
	board_occupy(fixture->board, 9, "admin", 1);

	assert_true(board_slow_begin(children[0]));
	assert_true(board_slow_begin(children[1]));
	assert_false(board_slow_begin(children[2]));
	/* Others have their own half, of one child the one. */
	assert_true(board_slow_begin(other));
	board_slow_end(children[0]);
	assert_true(board_slow_begin(children[2]));
	assert_false(board_slow_begin(children[3]));
	/* Who died at it is at it no more, and no child either. */
	board_vacate(fixture->board, 3);
	assert_true(board_slow_begin(children[3]));
	for (unsigned i = 0; i < 5; i++)
		board_free(&children[i]);
	board_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_matches_the_published_vector),
		cmocka_unit_test_setup_teardown(
		    counters_outlive_the_child_of_the_same_service, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    another_service_starts_from_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    routes_beyond_the_last_are_counted_as_other, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_long_label_is_cut_and_found_again, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_are_counted_by_code,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    busy_time_runs_from_begin_to_end, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    slow_work_is_for_half_of_the_children, setup, teardown),
		cmocka_unit_test(without_a_supervisor_the_board_is_private),
		cmocka_unit_test(
		    a_descriptor_that_is_no_board_is_not_believed),
		cmocka_unit_test_setup_teardown(
		    a_limit_lets_its_number_pass_and_tells_when_to_come_back,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_limit_refills_as_time_goes_by, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    many_keys_never_refuse_one_another, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_thousand_debtors_are_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    looking_at_a_limit_counts_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    limits_hold_while_processes_are_killed, setup, teardown)
	};

	return (cmocka_run_group_tests_name("board", tests, NULL, NULL));
}
