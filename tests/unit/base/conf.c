/* SPDX-License-Identifier: ISC */
/*
 * Settings: what is right is kept, what is wrong is told in a sentence.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"

/* Every sentence told since the test began, one a line. */
static char told[8192];

static char cls_given[] = "cls";

static void
listen_to(void *cls, const char *key, const char *sentence)
{
	size_t len = strlen(told);

	assert_ptr_equal(cls, cls_given);
	assert_non_null(key);
	snprintf(told + len, sizeof(told) - len, "%s\n", sentence);
}

static int
fresh(void **state)
{
	size_t i;

	for (i = 0; i < CONF_COUNT; i++)
		unsetenv(conf_rows[i].name);
	unsetenv("BUREAU_CONF");
	unsetenv("BUREAU_CONF_FD");
	conf_defaults();
	told[0] = '\0';
	return (unit_setup(state));
}

static int
memory_file(const char *text)
{
	int fd = memfd_create("conf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return (fd);
}

static bool
read_text(const char *text)
{
	int fd = memory_file(text);
	bool right;

	right = conf_read_fd(fd, listen_to, cls_given);
	close(fd);
	return (right);
}

static bool
set(enum conf_key key, const char *value)
{
	told[0] = '\0';
	return (conf_set(key, value, listen_to, cls_given));
}

static void
rows_are_sorted_and_their_fallbacks_right(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < CONF_COUNT; i++) {
		if (!set((enum conf_key)i, conf_rows[i].fallback))
			fail_msg("%s", told);
		assert_false(conf_is_set((enum conf_key)i));
		if (i > 0)
			assert_true(strcmp(conf_rows[i - 1].name,
			    conf_rows[i].name) < 0);
	}
}

static void
fallbacks_hold_until_something_is_set(void **state)
{
	(void)state;
	assert_string_equal(conf_text(CONF_ENVIRONMENT), "production");
	assert_int_equal(conf_int(CONF_JWT_EXPIRES_IN), 900);
	assert_true(conf_bool(CONF_DOCS));
	assert_false(conf_is_set(CONF_DOCS));
	assert_true(set(CONF_DOCS, "off"));
	assert_false(conf_bool(CONF_DOCS));
	assert_true(conf_is_set(CONF_DOCS));
	conf_defaults();
	assert_true(conf_bool(CONF_DOCS));
}

static void
values_are_read_by_type(void **state)
{
	(void)state;
	assert_true(set(CONF_JWT_EXPIRES_IN, "2h"));
	assert_int_equal(conf_int(CONF_JWT_EXPIRES_IN), 7200);
	assert_string_equal(conf_text(CONF_JWT_EXPIRES_IN), "2h");
	assert_true(set(CONF_PORT, "443"));
	assert_int_equal(conf_int(CONF_PORT), 443);
	assert_true(set(CONF_DOCS, "no"));
	assert_true(set(CONF_DOCS, "1"));
	assert_true(conf_bool(CONF_DOCS));
}

static void
nothing_means_the_fallback_where_nothing_cannot_be_meant(void **state)
{
	(void)state;
	assert_true(set(CONF_PORT, ""));
	assert_int_equal(conf_int(CONF_PORT), 8080);
	assert_true(set(CONF_ENVIRONMENT, ""));
	assert_string_equal(conf_text(CONF_ENVIRONMENT), "production");
	assert_true(set(CONF_METRICS_ALLOW, ""));
	assert_string_equal(conf_text(CONF_METRICS_ALLOW), "");
}

static const struct {
	enum conf_key	 key;
	const char	*value;
	const char	*sentence;
} mistakes[] = {
	{ CONF_JWT_EXPIRES_IN, "x", "JWT_EXPIRES_IN is 'x', which is not a "
	    "duration; write 900, 15m, 24h or 7d.\n" },
	{ CONF_JWT_EXPIRES_IN, "1s", "JWT_EXPIRES_IN is '1s', which is out of "
	    "range; write a value from 30 to 86400 seconds.\n" },
	{ CONF_PORT, "0", "PORT is '0', which is out of range; write a value "
	    "from 1 to 65535.\n" },
	{ CONF_PORT, "http", "PORT is 'http', which is not a whole number; "
	    "write digits.\n" },
	{ CONF_DOCS, "maybe", "DOCS is 'maybe', which is not a switch; write "
	    "on or off.\n" },
	{ CONF_ENVIRONMENT, "test", "ENVIRONMENT is 'test'; write production "
	    "or development.\n" },
	{ CONF_LOG_LEVEL, "loud", "LOG_LEVEL is 'loud'; write debug, info, "
	    "warn or error.\n" },
	{ CONF_REGISTRATION, "domain:", "REGISTRATION is 'domain:'; write "
	    "open, invite or domain:example.org.\n" },
	{ CONF_REGISTRATION, "domain:a b", "REGISTRATION is 'domain:a b'; "
	    "write open, invite or domain:example.org.\n" },
	{ CONF_SCRYPT_N, "30000", "SCRYPT_N is '30000'; write a power of two, "
	    "such as 16384, 32768 or 65536.\n" },
	{ CONF_ALLOWED_ORIGINS, "example.org", "ALLOWED_ORIGINS is "
	    "'example.org'; write origins like https://app.example.org, "
	    "separated by single spaces and without a path, or * alone.\n" },
	{ CONF_RESPONDERS, "../x", "RESPONDERS is '../x'; write names like "
	    "auth admin, separated by single spaces.\n" },
	{ CONF_LISTEN, "a\nb", "LISTEN holds a line break, a control character "
	    "or bytes that are not UTF-8; write plain text on one line.\n" },
};

static void
mistakes_are_told_in_sentences(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(mistakes); i++) {
		assert_false(set(mistakes[i].key, mistakes[i].value));
		assert_string_equal(told, mistakes[i].sentence);
		assert_false(conf_is_set(mistakes[i].key));
	}
}

static void
right_values_pass_the_same_checks(void **state)
{
	static const struct {
		enum conf_key	 key;
		const char	*value;
	} rows[] = {
		{ CONF_ENVIRONMENT, "development" },
		{ CONF_LOG_LEVEL, "warn" },
		{ CONF_REGISTRATION, "invite" },
		{ CONF_REGISTRATION, "domain:example.org" },
		{ CONF_SCRYPT_N, "1024" },
		{ CONF_SCRYPT_N, "1048576" },
		{ CONF_ALLOWED_ORIGINS, "*" },
		{ CONF_ALLOWED_ORIGINS, "https://a.example http://localhost:80" },
		{ CONF_RESPONDERS, "auth admin skeleton" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++)
		if (!set(rows[i].key, rows[i].value))
			fail_msg("%s", told);
}

static void
a_secret_is_never_told(void **state)
{
	char secret[600];

	(void)state;
	memset(secret, 's', sizeof(secret));
	secret[sizeof(secret) - 1] = '\0';
	assert_false(set(CONF_DATABASE_PASSWORD, secret));
	assert_string_equal(told, "DATABASE_PASSWORD is 599 bytes long; write "
	    "at least 0 and at most 256.\n");
	assert_false(set(CONF_DATABASE_PASSWORD, "hush\n"));
	assert_null(strstr(told, "hush"));
}

static void
files_are_read_line_by_line(void **state)
{
	(void)state;
	assert_true(read_text("# A comment\n\n  PORT = 81  \nDOCS=off\n"
	    "METRICS_TOKEN=\"a b \"\nLISTEN='::1'\n"
	    "DATABASE_URL=postgresql:///x?a=b\nLOG_LEVEL=warn"));
	assert_string_equal(told, "");
	assert_int_equal(conf_int(CONF_PORT), 81);
	assert_string_equal(conf_text(CONF_METRICS_TOKEN), "a b ");
	assert_string_equal(conf_text(CONF_LISTEN), "::1");
	assert_string_equal(conf_text(CONF_DATABASE_URL),
	    "postgresql:///x?a=b");
	assert_string_equal(conf_text(CONF_LOG_LEVEL), "warn");
}

static void
every_mistake_of_a_file_is_told_and_the_rest_kept(void **state)
{
	(void)state;
	assert_false(read_text("PROT=80\nPORT=81\nnonsense\nPORT=x\n"
	    "JWT_EXPIRES=1h\nDOCS=off\n"));
	assert_string_equal(told,
	    "PROT in line 1 of the settings handed over is not a setting; "
	    "did you mean PORT?\n"
	    "Line 3 of the settings handed over is not a setting; write "
	    "KEY=VALUE, or put # in front of a comment.\n"
	    "PORT stands in line 2 and again in line 4 of the settings handed "
	    "over; keep one of them.\n"
	    "PORT is 'x', which is not a whole number; write digits.\n"
	    "JWT_EXPIRES in line 5 of the settings handed over is not a "
	    "setting; did you mean JWT_EXPIRES_IN?\n");
	assert_int_equal(conf_int(CONF_PORT), 81);
	assert_false(conf_bool(CONF_DOCS));
}

static void
the_nearest_name_is_proposed(void **state)
{
	static const struct { const char *line, *name; } rows[] = {
		{ "SCRIPT_N=1\n", "mean SCRYPT_N?" },
		{ "LOGLEVEL=1\n", "mean LOG_LEVEL?" },
		{ "MAX_WORKER=1\n", "mean MAX_WORKERS?" },
		{ "DATABASE_ULR=1\n", "mean DATABASE_URL?" },
		{ "TLS_CERT=1\n", "mean TLS_CERT_FILE?" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++) {
		told[0] = '\0';
		assert_false(read_text(rows[i].line));
		assert_non_null(strstr(told, rows[i].name));
	}
}

static void
a_file_that_is_not_there_is_told(void **state)
{
	(void)state;
	assert_false(conf_read_file("/nowhere/bureau.conf", listen_to, cls_given));
	assert_string_equal(told, "/nowhere/bureau.conf cannot be read (No such "
	    "file or directory); make it readable for this user or name another "
	    "file.\n");
	told[0] = '\0';
	assert_false(conf_read_fd(999, listen_to, cls_given));
	assert_non_null(strstr(told, "cannot be read"));
}

static void
a_directory_is_no_file(void **state)
{
	(void)state;
	assert_false(conf_read_file("/", listen_to, cls_given));
	assert_non_null(strstr(told, "cannot be read"));
}

static void
a_huge_file_is_refused(void **state)
{
	char *text = arena_alloc(*state, 300001);

	memset(text, '\n', 300000);
	assert_false(read_text(text));
	assert_non_null(strstr(told, "is larger than"));
}

static void
a_descriptor_can_be_read_again_and_again(void **state)
{
	int fd = memory_file("PORT=81\n");

	(void)state;
	assert_true(conf_read_fd(fd, listen_to, cls_given));
	conf_defaults();
	assert_true(conf_read_fd(fd, listen_to, cls_given));
	assert_int_equal(conf_int(CONF_PORT), 81);
	close(fd);
}

static void
a_pipe_can_be_read(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "PORT=81\n", 8), 8);
	close(ends[1]);
	assert_true(conf_read_fd(ends[0], listen_to, cls_given));
	assert_int_equal(conf_int(CONF_PORT), 81);
	close(ends[0]);
}

static void
the_environment_wins(void **state)
{
	(void)state;
	assert_true(read_text("PORT=81\nDOCS=off\n"));
	setenv("PORT", "82", 1);
	assert_true(conf_read_env(listen_to, cls_given));
	assert_int_equal(conf_int(CONF_PORT), 82);
	assert_false(conf_bool(CONF_DOCS));
	setenv("PORT", "x", 1);
	assert_false(conf_read_env(listen_to, cls_given));
	assert_int_equal(conf_int(CONF_PORT), 82);
}

static void
it_knows_where_a_value_came_from(void **state)
{
	(void)state;
	assert_true(read_text("DOCS=off\nPORT=81\n"));
	setenv("PORT", "82", 1);
	assert_true(conf_read_env(listen_to, cls_given));
	assert_int_equal(conf_source(CONF_DOCS), CONF_BY_FILE);
	assert_int_equal(conf_source(CONF_PORT), CONF_BY_ENVIRONMENT);
	assert_int_equal(conf_source(CONF_LOCKOUT), CONF_BY_DEFAULT);
	assert_true(set(CONF_LOCKOUT, "1m"));
	assert_true(set(CONF_DOCS, "on"));
	assert_int_equal(conf_source(CONF_LOCKOUT), CONF_BY_PROGRAM);
	assert_int_equal(conf_source(CONF_DOCS), CONF_BY_FILE);
}

/* What conf_write() writes for a reader. */
static char *
written(struct arena *arena, unsigned reader)
{
	char *text, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	conf_write(out, reader);
	fclose(out);
	copy = arena_memdup(arena, text, size);
	free(text);
	return (copy);
}

static void
readers_see_their_rows_only(void **state)
{
	const char *text;

	assert_true(set(CONF_JWT_PRIVATE_KEY, "hush"));
	assert_true(set(CONF_DATABASE_ADMIN_URL, "postgresql://owner"));
	text = written(*state, FOR_AUTH);
	assert_non_null(strstr(text, "JWT_PRIVATE_KEY=hush\n"));
	assert_null(strstr(text, "DATABASE_ADMIN_URL"));
	text = written(*state, FOR_ADMIN);
	assert_null(strstr(text, "JWT_PRIVATE_KEY"));
	assert_non_null(strstr(text, "DOCS=on\n"));
	text = written(*state, FOR_SUPERVISOR);
	assert_non_null(strstr(text, "DATABASE_ADMIN_URL=postgresql://owner\n"));
	assert_non_null(strstr(text, "JWT_PRIVATE_KEY=hush\n"));
}

static void
what_is_written_can_be_read(void **state)
{
	static const char *const values[] = {
		"plain", " led", "trailing ", "\"quoted\"", "'single'",
		"\"", "a\"b", "# not a comment", "a=b", "", "\"' ",
	};
	char *text;
	size_t i;

	for (i = 0; i < COUNT_OF(values); i++) {
		conf_defaults();
		assert_true(set(CONF_METRICS_TOKEN, values[i]));
		text = written(*state, FOR_ALL);
		conf_defaults();
		if (!read_text(text))
			fail_msg("%s", told);
		assert_string_equal(conf_text(CONF_METRICS_TOKEN), values[i]);
	}
}

/* How a child that calls conf_load() ends. */
static int
load_status(void)
{
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(99);
		conf_load();
		_exit(conf_int(CONF_PORT) == 81 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void
a_child_loads_what_it_is_handed(void **state)
{
	int fd = memory_file("PORT=81\n");

	(void)state;
	setenv("BUREAU_CONF_FD", arena_printf(*state, "%d", fd), 1);
	setenv("BUREAU_CONF", "/nowhere", 1);
	assert_int_equal(load_status(), 0);
	close(fd);
}

static void
a_mistake_ends_the_child(void **state)
{
	(void)state;
	setenv("BUREAU_CONF", "/nowhere", 1);
	assert_int_equal(load_status(), 78);
	unsetenv("BUREAU_CONF");
	setenv("BUREAU_CONF_FD", "three", 1);
	assert_int_equal(load_status(), 78);
	unsetenv("BUREAU_CONF_FD");
	assert_int_equal(load_status(), 1);
	setenv("PORT", "x", 1);
	assert_int_equal(load_status(), 78);
	setenv("PORT", "81", 1);
	assert_int_equal(load_status(), 0);
}

#define FRESH(test) \
	cmocka_unit_test_setup_teardown(test, fresh, unit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(rows_are_sorted_and_their_fallbacks_right),
		FRESH(fallbacks_hold_until_something_is_set),
		FRESH(values_are_read_by_type),
		FRESH(nothing_means_the_fallback_where_nothing_cannot_be_meant),
		FRESH(mistakes_are_told_in_sentences),
		FRESH(right_values_pass_the_same_checks),
		FRESH(a_secret_is_never_told),
		FRESH(files_are_read_line_by_line),
		FRESH(every_mistake_of_a_file_is_told_and_the_rest_kept),
		FRESH(the_nearest_name_is_proposed),
		FRESH(a_file_that_is_not_there_is_told),
		FRESH(a_directory_is_no_file),
		FRESH(a_huge_file_is_refused),
		FRESH(a_descriptor_can_be_read_again_and_again),
		FRESH(a_pipe_can_be_read),
		FRESH(the_environment_wins),
		FRESH(it_knows_where_a_value_came_from),
		FRESH(readers_see_their_rows_only),
		FRESH(what_is_written_can_be_read),
		FRESH(a_child_loads_what_it_is_handed),
		FRESH(a_mistake_ends_the_child),
	};

	return (cmocka_run_group_tests_name("conf", tests, NULL, NULL));
}
