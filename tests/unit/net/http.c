/* SPDX-License-Identifier: ISC */
/*
 * Calls of others: what is read of an answer, and whom nobody may make us call.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "http.h"
#include "peer.h"

#define LOOPBACK	"127.0.0.0/8"
#define THE_END		{ NULL, NULL }

static const char *const headers[] = { "Content-Type: application/json",
    "webhook-id: msg_1", NULL };

static struct http_reply
post(struct arena *arena, const char *url, const char *allow)
{
	struct http_call call = { .url = url, .headers = headers,
	    .body = STR("{\"a\":\"\0b\"}"), .allow = allow };
	struct http_reply reply;

	http_post(arena, &call, &reply);
	return (reply);
}

/* Asks a peer of this script; what it heard is in *heard. */
static struct http_reply
ask(struct arena *arena, const struct peer_line *script, const char *allow,
    struct str *heard)
{
	struct peer peer = peer_start(script);
	struct http_reply reply = post(arena, arena_printf(arena,
	    "http://127.0.0.1:%u/hook?x=1", peer.port), allow);

	*heard = peer_end(arena, &peer);
	return (reply);
}

static void
an_answer_is_read(void **state)
{
	static const struct peer_line script[] = { { "}",
	    "HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n"
	    "Set-Cookie: a=b\r\n\r\nfine" }, THE_END };
	struct str heard;
	struct http_reply reply = ask(*state, script, LOOPBACK, &heard);

	assert_null(reply.error);
	assert_int_equal(reply.status, 202);
	assert_str(reply.body, "fine");
	assert_int_equal(reply.retry_after, 0);
	assert_true(reply.ms >= 0 && reply.ms < 5000);
	assert_true(str_starts(heard, "POST /hook?x=1 HTTP/1.1\r\n"));
	assert_non_null(strstr(heard.p, "\r\nwebhook-id: msg_1\r\n"));
	assert_non_null(strstr(heard.p,
	    "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(heard.p, "\r\nContent-Length: 10\r\n"));
	assert_null(strstr(heard.p, "Cookie"));
	assert_memory_equal(heard.p + heard.n - 10, "{\"a\":\"\0b\"}", 10);
}

static void
a_redirect_is_an_answer(void **state)
{
	static const struct peer_line script[] = { { "}",
	    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
	    "Content-Length: 0\r\n\r\n" }, THE_END };
	struct str heard;
	struct http_reply reply = ask(*state, script, LOOPBACK, &heard);

	assert_int_equal(reply.status, 302);
	assert_null(reply.error);
}

static void
retry_after_is_told(void **state)
{
	static const struct peer_line script[] = { { "}",
	    "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\n"
	    "Content-Length: 0\r\n\r\n" }, THE_END };
	struct str heard;
	struct http_reply reply = ask(*state, script, LOOPBACK, &heard);

	assert_int_equal(reply.status, 429);
	assert_int_equal(reply.retry_after, 120);
}

static void
of_a_long_answer_the_head_is_read(void **state)
{
	struct peer_line script[] = { { "}", NULL }, { NULL, NULL },
	    THE_END };
	struct buf text;
	struct str heard;
	struct http_reply reply;

	buf_init(&text, *state, 1 << 20);
	buf_text(&text, "HTTP/1.1 200 OK\r\n\r\n");
	for (int i = 0; i < 30000; i++)
		buf_text(&text, "0123456789");
	script[1].say = text.data;
	reply = ask(*state, script, LOOPBACK, &heard);
	assert_null(reply.error);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body.n, HTTP_HEAD);
	assert_memory_equal(reply.body.p, "0123456789", 10);
}

static void
no_answer_is_told(void **state)
{
	static const struct peer_line rude[] = { { "}", NULL }, THE_END };
	static const struct peer_line strange[] = { { "}", "what?\r\n" },
	    THE_END };
	struct str heard;
	struct http_reply reply = ask(*state, rude, LOOPBACK, &heard);

	assert_int_equal(reply.status, 0);
	assert_non_null(reply.error);
	assert_non_null(ask(*state, strange, LOOPBACK, &heard).error);
	assert_non_null(post(*state, "http://127.0.0.1:1/", LOOPBACK).error);
	assert_non_null(post(*state, "http://nowhere.invalid/", "").error);
}

/* The peer would answer 200, had it been called. */
static void
who_is_closed_is_not_called(void **state)
{
	static const char *const ways[] = { "127.0.0.1", "localhost", "0",
	    "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
	    "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0" };
	static const struct peer_line script[] = { { "}",
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }, THE_END };
	struct peer peer = peer_start(script);

	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct http_reply reply = post(*state, arena_printf(*state,
		    "http://%s:%u/", ways[i], peer.port), "10.0.0.0/8");

		assert_int_equal(reply.status, 0);
		if (strstr(reply.error, "may not reach") == NULL)
			fail_msg("%s: %s", ways[i], reply.error);
	}
	/* It is still there, having heard nothing. */
	assert_int_equal(post(*state, arena_printf(*state,
	    "http://localhost:%u/", peer.port), "private").status, 200);
	peer_end(*state, &peer);
}

static void
what_could_inject_is_refused(void **state)
{
	static const char *const bad[] = { "X: a\r\nY: b", NULL };
	struct http_call call = { .url = "http://127.0.0.1:1/",
	    .headers = bad, .body = STR(""), .allow = LOOPBACK };
	struct http_reply reply;

	http_post(*state, &call, &reply);
	assert_string_equal(reply.error,
	    "A header has signs that no header may have.");
	assert_non_null(strstr(post(*state, "http://a:b@127.0.0.1/",
	    LOOPBACK).error, "The URL must be without user"));
	assert_non_null(post(*state, "file:///etc/passwd", LOOPBACK).error);
}

static bool
until_third(void *cls)
{
	int *asked = cls;

	return (++*asked < 3);
}

static void
it_stops_when_told_to(void **state)
{
	static const struct peer_line slow[] = { { NULL, PEER_WAIT },
	    THE_END };
	struct peer peer = peer_start(slow);
	int asked = 0;
	struct http_call call = { .url = arena_printf(*state,
	    "http://127.0.0.1:%u/", peer.port), .headers = headers,
	    .body = STR(""), .allow = LOOPBACK, .alive = until_third,
	    .cls = &asked };
	struct http_reply reply;

	http_post(*state, &call, &reply);
	assert_true(reply.stopped);
	assert_int_equal(reply.status, 0);
	peer_end(*state, &peer);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(an_answer_is_read),
		UNIT_TEST(a_redirect_is_an_answer),
		UNIT_TEST(retry_after_is_told),
		UNIT_TEST(of_a_long_answer_the_head_is_read),
		UNIT_TEST(no_answer_is_told),
		UNIT_TEST(who_is_closed_is_not_called),
		UNIT_TEST(what_could_inject_is_refused),
		UNIT_TEST(it_stops_when_told_to),
	};

	return (cmocka_run_group_tests_name("http", tests, NULL, NULL));
}
