/* SPDX-License-Identifier: ISC */
/*
 * What runs: told by the supervisor, asked by `bureau status`, `reload` and
 * `stop`.
 */
#include "config.h"

#include "control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "board.h"
#include "buf.h"
#include "bureau.h"
#include "check.h"
#include "pidfile.h"
#include "prefork.h"
#include "services.h"
#include "settings.h"
#include "site.h"
#include "text.h"
#include "when.h"

#define ROLL_BEGINS	INT64_C(10000000)	/* us, when all is well */
#define ANSWER_MAX	(256 * 1024)

static struct sockaddr_un
address_of(const struct site *site)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };

	snprintf(where.sun_path, sizeof(where.sun_path), "%s/control.sock",
	    site->run);
	return (where);
}

/* --- the supervisor's side ---------------------------------------------------- */

int
control_open(const struct site *site)
{
	struct sockaddr_un where = address_of(site);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ASSERT(fd >= 0);
	unlink(where.sun_path);
	if (bind(fd, (struct sockaddr *)&where, sizeof(where)) == 0 &&
	    chmod(where.sun_path, 0600) == 0 && listen(fd, 16) == 0)
		return (fd);
	complain("cannot listen on %s: %s", where.sun_path, strerror(errno));
	close(fd);
	return (-1);
}

static const char *
state_name(const struct child_info *child, const struct board *board)
{
	static const char *const names[] = { "starting", "starting", "idle",
	    "busy" };

	if (child->pid == 0)
		return ("waiting");
	if (child->ending)
		return ("ending");
	return (child->on_board ? names[board_state(board, child->slot)] :
	    "running");
}

static void
add_child(struct buf *out, const struct child_info *child,
    const struct board *board)
{
	struct board_slot slot = { 0 };

	buf_printf(out, "{\"pool\":\"%s\",\"pid\":%d,\"state\":\"%s\","
	    "\"generation\":%llu,\"ageSeconds\":%lld", child->pool,
	    (int)child->pid, state_name(child, board),
	    (unsigned long long)child->generation,
	    (long long)(child->age_us / 1000000));
	if (child->on_board && board_slot(board, child->slot, &slot))
		buf_printf(out, ",\"slot\":%u,\"requests\":%llu,"
		    "\"starts\":%llu,\"crashes\":%llu,\"timeouts\":%llu",
		    child->slot,
		    (unsigned long long)slot.counters[BOARD_REQUESTS],
		    (unsigned long long)slot.counters[BOARD_STARTS],
		    (unsigned long long)slot.counters[BOARD_CRASHES],
		    (unsigned long long)slot.counters[BOARD_TIMEOUTS]);
	buf_char(out, '}');
}

static void
add_state(struct buf *out, const struct site *site,
    const struct prefork *prefork, const struct board *board)
{
	unsigned long long generation = prefork_generation(prefork);
	bool rolling = prefork_rolling(prefork);
	struct child_info child;

	buf_printf(out, "%d %llu %d %lld\n", (int)getpid(), generation,
	    rolling, (long long)board_since(board));
	buf_printf(out, "{\"pid\":%d,\"version\":\"%s\",\"generation\":%llu,"
	    "\"rolling\":%s,\"started\":%lld,\"url\":\"%s\",\"home\":",
	    (int)getpid(), PACKAGE_VERSION, generation,
	    rolling ? "true" : "false", (long long)board_since(board),
	    services_url(site));
	buf_json(out, site->home, strlen(site->home));
	buf_text(out, ",\"run\":");
	buf_json(out, site->run, strlen(site->run));
	buf_text(out, ",\"children\":[");
	for (unsigned i = 0; prefork_child(prefork, i, &child); i++) {
		if (i > 0)
			buf_char(out, ',');
		add_child(out, &child, board);
	}
	buf_text(out, "]}\n");
}

void
control_answer(int fd, const struct site *site, const struct prefork *prefork,
    const struct board *board)
{
	/* Asked often and for long: not from the site's arena. */
	struct arena *arena = arena_new(ARENA_PLAIN, 2 * ANSWER_MAX);
	struct site here = *site;
	struct buf out;
	int peer, size = ANSWER_MAX;

	here.arena = arena;
	buf_init(&out, arena, ANSWER_MAX);
	while ((peer = accept4(fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		buf_clear(&out);
		add_state(&out, &here, prefork, board);
		setsockopt(peer, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		/* Who does not take it in one piece goes without. */
		send(peer, out.data, out.len, MSG_NOSIGNAL);
		close(peer);
	}
	arena_free(&arena);
}

/* --- the commands' side --------------------------------------------------------- */

struct told {
	int			pid, rolling;
	unsigned long long	generation;
	long long		started;
	const char		*json;
};

/* The first line of an answer; what follows is for --json. */
static bool
read_told(struct str answer, struct told *out)
{
	int64_t numbers[4];
	struct str line, word;

	if (!str_split(&answer, '\n', &line))
		return (false);
	for (unsigned i = 0; i < COUNT_OF(numbers); i++)
		if (!str_split(&line, ' ', &word) ||
		    !text_int(word, 0, INT64_MAX, &numbers[i]))
			return (false);
	*out = (struct told){ .pid = (int)numbers[0],
	    .generation = (unsigned long long)numbers[1],
	    .rolling = (int)numbers[2], .started = numbers[3],
	    .json = answer.p };
	return (true);
}

/* Ask the supervisor; false when none answers. */
static bool
ask(const struct site *site, struct told *out)
{
	struct sockaddr_un where = address_of(site);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct buf answer;
	char piece[4096];
	ssize_t n;

	ASSERT(fd >= 0);
	if (connect(fd, (struct sockaddr *)&where, sizeof(where)) != 0) {
		close(fd);
		return (false);
	}
	buf_init(&answer, site->arena, ANSWER_MAX);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(&answer, piece, (size_t)n);
	close(fd);
	return (read_told((struct str){ answer.data, answer.len }, out));
}

static int
not_running(const struct site *site, bool json)
{
	if (json)
		puts("{\"running\":false}");
	else
		fprintf(stderr, "bureau: nothing runs on %s\n", site->home);
	return (EXIT_NOT_RUNNING);
}

/* The text behind "name": in our own JSON, up to , or } or a quote. */
static void
print_field(const char *object, const char *name, int width)
{
	char key[64];
	const char *value;

	snprintf(key, sizeof(key), "\"%s\":", name);
	value = strstr(object, key);
	value = value == NULL ? "-" : value + strlen(key);
	value += *value == '"';
	printf("%-*.*s ", width, (int)strcspn(value, ",}\""), value);
}

static void
print_children(char *json)
{
	char *at = strstr(json, "\"children\":["), *end;

	printf("%-10s %-8s %-9s %-10s %-8s %-10s %s\n", "POOL", "PID", "STATE",
	    "GENERATION", "AGE/s", "REQUESTS", "CRASHES");
	while (at != NULL && (at = strchr(at, '{')) != NULL) {
		end = strchr(at, '}');
		if (end == NULL)
			return;
		*end = '\0';
		print_field(at, "pool", 10);
		print_field(at, "pid", 8);
		print_field(at, "state", 9);
		print_field(at, "generation", 10);
		print_field(at, "ageSeconds", 8);
		print_field(at, "requests", 10);
		print_field(at, "crashes", 0);
		putchar('\n');
		at = end + 1;
	}
}

/* What runs is found by its folder: wrong settings must not hide it. */
static void
open_anyway(struct site *site)
{
	site_open_telling(site, NULL, NULL);
}

int
status_main(int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");
	struct site site;
	struct told told;

	if (argc != 1)
		return (usage("status"));
	open_anyway(&site);
	if (!ask(&site, &told))
		return (not_running(&site, json));
	if (json) {
		fputs(told.json, stdout);
		return (EXIT_DONE);
	}
	printf("bureau runs as process %d on %s, generation %llu%s\n\n",
	    told.pid, site.home, told.generation,
	    told.rolling ? ", reloading" : "");
	print_children(arena_strdup(site.arena, told.json));
	return (EXIT_DONE);
}

int
stop_main(int argc, char **argv)
{
	struct pollfd end = { .events = POLLIN };
	struct site site;
	pid_t pid;

	(void)argv;
	if (argc != 1)
		return (usage("stop"));
	open_anyway(&site);
	pid = pidfile_holder(&site);
	if (pid == 0)
		return (not_running(&site, false));
	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (end.fd < 0 || kill(pid, SIGTERM) != 0) {
		complain("cannot stop process %d: %s", (int)pid,
		    strerror(errno));
		return (EXIT_FAILED);
	}
	poll(&end, 1, -1);
	return (EXIT_DONE);
}

/* Wait until the roll that was asked for has begun and then has ended. */
static int
wait_for_roll(const struct site *site, const struct told *before)
{
	int64_t until = when_mono() + ROLL_BEGINS;
	struct told now = *before;

	while (now.generation == before->generation || now.rolling) {
		poll(NULL, 0, 50);
		if (!ask(site, &now) || now.pid != before->pid) {
			complain("the supervisor ended during the reload");
			return (EXIT_FAILED);
		}
		if (now.generation == before->generation &&
		    when_mono() > until) {
			complain("the supervisor refused the reload; its log "
			    "says why");
			return (EXIT_FAILED);
		}
	}
	printf("generation %llu runs\n", now.generation);
	return (EXIT_DONE);
}

int
reload_main(int argc, char **argv)
{
	struct site site;
	struct told told;

	(void)argv;
	if (argc != 1)
		return (usage("reload"));
	/* With wrong settings the supervisor would keep the old ones. */
	if (!site_open(&site) || !settings_check(&site))
		return (EXIT_FAILED);
	if (!ask(&site, &told))
		return (not_running(&site, false));
	if (kill(told.pid, SIGHUP) != 0) {
		complain("cannot signal process %d: %s", told.pid,
		    strerror(errno));
		return (EXIT_FAILED);
	}
	return (wait_for_roll(&site, &told));
}
