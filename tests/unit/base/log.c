/* SPDX-License-Identifier: ISC */
/*
 * The log: one line of JSON whatever the values hold, and no waiting whatever
 * reads it.
 */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json.h"
#include "log.h"

/* Stderr during a test, and where its other end is read. */
struct capture {
	int	saved, reader;
	char	text[200000];
	size_t	len;
};

static struct capture capture;

static void
capture_begin(int reader, int writer)
{
	fflush(stderr);
	capture.saved = dup(STDERR_FILENO);
	capture.reader = reader;
	dup2(writer, STDERR_FILENO);
	close(writer);
	fcntl(reader, F_SETFL, O_NONBLOCK);
	log_open("test", LOG_INFO);
}

static void
capture_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	capture_begin(ends[0], ends[1]);
}

static void
capture_socket(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	capture_begin(ends[0], ends[1]);
}

/* What was written since the last time. */
static const char *
captured(void)
{
	ssize_t n;

	capture.len = 0;
	while ((n = read(capture.reader, capture.text + capture.len,
	    sizeof(capture.text) - 1 - capture.len)) > 0)
		capture.len += (size_t)n;
	capture.text[capture.len] = '\0';
	return (capture.text);
}

static int
capture_end(void **state)
{
	(void)state;
	dup2(capture.saved, STDERR_FILENO);
	close(capture.saved);
	close(capture.reader);
	log_request(NULL);
	log_open("test", LOG_INFO);
	return (0);
}

/* The text is one line, and that is JSON. */
static void
assert_one_line(const char *text)
{
	struct json_error error;
	size_t n = strlen(text);

	assert_true(n > 1 && n <= 4096);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	if (!json_scan((struct str){ text, n - 1 }, &error))
		fail_msg("%u: %s %s", error.column, error.message, text);
}

static void
a_line_says_when_who_and_what(void **state)
{
	const char *line;
	char pid[32];

	(void)state;
	capture_pipe();
	log_event(LOG_WARN, "db.reconnect", "host", "db1", "none", NULL,
	    "tries", "3", NULL);
	line = captured();
	assert_one_line(line);
	snprintf(pid, sizeof(pid), "\"pid\":\"%ld\"", (long)getpid());
	assert_ptr_equal(strstr(line, "{\"time\":\"2"), line);
	assert_non_null(strstr(line, pid));
	assert_non_null(strstr(line, ",\"level\":\"warn\",\"who\":\"test\","));
	assert_non_null(strstr(line, ",\"event\":\"db.reconnect\","
	    "\"host\":\"db1\",\"tries\":\"3\"}\n"));
	assert_null(strstr(line, "none"));
	assert_null(strstr(line, "request"));
}

static void
lines_carry_the_request_until_it_ends(void **state)
{
	(void)state;
	capture_pipe();
	log_request("01234567");
	log_event(LOG_INFO, "a", NULL);
	assert_non_null(strstr(captured(), "\"request\":\"01234567\""));
	log_request(NULL);
	log_event(LOG_INFO, "b", NULL);
	assert_null(strstr(captured(), "request"));
}

static void
lower_levels_are_dropped(void **state)
{
	(void)state;
	capture_pipe();
	log_event(LOG_DEBUG, "quiet", NULL);
	assert_string_equal(captured(), "");
	log_open("test", LOG_ERROR);
	log_event(LOG_WARN, "quiet", NULL);
	assert_string_equal(captured(), "");
	log_event(LOG_ERROR, "loud", NULL);
	assert_one_line(captured());
}

static void
no_value_breaks_the_line(void **state)
{
	char value[256];
	const char *line;
	size_t i, n;

	(void)state;
	capture_pipe();
	for (i = 1; i < sizeof(value); i++)
		value[i - 1] = (char)i;
	value[sizeof(value) - 1] = '\0';
	log_event(LOG_INFO, "e", "v", value, "w",
	    "\xe2\x80\xa8\xc2\x9b\xc3\xa4\r\n\x1b[2J", NULL);
	line = captured();
	assert_one_line(line);
	n = strlen(line);
	for (i = 0; i + 1 < n; i++)
		assert_true((unsigned char)line[i] >= 0x20);
	assert_non_null(strstr(line,
	    "\"w\":\"\\u2028\\u009b\xc3\xa4\\u000d\\u000a\\u001b[2J\""));
}

static void
long_values_are_cut_and_said_to_be(void **state)
{
	static const char units[][5] = { "x", "\"", "\n", "\xc3\xa4", "\xff",
	    "\xf0\x9f\x98\x80" };
	char value[9000];
	const char *line;
	size_t i, k, n;

	(void)state;
	capture_pipe();
	for (i = 0; i < COUNT_OF(units); i++)
		for (k = 3900; k < 4200; k++) {
			for (n = 0; n + strlen(units[i]) <= k;
			    n += strlen(units[i]))
				memcpy(value + n, units[i], strlen(units[i]));
			value[n] = '\0';
			log_event(LOG_INFO, "long", "value", value, "after",
			    "gone", NULL);
			line = captured();
			assert_one_line(line);
		}
	assert_non_null(strstr(line, "\"cut\":\"yes\"}\n"));
}

static void
many_pairs_are_cut_too(void **state)
{
	const char *v = "0123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789";
	const char *line;

	(void)state;
	capture_pipe();
#define TEN "k", v, "k", v, "k", v, "k", v, "k", v, "k", v, "k", v, "k", v, \
	"k", v, "k", v
	log_event(LOG_INFO, "many", TEN, TEN, TEN, TEN, TEN, NULL);
#undef TEN
	line = captured();
	assert_true(strlen(line) <= 4096);
	assert_non_null(strstr(line, "\"cut\":\"yes\"}\n"));
}

/* Writes until nothing more fits; a log that waits never comes back. */
static void
overfill(void)
{
	size_t i;

	for (i = 0; i < 10000; i++)
		log_event(LOG_INFO, "flood", "value",
		    "0123456789012345678901234567890123456789", NULL);
}

static void
assert_drops_are_told_once(void)
{
	const char *line, *drops;

	overfill();
	captured();
	log_event(LOG_INFO, "after", NULL);
	line = captured();
	assert_one_line(line);
	drops = strstr(line, "\"dropped\":\"");
	assert_non_null(drops);
	assert_true(strtol(drops + strlen("\"dropped\":\""), NULL, 10) > 100);
	log_event(LOG_INFO, "later", NULL);
	assert_null(strstr(captured(), "dropped"));
}

static void
a_full_pipe_does_not_hold_us(void **state)
{
	(void)state;
	alarm(30);
	capture_pipe();
	assert_drops_are_told_once();
	alarm(0);
}

static void
a_full_socket_does_not_hold_us(void **state)
{
	(void)state;
	alarm(30);
	capture_socket();
	assert_drops_are_told_once();
	alarm(0);
}

static void
stderr_itself_stays_as_it_was(void **state)
{
	(void)state;
	capture_pipe();
	assert_false(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK);
}

static void
errno_is_kept(void **state)
{
	(void)state;
	capture_pipe();
	errno = ENOTTY;
	overfill();
	assert_int_equal(errno, ENOTTY);
}

static void
level_names_are_read(void **state)
{
	enum log_level level;

	(void)state;
	assert_true(log_level_parse(STR("error"), &level));
	assert_int_equal(level, LOG_ERROR);
	assert_true(log_level_parse(STR("debug"), &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_false(log_level_parse(STR("INFO"), &level));
	assert_false(log_level_parse(STR(""), &level));
}

static void
fail_a_check(void)
{
	ASSERT(1 + 1 == 3);
}

static void
a_failed_check_aborts(void **state)
{
	(void)state;
	assert_aborts(fail_a_check);
}

#define CAPTURED(test) cmocka_unit_test_teardown(test, capture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CAPTURED(a_line_says_when_who_and_what),
		CAPTURED(lines_carry_the_request_until_it_ends),
		CAPTURED(lower_levels_are_dropped),
		CAPTURED(no_value_breaks_the_line),
		CAPTURED(long_values_are_cut_and_said_to_be),
		CAPTURED(many_pairs_are_cut_too),
		CAPTURED(a_full_pipe_does_not_hold_us),
		CAPTURED(a_full_socket_does_not_hold_us),
		CAPTURED(stderr_itself_stays_as_it_was),
		CAPTURED(errno_is_kept),
		cmocka_unit_test(level_names_are_read),
		cmocka_unit_test(a_failed_check_aborts),
	};

	return (cmocka_run_group_tests_name("log", tests, NULL, NULL));
}
