/* SPDX-License-Identifier: ISC */
/*
 * Fork and exec.
 *
 * Order matters: descriptors are opened while the child still has its parent's
 * rights; the death signal is asked for after they are dropped, because the
 * kernel forgets it at every change of identity.
 */
#include "config.h"

#include "spawn.h"

#include "board.h"
#include "check.h"
#include "confine.h"
#include "log.h"
#include "prefork.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define FD_LISTEN	0
#define FD_CONF		3
#define FD_BOARD	4
#define FD_EXTRA	5
#define FD_BELL		6
#define FD_HEAR		7
#define FD_PUSH		8
#define FD_ASIDE	16	/* where descriptors wait to be put in place */

#define ENV_OURS	11	/* variables added to the pool's, and the NULL */
#define ENV_MAX		128

static _Noreturn void
give_up(const struct pool_spec *spec, const char *what)
{
	log_event(LOG_ERROR, "child.exec", "pool", spec->name, "what", what,
	    "why", strerror(errno), NULL);
	_exit(127);
}

/* Out of the way of the numbers that are handed out, closed at exec. */
static int
aside(const struct pool_spec *spec, int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_ASIDE);

	if (moved < 0)
		give_up(spec, "duplicate a descriptor");
	return (moved);
}

/* A description of its own, so that siblings do not move each other's offset. */
static int
reopened(const struct pool_spec *spec, int fd)
{
	char path[40];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0)
		give_up(spec, "open the settings");
	return (own);
}

static void
place_fd(const struct pool_spec *spec, int from, int to)
{
	if (from < 0)
		close(to);
	else if (dup2(from, to) != to)
		give_up(spec, "place a descriptor");
}

static void
place_descriptors(const struct pool_spec *spec, int board_fd)
{
	int listen_fd = spec->listen_fd, conf_fd = -1, own_board = -1;
	int extra_fd = -1, bell_fd = -1, hear_fd = -1, push_fd = -1;
	int log_fd = spec->log_fd < 0 ? STDERR_FILENO :
	    aside(spec, spec->log_fd);

	if (listen_fd < 0)
		listen_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	listen_fd = aside(spec, listen_fd);
	if (spec->conf_fd >= 0)
		conf_fd = aside(spec, reopened(spec, spec->conf_fd));
	else if (spec->activate_fd >= 0)
		conf_fd = aside(spec, spec->activate_fd);
	if (spec->on_board)
		own_board = aside(spec, board_fd);
	if (spec->extra_fd >= 0)
		extra_fd = aside(spec, spec->extra_fd);
	if (spec->bell_fd >= 0)
		bell_fd = aside(spec, spec->bell_fd);
	if (spec->hear_fd >= 0)
		hear_fd = aside(spec, spec->hear_fd);
	if (spec->push_fd >= 0)
		push_fd = aside(spec, spec->push_fd);
	place_fd(spec, listen_fd, FD_LISTEN);
	place_fd(spec, log_fd, STDOUT_FILENO);
	place_fd(spec, log_fd, STDERR_FILENO);
	place_fd(spec, conf_fd, FD_CONF);
	place_fd(spec, own_board, FD_BOARD);
	place_fd(spec, extra_fd, FD_EXTRA);
	place_fd(spec, bell_fd, FD_BELL);
	place_fd(spec, hear_fd, FD_HEAR);
	place_fd(spec, push_fd, FD_PUSH);
	close_range(FD_PUSH + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
drop_rights(const struct pool_spec *spec)
{
	struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	if (spec->uid != 0 &&
	    (setgroups(0, NULL) != 0 ||
	    setresgid(spec->gid, spec->gid, spec->gid) != 0 ||
	    setresuid(spec->uid, spec->uid, spec->uid) != 0))
		give_up(spec, "become another user");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		give_up(spec, "give up new privileges");
	/* Where the kernel cannot, `bureau doctor` says so. */
	if (spec->may_read != NULL)
		confine(spec->may_read, spec->may_write);
}

static void
die_with(const struct pool_spec *spec, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, spec->death_signal) != 0)
		give_up(spec, "ask for the death signal");
	if (getppid() != parent)
		_exit(0);		/* it died before we asked */
}

/* The pool's environment and ours; texts live in the caller's buffer. */
static void
fill_env(const struct pool_spec *spec, unsigned slot, char *env[ENV_MAX],
    char text[ENV_OURS][32])
{
	unsigned n = 0, used = 0;

	for (; n < ENV_MAX - ENV_OURS && spec->env[n] != NULL; n++)
		env[n] = spec->env[n];
	if (spec->conf_fd >= 0)
		snprintf(text[used++], 32, "BUREAU_CONF_FD=%d", FD_CONF);
	if (spec->on_board) {
		snprintf(text[used++], 32, "BUREAU_BOARD_FD=%d", FD_BOARD);
		snprintf(text[used++], 32, "BUREAU_SLOT=%u", slot);
	}
	if (spec->extra_fd >= 0)
		snprintf(text[used++], 32, "BUREAU_EXTRA_FD=%d", FD_EXTRA);
	if (spec->bell_fd >= 0)
		snprintf(text[used++], 32, "BUREAU_BELL_FD=%d", FD_BELL);
	if (spec->hear_fd >= 0)
		snprintf(text[used++], 32, "BUREAU_HEAR_FD=%d", FD_HEAR);
	if (spec->push_fd >= 0)
		snprintf(text[used++], 32, "BUREAU_PUSH_FD=%d", FD_PUSH);
	if (spec->activate_fd >= 0) {
		snprintf(text[used++], 32, "LISTEN_FDS=1");
		snprintf(text[used++], 32, "LISTEN_PID=%d", (int)getpid());
	}
	for (unsigned i = 0; i < used; i++)
		env[n++] = text[i];
	env[n] = NULL;
}

/*
 * program: the file, opened before rights were dropped: it may lie in a folder
 * its user cannot enter, as a developer's home often is.
 */
static _Noreturn void
become(const struct pool_spec *spec, unsigned slot, int program)
{
	char *env[ENV_MAX], text[ENV_OURS][32];

	fill_env(spec, slot, env, text);
	execve(spec->argv[0], spec->argv, env);
	if (errno == EACCES && program >= 0)
		fexecve(program, spec->argv, env);
	give_up(spec, spec->argv[0]);
}

pid_t
spawn(const struct pool_spec *spec, const struct spawn_place *place)
{
	pid_t parent = getpid(), pid = fork();
	int program;

	if (pid != 0)
		return (pid);
	reset_signals();
	setpgid(0, 0);		/* the terminal's Ctrl-C is for the parent */
	place_descriptors(spec, place->board_fd);
	program = open(spec->argv[0], O_PATH | O_CLOEXEC);
	if (spec->on_board)
		board_occupy(place->board, place->slot, spec->name,
		    place->generation);
	drop_rights(spec);
	die_with(spec, parent);
	become(spec, place->slot, program);
}
