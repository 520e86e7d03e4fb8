/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"

#define ARENA_LIMIT	(64u << 20)

int
unit_setup(void **state)
{
	*state = arena_new(ARENA_PLAIN, ARENA_LIMIT);
	return (0);
}

int
unit_teardown(void **state)
{
	struct arena *arena = *state;

	arena_free(&arena);
	return (0);
}

void
assert_aborts(void (*what)(void))
{
	static const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* Neither its last words nor a core file are of interest. */
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

void
unit_assert_str(struct str got, struct str want, const char *file, int line)
{
	if (str_same(got, want))
		return;
	print_error("got '%.*s' (%zu bytes), want '%.*s' (%zu bytes)\n",
	    (int)got.n, got.p == NULL ? "" : got.p, got.n, (int)want.n, want.p,
	    want.n);
	_fail(file, line);
}

void
unit_add(struct unit_list *list, const char *name, CMUnitTestFunction test,
    const void *row)
{
	ASSERT(list->count < COUNT_OF(list->tests));
	list->tests[list->count++] = (struct CMUnitTest){
		.name = name,
		.test_func = test,
		.initial_state = (void *)(uintptr_t)row,
	};
}

int
unit_run(const struct unit_list *list, const char *group)
{
	return (_cmocka_run_group_tests(group, list->tests, list->count, NULL,
	    NULL));
}
