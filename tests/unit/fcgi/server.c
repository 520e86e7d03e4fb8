/* SPDX-License-Identifier: ISC */
/*
 * Requests as they come in: in whatever pieces, in order, and not too much of it.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "server.h"

#define REQUEST_MAX	(1024 * 1024)

static const char begin[8] = { 0, 1 };

static void
put_request(struct buf *out, struct str params, struct str body)
{
	record_put(out, RECORD_BEGIN, begin, sizeof(begin));
	record_put_all(out, RECORD_PARAMS, params);
	record_put(out, RECORD_PARAMS, "", 0);
	record_put_all(out, RECORD_STDIN, body);
	record_put(out, RECORD_STDIN, "", 0);
}

static struct str
some_params(struct arena *arena)
{
	struct buf *params = arena_alloc(arena, sizeof(*params));
	char *value = arena_alloc(arena, 301);

	memset(value, 'v', 300);
	buf_init(params, arena, REQUEST_MAX);
	record_put_pair(params, STR("REQUEST_METHOD"), STR("GET"));
	record_put_pair(params, STR("EMPTY"), STR(""));
	record_put_pair(params, STR("LONG"), (struct str){ value, 300 });
	return ((struct str){ params->data, params->len });
}

/* step bytes at a time. */
static enum server_fed
feed(struct server_request *request, struct str bytes, size_t step)
{
	enum server_fed fed = SERVER_WANTS;

	server_request_init(request);
	while (bytes.n > 0 && fed == SERVER_WANTS) {
		size_t n = step < bytes.n ? step : bytes.n;

		fed = server_request_feed(request, (struct str){ bytes.p, n });
		bytes.p += n;
		bytes.n -= n;
	}
	return (fed);
}

static void
a_request_is_read_in_whatever_pieces_it_comes(void **state)
{
	struct arena *arena = *state;
	struct server_request request;
	char *const *env;
	struct buf text;

	buf_init(&text, arena, REQUEST_MAX);
	put_request(&text, some_params(arena), STR("a body"));
	for (size_t step = 1; step <= text.len; step++) {
		assert_int_equal(feed(&request, (struct str){ text.data,
		    text.len }, step), SERVER_DONE);
		assert_int_equal(request.body, 6);
		env = server_request_env(&request, arena);
		assert_string_equal(env[0], "REQUEST_METHOD=GET");
		assert_string_equal(env[1], "EMPTY=");
		assert_int_equal(strlen(env[2]), 5 + 300);
		assert_null(env[3]);
		server_request_release(&request);
	}
}

static void
padding_is_passed_over(void **state)
{
	static const unsigned char text[] = {
		1, 1, 0, 1, 0, 8, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9, 9, 9,
		1, 4, 0, 1, 0, 5, 3, 0, 1, 2, 'A', 'b', 'c', 9, 9, 9,
		1, 4, 0, 1, 0, 0, 2, 0, 9, 9,
		1, 5, 0, 1, 0, 0, 1, 0, 9
	};
	struct server_request request;

	for (size_t step = 1; step <= sizeof(text); step++) {
		assert_int_equal(feed(&request, (struct str){
		    (const char *)text, sizeof(text) }, step), SERVER_DONE);
		assert_string_equal(server_request_env(&request, *state)[0],
		    "A=bc");
		server_request_release(&request);
	}
}

static void
what_is_out_of_order_or_not_ours_is_refused(void **state)
{
	static const struct {
		const char	*name, *text;
		size_t		 n;
	} rows[] = {
#define ROW(name, text) { name, text, sizeof(text) - 1 }
		ROW("another version", "\2\1\0\1\0\10\0\0"),
		ROW("another number", "\1\1\0\2\0\10\0\0"),
		ROW("a large number", "\1\1\1\1\0\10\0\0"),
		ROW("no beginning", "\1\4\0\1\0\0\0\0"),
		ROW("a short beginning", "\1\1\0\1\0\7\0\0"),
		ROW("another role", "\1\1\0\1\0\10\0\0\0\2\0\0\0\0\0\0"),
		ROW("two beginnings", "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
		    "\1\1\0\1\0\10\0\0"),
		ROW("a body before its time",
		    "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0\1\5\0\1\0\0\0\0"),
		ROW("an answer", "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
		    "\1\6\0\1\0\0\0\0"),
		ROW("more behind it", "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
		    "\1\4\0\1\0\0\0\0\1\5\0\1\0\0\0\0x"),
#undef ROW
	};
	struct server_request request;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (feed(&request, (struct str){ rows[i].text, rows[i].n },
		    rows[i].n) != SERVER_WRONG)
			fail_msg("%s", rows[i].name);
		server_request_release(&request);
	}
}

static void
who_gives_up_is_told_apart(void **state)
{
	static const char text[] = "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
	    "\1\2\0\1\0\0\0\0";
	struct server_request request;

	(void)state;
	assert_int_equal(feed(&request, (struct str){ text,
	    sizeof(text) - 1 }, 5), SERVER_GONE);
	server_request_release(&request);
}

static void
there_is_a_bound(void **state)
{
	struct arena *arena = *state;
	struct server_request request;
	struct buf text;
	char *much = arena_alloc(arena, SERVER_PARAMS_MAX + 1);

	buf_init(&text, arena, REQUEST_MAX);
	put_request(&text, (struct str){ much, SERVER_PARAMS_MAX }, STR(""));
	assert_int_equal(feed(&request, (struct str){ text.data, text.len },
	    4096), SERVER_DONE);
	server_request_release(&request);
	buf_clear(&text);
	put_request(&text, (struct str){ much, SERVER_PARAMS_MAX + 1 }, STR(""));
	assert_int_equal(feed(&request, (struct str){ text.data, text.len },
	    4096), SERVER_WRONG);
	assert_true(request.params_len <= SERVER_PARAMS_MAX);
	server_request_release(&request);
}

static void
variables_that_are_none_are_refused(void **state)
{
	static const struct {
		const char	*text;
		size_t		 n;
	} rows[] = {
		{ "", 0 }, { "\1", 1 }, { "\1\1", 2 }, { "\1\1A", 3 },
		{ "\0\1x", 3 }, { "\3\0A=B", 5 }, { "\1\1A\0", 4 },
		{ "\2\1A\0x", 5 }, { "\200\0\0", 3 },
		{ "\377\377\377\377\377\377\377\377A", 9 },
		{ "\177\177A", 3 },
	};
	struct server_request request = { .phase = SERVER_WHOLE };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		request.params = (char *)rows[i].text;
		request.params_len = rows[i].n;
		if (server_request_env(&request, *state) != NULL)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(a_request_is_read_in_whatever_pieces_it_comes),
		UNIT_TEST(padding_is_passed_over),
		UNIT_TEST(what_is_out_of_order_or_not_ours_is_refused),
		UNIT_TEST(who_gives_up_is_told_apart),
		UNIT_TEST(there_is_a_bound),
		UNIT_TEST(variables_that_are_none_are_refused),
	};

	return (cmocka_run_group_tests_name("server", tests, NULL, NULL));
}
