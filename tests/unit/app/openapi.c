/* SPDX-License-Identifier: ISC */
/*
 * Descriptions of several responders become one, with scripts in their place.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "openapi.h"

static char folder[] = "/tmp/bureau-openapi-XXXXXX";

/* A responder that prints these lines and ends with this status. */
static void
make_responder(const char *name, const char *lines, int status)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/bureau-%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "#!/bin/sh\ncat <<'END'\n%sEND\nexit %d\n", lines,
	    status);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, 0700), 0);
}

static bool
merge(struct arena *arena, const char *const *names, struct buf *out,
    char why[256])
{
	why[0] = '\0';
	buf_init(out, arena, 1024 * 1024);
	return (openapi_write(out, folder, names, why, 256));
}

static bool
merges(struct arena *arena, const char *const *names)
{
	struct buf out;
	char why[256];
	bool ok = merge(arena, names, &out, why);

	assert_int_equal(ok, why[0] == '\0');
	return (ok);
}

static void
methods_of_one_path_meet_and_schemas_are_told_once(void **state)
{
	struct buf out;
	char why[256];

	make_responder("a", "path\t/x\tget\t{\"a\":1}\nschema\tX\t{}\n"
	    "path\t/y\tget\t{\"b\":2}\n", 0);
	make_responder("b", "path\t/x\tpost\t{\"c\":3}\nschema\tX\t{}\n", 0);
	assert_true(merge(*state, (const char *[]){ "a", "b", NULL }, &out,
	    why));
	assert_non_null(strstr(out.data, "\"paths\":{\"/x\":{\"get\":{\"a\":1},"
	    "\"post\":{\"c\":3}},\"/y\":{\"get\":{\"b\":2}}},"));
	assert_non_null(strstr(out.data, ",\"X\":{}},\"responses\""));
	assert_null(strstr(strstr(out.data, "\"X\"") + 1, "\"X\""));
}

static void
two_that_claim_the_same_are_refused(void **state)
{
	make_responder("a", "path\t/x\tget\t{}\n", 0);
	make_responder("b", "path\t/x\tget\t{}\n", 0);
	assert_false(merges(*state, (const char *[]){ "a", "b", NULL }));
	make_responder("a", "schema\tX\t{}\n", 0);
	make_responder("b", "schema\tX\t{\"type\":\"object\"}\n", 0);
	assert_false(merges(*state, (const char *[]){ "a", "b", NULL }));
}

static void
a_responder_that_fails_or_babbles_is_refused(void **state)
{
	make_responder("a", "path\t/x\tget\t{}\n", 1);
	assert_false(merges(*state, (const char *[]){ "a", NULL }));
	make_responder("a", "hello\n", 0);
	assert_false(merges(*state, (const char *[]){ "a", NULL }));
	assert_false(merges(*state, (const char *[]){ "missing", NULL }));
}

static int
leave(void **state)
{
	static const char *const names[] = { "a", "b" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof(path), "%s/bureau-%s", folder, names[i]);
		unlink(path);
	}
	return (rmdir(folder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(methods_of_one_path_meet_and_schemas_are_told_once),
		UNIT_TEST(two_that_claim_the_same_are_refused),
		UNIT_TEST(a_responder_that_fails_or_babbles_is_refused),
	};

	if (mkdtemp(folder) == NULL)
		return (1);
	return (cmocka_run_group_tests_name("openapi", tests, NULL, leave));
}
