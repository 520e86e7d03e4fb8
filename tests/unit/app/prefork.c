/* SPDX-License-Identifier: ISC */
/*
 * Keeping children alive: crashes, back-off, the watchdog, stopping in order
 * and rolling to a new generation without refusing a connection.
 *
 * The children are this very program, started with the name of what to play.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board.h"
#include "confine.h"
#include "prefork.h"
#include "when.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS	INT64_C(1000)
#define SECOND	(1000 * MS)
#define PATIENCE (10 * SECOND)	/* until a condition that never comes fails */

/* --- what the children play ----------------------------------------------- */

static volatile sig_atomic_t told_to_stop;

static void
on_term(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

/* Answers each connection with its pid and the generation of its slot. */
static int
play_server(const char *how)
{
	struct sigaction action = { .sa_handler = on_term };
	struct pollfd ready = { .fd = 0, .events = POLLIN };
	struct board *board = board_attach();
	sigset_t term, none;
	char line[32];
	int fd;

	sigemptyset(&none);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (strcmp(how, "stubborn") == 0)
		signal(SIGTERM, SIG_IGN);
	fcntl(0, F_SETFL, O_NONBLOCK);
	board_ready(board);
	while (!told_to_stop) {
		if (ppoll(&ready, 1, NULL, &none) <= 0)
			continue;
		fd = accept(0, NULL, NULL);
		if (fd < 0)
			continue;
		board_begin(board);
		if (strcmp(how, "stuck") == 0)
			pause();
		snprintf(line, sizeof(line), "%d", (int)getpid());
		if (write(fd, line, strlen(line)) < 0)
			return (1);
		close(fd);
		board_end(board, board_route(board, "GET /"), 200, 1);
	}
	return (0);
}

/* Tells on descriptor 0's connection what it was born with. */
static int
play_witness(void)
{
	struct rlimit core;
	struct stat st;
	char settings[32] = "";
	ssize_t n = read(3, settings, sizeof(settings) - 1);
	int fd = accept(0, NULL, NULL), open_fds = 0;

	for (int i = 0; i < 256; i++)
		open_fds += i != fd && fstat(i, &st) == 0;
	getrlimit(RLIMIT_CORE, &core);
	dprintf(fd, "%zd %s %s %s %d %d %d %s", n, settings,
	    getenv("BUREAU_CONF_FD"), getenv("BUREAU_SLOT"), open_fds,
	    (int)core.rlim_cur, getpgid(0) == getpid(),
	    getenv("HOME") == NULL ? "clean" : "leaking");
	close(fd);
	pause();
	return (0);
}

/* Tells on the connection whether it can open the file and look at its parent. */
static int
play_peeper(void)
{
	char path[64];
	int fd = accept(0, NULL, NULL);

	snprintf(path, sizeof(path), "/proc/%d/fd/2", (int)getppid());
	dprintf(fd, "%d %d %d", open(getenv("PEEK"), O_RDONLY) >= 0,
	    open(path, O_RDONLY) >= 0, open("/dev/null", O_WRONLY) >= 0);
	close(fd);
	pause();
	return (0);
}

/* Ends when asked; leaves a byte in the pipe named by its environment. */
static int
play_marker(const char *mark)
{
	sigset_t mask;
	int sig;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	if (write(0, ".", 1) != 1)
		return (1);
	sigwait(&mask, &sig);
	return (write(0, mark, 1) == 1 ? 0 : 1);
}

static int
play(const char *part)
{
	if (strcmp(part, "crash") == 0)
		return (1);
	if (strcmp(part, "witness") == 0)
		return (play_witness());
	if (strcmp(part, "peeper") == 0)
		return (play_peeper());
	if (strncmp(part, "mark-", 5) == 0)
		return (play_marker(part + 5));
	return (play_server(part));
}

/* --- the parent's side ------------------------------------------------------ */

static char *no_env[] = { NULL };

struct stage {
	struct board	*board;
	int		 board_fd;
	struct prefork	*prefork;
	int		 listen_fd;
	struct sockaddr_un where;
};

static int
setup(void **state)
{
	static struct stage stage;

	stage.board = board_new(&stage.board_fd);
	stage.prefork = prefork_new(stage.board, stage.board_fd);
	stage.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	stage.where = (struct sockaddr_un){ .sun_family = AF_UNIX };
	/* An abstract name: nothing to clean up. */
	snprintf(stage.where.sun_path + 1, sizeof(stage.where.sun_path) - 1,
	    "prefork-test-%d", (int)getpid());
	assert_int_equal(bind(stage.listen_fd, (struct sockaddr *)&stage.where,
	    sizeof(stage.where)), 0);
	assert_int_equal(listen(stage.listen_fd, 1024), 0);
	*state = &stage;
	return (0);
}

static int
teardown(void **state)
{
	struct stage *stage = *state;

	prefork_stop(stage->prefork, 0);
	prefork_free(&stage->prefork);
	board_free(&stage->board);
	close(stage->board_fd);
	close(stage->listen_fd);
	return (0);
}

static struct pool_spec
spec_of(const struct stage *stage, const char *part, unsigned count)
{
	static char *argv[8][3];
	static unsigned used;
	char **args = argv[used++ % 8];

	args[0] = (char *)"/proc/self/exe";
	args[1] = (char *)part;
	return ((struct pool_spec){
		.name = part, .argv = args, .env = no_env, .count = count,
		.listen_fd = stage->listen_fd, .conf_fd = -1,
		.activate_fd = -1, .extra_fd = -1, .bell_fd = -1,
		.hear_fd = -1, .push_fd = -1, .log_fd = -1,
		.on_board = true, .rolls = true,
		.stop_signal = SIGTERM, .death_signal = SIGKILL
	});
}

static int
dial(const struct stage *stage)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&stage->where,
	    sizeof(stage->where)), 0);
	return (fd);
}

/* Ask once; tend the children until the answer is there. */
static void
ask(const struct stage *stage, char *answer, size_t size)
{
	int fd = dial(stage);
	ssize_t n;

	assert_int_equal(prefork_wait(stage->prefork, fd, PATIENCE),
	    PREFORK_INPUT);
	n = read(fd, answer, size - 1);
	assert_true(n >= 0);
	answer[n] = '\0';
	close(fd);
}

static bool
wait_until(const struct stage *stage, bool (*is_so)(const struct stage *))
{
	int64_t until = when_mono() + PATIENCE;

	while (!is_so(stage) && when_mono() < until)
		prefork_wait(stage->prefork, -1, 5 * MS);
	return (is_so(stage));
}

static struct child_info
child(const struct stage *stage, unsigned n)
{
	struct child_info info = { 0 };

	assert_true(prefork_child(stage->prefork, n, &info));
	return (info);
}

static bool
none_rolls(const struct stage *stage)
{
	return (!prefork_rolling(stage->prefork));
}

static bool
two_run(const struct stage *stage)
{
	return (prefork_running(stage->prefork, 0) == 2);
}

static bool
three_failures(const struct stage *stage)
{
	return (prefork_failures(stage->prefork, 0) >= 3);
}

static uint64_t
counted(const struct stage *stage, enum board_counter counter)
{
	struct board_slot slot;
	uint64_t n = 0;

	for (unsigned i = 0; i < BOARD_SLOTS; i++)
		if (board_slot(stage->board, i, &slot))
			n += slot.counters[counter];
	return (n);
}

/* A child counts its own start, some time after it is born. */
static bool
two_started(const struct stage *stage)
{
	return (counted(stage, BOARD_STARTS) == 2);
}

static bool
three_started(const struct stage *stage)
{
	return (counted(stage, BOARD_STARTS) == 3);
}

/* --- the tests ---------------------------------------------------------------- */

static void
a_child_is_born_with_its_settings_and_nothing_else(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "witness", 1);
	char answer[128];

	spec.conf_fd = memfd_create("settings", MFD_CLOEXEC);
	assert_int_equal(write(spec.conf_fd, "KEY=value", 9), 9);
	setenv("HOME", "/nowhere", 1);
	assert_int_equal(prefork_add(stage->prefork, &spec), 0);
	ask(stage, answer, sizeof(answer));
	/* 0, 1, 2, 3 and 4 are open, and no core is written. */
	assert_string_equal(answer, "9 KEY=value 3 0 5 0 1 clean");
	close(spec.conf_fd);
}

static void
a_confined_child_opens_no_other_file_or_process(void **state)
{
	static const char *const may_read[] = { "/usr", "/lib", "/lib64",
	    "/proc", "/etc/ld.so.cache", NULL };
	static const char *const may_write[] = { "/dev/null", NULL };
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "peeper", 1);
	char secret[] = "/tmp/prefork-test-XXXXXX", peek[64], answer[32];
	char self[4096] = "";
	int fd = mkstemp(secret);

	if (!confine_is_there())
		skip();
	assert_true(fd >= 0);
	snprintf(peek, sizeof(peek), "PEEK=%s", secret);
	spec.env = (char *[]){ peek, NULL };
	prefork_add(stage->prefork, &spec);
	ask(stage, answer, sizeof(answer));
	assert_string_equal(answer, "1 1 1");

	/* /proc/self/exe is wherever this test was built. */
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	spec.may_read = (const char *[]){ may_read[0], may_read[1],
	    may_read[2], may_read[3], may_read[4], self, NULL };
	spec.may_write = may_write;
	prefork_change(stage->prefork, 0, &spec);
	prefork_roll(stage->prefork, 0);
	kill(child(stage, 0).pid, SIGKILL);
	do {
		ask(stage, answer, sizeof(answer));
	} while (strcmp(answer, "1 1 1") == 0);
	assert_string_equal(answer, "0 0 1");
	close(fd);
	unlink(secret);
}

static void
a_killed_child_is_replaced_at_once_in_its_slot(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "server", 2);
	char first[32], again[32];
	struct child_info before;
	int64_t start;

	prefork_add(stage->prefork, &spec);
	ask(stage, first, sizeof(first));
	assert_true(wait_until(stage, two_started));
	before = child(stage, 0);
	kill(before.pid, SIGKILL);
	waitid(P_PID, (id_t)before.pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	start = when_mono();
	prefork_wait(stage->prefork, -1, 0);
	assert_true(wait_until(stage, two_run));
	assert_true(when_mono() - start < SECOND);
	assert_int_equal(child(stage, 0).slot, before.slot);
	ask(stage, again, sizeof(again));
	assert_int_equal(counted(stage, BOARD_CRASHES), 1);
	assert_true(wait_until(stage, three_started));
}

static void
a_child_that_dies_young_waits_ever_longer(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "crash", 1);
	int64_t start = when_mono();

	prefork_add(stage->prefork, &spec);
	assert_true(wait_until(stage, three_failures));
	/* The first time at once, the second after a tenth of a second. */
	assert_in_range(when_mono() - start, 100 * MS, 2 * SECOND);
}

static void
a_program_that_is_not_there_is_no_busy_loop(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "server", 1);

	spec.argv = (char *[]){ (char *)"/nonexistent/program", NULL };
	prefork_add(stage->prefork, &spec);
	assert_true(wait_until(stage, three_failures));
}

static void
the_watchdog_ends_a_request_that_takes_too_long(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "stuck", 1);
	char byte;
	int fd;

	spec.request_timeout = 200 * MS;
	prefork_add(stage->prefork, &spec);
	fd = dial(stage);
	assert_int_equal(prefork_wait(stage->prefork, fd, PATIENCE),
	    PREFORK_INPUT);
	assert_int_equal(read(fd, &byte, 1), 0);
	assert_int_equal(counted(stage, BOARD_TIMEOUTS), 1);
	close(fd);
}

static void
who_does_not_end_when_asked_is_killed(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "stubborn", 1);
	char answer[32];
	int64_t start;

	prefork_add(stage->prefork, &spec);
	ask(stage, answer, sizeof(answer));
	start = when_mono();
	prefork_stop(stage->prefork, 300 * MS);
	assert_in_range(when_mono() - start, 300 * MS, 3 * SECOND);
	assert_int_equal(prefork_running(stage->prefork, 0), 0);
}

static void
a_stop_ends_higher_stages_first(void **state)
{
	struct stage *stage = *state;
	struct pool_spec low = spec_of(stage, "mark-l", 1);
	struct pool_spec high = spec_of(stage, "mark-h", 1);
	char order[3] = "";
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	low.listen_fd = high.listen_fd = ends[1];
	low.on_board = high.on_board = low.rolls = high.rolls = false;
	high.stage = 1;
	prefork_add(stage->prefork, &low);
	prefork_add(stage->prefork, &high);
	/* Both have said that they will not miss the signal. */
	assert_int_equal(read(ends[0], order, 1), 1);
	assert_int_equal(read(ends[0], order, 1), 1);
	prefork_stop(stage->prefork, PATIENCE);
	assert_int_equal(read(ends[0], order, 2), 2);
	assert_string_equal(order, "hl");
	close(ends[0]);
	close(ends[1]);
}

static void
a_roll_replaces_every_child_and_refuses_nobody(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "server", 2);
	char answer[32];
	pid_t old[2];
	unsigned asked = 0;

	prefork_add(stage->prefork, &spec);
	ask(stage, answer, sizeof(answer));
	old[0] = child(stage, 0).pid;
	old[1] = child(stage, 1).pid;
	for (int i = 0; i < 10; i++)	/* a storm: the rolls follow each other */
		prefork_roll(stage->prefork, PATIENCE);
	while (prefork_rolling(stage->prefork)) {
		ask(stage, answer, sizeof(answer));
		assert_true(answer[0] != '\0');
		asked++;
	}
	assert_true(asked > 0);
	assert_int_equal(prefork_running(stage->prefork, 0), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_not_equal(child(stage, i).pid, old[0]);
		assert_int_not_equal(child(stage, i).pid, old[1]);
		assert_int_equal(child(stage, i).generation,
		    prefork_generation(stage->prefork));
	}
	assert_int_equal(counted(stage, BOARD_CRASHES), 0);
}

static void
a_roll_to_a_broken_build_keeps_the_old_children(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "server", 1);
	struct pool_spec broken = spec_of(stage, "crash", 1);
	char answer[32];
	pid_t old;

	prefork_add(stage->prefork, &spec);
	ask(stage, answer, sizeof(answer));
	old = child(stage, 0).pid;
	prefork_change(stage->prefork, 0, &broken);
	prefork_roll(stage->prefork, SECOND);
	assert_true(wait_until(stage, none_rolls));
	assert_int_equal(child(stage, 0).pid, old);
	assert_int_equal(prefork_running(stage->prefork, 0), 1);
	ask(stage, answer, sizeof(answer));
	assert_int_equal(strtol(answer, NULL, 10), old);

	/* And from there to one that works. */
	prefork_change(stage->prefork, 0, &spec);
	prefork_roll(stage->prefork, SECOND);
	assert_true(wait_until(stage, none_rolls));
	assert_int_not_equal(child(stage, 0).pid, old);
}

static void
the_death_of_the_parent_ends_the_children(void **state)
{
	struct stage *stage = *state;
	int ends[2];
	pid_t parent;
	char byte;

	/* Whoever is left holds the pipe's end open. */
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	parent = fork();
	if (parent == 0) {
		struct prefork *own = prefork_new(stage->board, stage->board_fd);
		struct pool_spec spec = spec_of(stage, "mark-x", 2);

		spec.listen_fd = ends[1];
		spec.on_board = false;
		prefork_add(own, &spec);
		raise(SIGKILL);
	}
	close(ends[1]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	do {
		assert_int_equal(poll(&(struct pollfd){ .fd = ends[0],
		    .events = POLLIN }, 1, 10000), 1);
	} while (read(ends[0], &byte, 1) == 1);
	close(ends[0]);
}

static void
signals_are_told_in_turn(void **state)
{
	struct stage *stage = *state;

	kill(getpid(), SIGHUP);
	kill(getpid(), SIGTERM);
	assert_int_equal(prefork_wait(stage->prefork, -1, PATIENCE),
	    PREFORK_STOP);
	assert_int_equal(prefork_wait(stage->prefork, -1, PATIENCE),
	    PREFORK_RELOAD);
	assert_int_equal(prefork_wait(stage->prefork, -1, 10 * MS),
	    PREFORK_TIMEOUT);
}

static void
more_children_than_slots_are_refused(void **state)
{
	struct stage *stage = *state;
	struct pool_spec spec = spec_of(stage, "server", BOARD_SLOTS / 2 + 1);

	assert_int_equal(prefork_add(stage->prefork, &spec), -1);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_child_is_born_with_its_settings_and_nothing_else),
		STAGED(a_confined_child_opens_no_other_file_or_process),
		STAGED(a_killed_child_is_replaced_at_once_in_its_slot),
		STAGED(a_child_that_dies_young_waits_ever_longer),
		STAGED(a_program_that_is_not_there_is_no_busy_loop),
		STAGED(the_watchdog_ends_a_request_that_takes_too_long),
		STAGED(who_does_not_end_when_asked_is_killed),
		STAGED(a_stop_ends_higher_stages_first),
		STAGED(a_roll_replaces_every_child_and_refuses_nobody),
		STAGED(a_roll_to_a_broken_build_keeps_the_old_children),
		STAGED(the_death_of_the_parent_ends_the_children),
		STAGED(signals_are_told_in_turn),
		STAGED(more_children_than_slots_are_refused)
	};

	if (argc > 1)
		return (play(argv[1]));
	return (cmocka_run_group_tests_name("prefork", tests, NULL, NULL));
}
