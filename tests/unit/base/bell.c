/* SPDX-License-Identifier: ISC */
/*
 * The doorbell: a ring is heard once, by one; without ends nothing happens.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bell.h"
#include "when.h"

static void
hand_down(int ring_fd, int hear_fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", ring_fd);
	setenv("BUREAU_BELL_FD", number, 1);
	snprintf(number, sizeof(number), "%d", hear_fd);
	setenv("BUREAU_HEAR_FD", number, 1);
	bell_open();
}

static void
a_ring_is_heard_once(void **state)
{
	int ring_fd, hear_fd;

	(void)state;
	bell_make(&ring_fd, &hear_fd);
	hand_down(ring_fd, hear_fd);
	bell_ring();
	assert_true(bell_wait());
	assert_false(bell_wait());
}

static void
each_ring_wakes_one(void **state)
{
	int ring_fd, hear_fd, heard = 0, status;
	pid_t pids[4];

	(void)state;
	bell_make(&ring_fd, &hear_fd);
	hand_down(ring_fd, hear_fd);
	for (unsigned i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(bell_wait() ? 1 : 0);
	}
	bell_ring();
	bell_ring();
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		heard += WEXITSTATUS(status);
	}
	assert_int_equal(heard, 2);
}

static void
ringing_never_waits(void **state)
{
	int ring_fd, hear_fd;

	(void)state;
	bell_make(&ring_fd, &hear_fd);
	hand_down(ring_fd, hear_fd);
	/* Far more than any socket holds. */
	for (unsigned i = 0; i < 100000; i++)
		bell_ring();
	assert_true(bell_wait());
}

static void
push_is_rung_and_told_things(void **state)
{
	int ring_fd, hear_fd;
	char number[12], text[BELL_SAY_MAX + 1] = "";

	(void)state;
	bell_make(&ring_fd, &hear_fd);
	hand_down(ring_fd, hear_fd);
	snprintf(number, sizeof(number), "%d", ring_fd);
	setenv("BUREAU_PUSH_FD", number, 1);
	bell_open();
	unsetenv("BUREAU_PUSH_FD");
	assert_int_equal(bell_hearing(), hear_fd);
	bell_ring_push();
	assert_int_equal(recv(hear_fd, text, sizeof(text), 0), 1);
	assert_true(bell_say("{\"a\":1}", 7));
	assert_int_equal(recv(hear_fd, text, sizeof(text), 0), 7);
	assert_string_equal(text, "{\"a\":1}");
	assert_false(bell_say(text, BELL_SAY_MAX + 1));
}

static void
without_a_bell_there_is_only_waiting(void **state)
{
	int64_t before = when_mono();

	(void)state;
	setenv("BUREAU_BELL_FD", "0", 1);
	setenv("BUREAU_HEAR_FD", "none", 1);
	bell_open();
	bell_ring();
	assert_false(bell_wait());
	assert_true(when_mono() - before >= BELL_PATIENCE_MS * 900);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_is_heard_once),
		cmocka_unit_test(each_ring_wakes_one),
		cmocka_unit_test(ringing_never_waits),
		cmocka_unit_test(push_is_rung_and_told_things),
		cmocka_unit_test(without_a_bell_there_is_only_waiting),
	};

	return (cmocka_run_group_tests_name("bell", tests, NULL, NULL));
}
