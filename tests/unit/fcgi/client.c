/* SPDX-License-Identifier: ISC */
/*
 * The client's side of FastCGI, against a process that plays the responder, well
 * or badly.
 */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "client.h"
#include "when.h"

#define SECOND INT64_C(1000000)

static char folder[] = "/tmp/bureau-client-XXXXXX";
static char path[sizeof(folder) + 10];

/* --- the other end ---------------------------------------------------------------- */

static void
say(int fd, unsigned char type, const char *text, size_t n)
{
	const unsigned char header[8] = { 1, type, 0, 1,
	    (unsigned char)(n >> 8), (unsigned char)n, 0, 0 };

	if (write(fd, header, sizeof(header)) < 0 || write(fd, text, n) < 0)
		_exit(1);
}

static bool
read_all(int fd, unsigned char *data, size_t n)
{
	for (size_t got = 0; got < n;) {
		ssize_t more = read(fd, data + got, n - got);

		if (more <= 0)
			return (false);
		got += (size_t)more;
	}
	return (true);
}

/* Bytes of the body, once the whole request was read. */
static size_t
read_request(int fd, struct buf *params)
{
	static unsigned char content[65536 + 256];
	unsigned char header[8];
	size_t body = 0;

	while (read_all(fd, header, sizeof(header))) {
		size_t n = (size_t)header[4] << 8 | header[5];

		if (!read_all(fd, content, n + header[6]))
			break;
		if (header[1] == 4)
			buf_add(params, content, n);
		body += header[1] == 5 ? n : 0;
		if (header[1] == 5 && n == 0)
			return (body);
	}
	_exit(2);
}

static void
answer_well(int fd)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 24);
	struct buf params;
	char text[200];
	size_t body;

	buf_init(&params, arena, 1 << 20);
	body = read_request(fd, &params);
	snprintf(text, sizeof(text), "Status: 201 Created\r\nX-Body: %zu\r\n"
	    "X-Params: %zu %d\r\n\r\nhello", body, params.len,
	    memmem(params.data, params.len, "\4\3NAMEabc", 9) != NULL);
	say(fd, 7, "a word for the log", 18);
	say(fd, 6, text, strlen(text));
	say(fd, 6, "", 0);
	say(fd, 3, "\0\0\0\0\0\0\0\0", 8);
}

static void
answer_early(int fd)
{
	static const char text[] = "Status: 413 Too Large\r\nX: y\r\n\r\n";

	say(fd, 6, text, sizeof(text) - 1);
	say(fd, 3, "\0\0\0\0\0\0\0\0", 8);
}

static void
answer_too_much(int fd)
{
	static const char much[60000];

	for (int i = 0; i < 20; i++)
		say(fd, 6, much, sizeof(much));
}

static void
hang_up(int fd)
{
	(void)fd;
}

static void
hang_up_halfway(int fd)
{
	say(fd, 6, "Status: 200 OK\r\n", 16);
}

static void
refuse(int fd)
{
	say(fd, 3, "\0\0\0\0\2\0\0\0", 8);
}

static void
talk_http(int fd)
{
	static const char text[] = "HTTP/1.1 200 OK\r\n\r\nhello, world";

	if (write(fd, text, sizeof(text) - 1) < 0)
		_exit(1);
}

static void
say_nothing(int fd)
{
	(void)fd;
	pause();
}

static pid_t
play(void (*part)(int fd))
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	unlink(path);
	memcpy(where.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	assert_int_equal(listen(fd, 1), 0);
	pid = fork();
	if (pid == 0) {
		int peer = accept(fd, NULL, NULL);

		part(peer);
		close(peer);
		_exit(0);
	}
	close(fd);
	return (pid);
}

/* --- calls -------------------------------------------------------------------------- */

static const char *const env[] = { "NAME=abc", "EMPTY=", NULL };

static enum fcgi_end
call_one(struct arena *arena, void (*part)(int fd), struct fcgi_call *call,
    struct fcgi_answer *answer)
{
	pid_t pid = part != NULL ? play(part) : 0;
	enum fcgi_end end;
	const char *why = NULL;

	call->path = path;
	if (call->env == NULL)
		call->env = env;
	if (call->answer_max == 0)
		call->answer_max = 1 << 20;
	if (call->deadline == 0)
		call->deadline = when_mono() + 20 * SECOND;
	end = fcgi_call(arena, call, answer, &why);
	assert_true(end == FCGI_ANSWERED || why != NULL);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		unlink(path);
	}
	return (end);
}

static void
a_request_gets_its_answer(void **state)
{
	struct fcgi_call call = { 0 };
	struct fcgi_answer answer;

	assert_int_equal(call_one(*state, answer_well, &call, &answer),
	    FCGI_ANSWERED);
	assert_int_equal(answer.status, 201);
	assert_str(answer.body, "hello");
	assert_str(fcgi_answer_header(&answer, "x-body"), "0");
	assert_str(fcgi_answer_header(&answer, "X-Params"), "16 1");
	assert_null(fcgi_answer_header(&answer, "X-Other").p);
}

static void
long_values_and_bodies_take_many_records(void **state)
{
	char *value = arena_alloc(*state, 200001), *body;
	const char *const large[] = { value, "NAME=abc", NULL };
	struct fcgi_call call = { .env = large };
	struct fcgi_answer answer;

	memset(value, 'v', 200000);
	value[3] = '=';
	body = arena_alloc(*state, 3000000);
	call.body = (struct str){ body, 3000000 };
	assert_int_equal(call_one(*state, answer_well, &call, &answer),
	    FCGI_ANSWERED);
	assert_str(fcgi_answer_header(&answer, "X-Body"), "3000000");
	/* 199999 bytes, lengths of one and four, and those of NAME. */
	assert_str(fcgi_answer_header(&answer, "X-Params"), "200013 1");
}

static void
who_answers_before_it_has_read_all_is_heard(void **state)
{
	struct fcgi_call call = { .body = {
	    arena_alloc(*state, 3000000), 3000000 } };
	struct fcgi_answer answer;

	assert_int_equal(call_one(*state, answer_early, &call, &answer),
	    FCGI_ANSWERED);
	assert_int_equal(answer.status, 413);
}

static void
what_goes_wrong_is_told_apart(void **state)
{
	static void (*const parts[])(int fd) = { hang_up, hang_up_halfway,
	    refuse, talk_http, answer_too_much };
	struct fcgi_answer answer;

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct fcgi_call call = { .answer_max = 500000 };

		assert_int_equal(call_one(*state, parts[i], &call, &answer),
		    FCGI_BROKEN);
	}
	assert_int_equal(call_one(*state, NULL, &(struct fcgi_call){ 0 },
	    &answer), FCGI_NOBODY);
}

static bool
not_long(void *cls)
{
	return (++*(int *)cls < 2);
}

static void
nobody_is_waited_for_for_ever(void **state)
{
	struct fcgi_answer answer;
	int asked = 0;
	int64_t before = when_mono();

	assert_int_equal(call_one(*state, say_nothing, &(struct fcgi_call){
	    .deadline = before + SECOND / 5 }, &answer), FCGI_LATE);
	assert_true(when_mono() - before < 2 * SECOND);
	before = when_mono();
	assert_int_equal(call_one(*state, say_nothing, &(struct fcgi_call){
	    .alive = not_long, .cls = &asked }, &answer), FCGI_STOPPED);
	assert_int_equal(asked, 2);
	assert_true(when_mono() - before < 10 * SECOND);
}

static void
an_answer_is_headers_and_a_body(void **state)
{
	static const struct {
		const char	*text;
		int		 status;	/* 0: it is none */
	} rows[] = {
		{ "Status: 404\r\n\r\n", 404 }, { "a: b\n\nbody", 200 },
		{ "A: b\r\nstatus: 503 Busy\r\n\r\n", 503 },
		{ "", 0 }, { "\r\n", 0 }, { "\r\nbody", 0 },
		{ "Status: 200\r\n", 0 }, { "Status: 200", 0 },
		{ "Status: 99\r\n\r\n", 0 }, { "Status: 600\r\n\r\n", 0 },
		{ "Status: 2000\r\n\r\n", 0 }, { "Status: x\r\n\r\n", 0 },
		{ "Status:\r\n\r\n", 0 }, { ": b\r\n\r\n", 0 },
		{ "no colon\r\n\r\n", 0 },
	};
	struct fcgi_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (fcgi_answer_parse(str_of(rows[i].text), &answer) !=
		    (rows[i].status != 0) || (rows[i].status != 0 &&
		    answer.status != rows[i].status))
			fail_msg("%s", rows[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(a_request_gets_its_answer),
		UNIT_TEST(long_values_and_bodies_take_many_records),
		UNIT_TEST(who_answers_before_it_has_read_all_is_heard),
		UNIT_TEST(what_goes_wrong_is_told_apart),
		UNIT_TEST(nobody_is_waited_for_for_ever),
		UNIT_TEST(an_answer_is_headers_and_a_body),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);
	ASSERT(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/socket", folder);
	failed = cmocka_run_group_tests_name("client", tests, NULL, NULL);
	rmdir(folder);
	return (failed);
}
