/* SPDX-License-Identifier: ISC */
/*
 * What becomes of a message, for each thing a mail server may say at each step.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "peer.h"
#include "smtp.h"

#define FROM	STR("bureau@example.org")
#define TO	STR("ann@example.org")
#define MESSAGE	STR("Subject: x\r\n\r\naGk=\r\n")

/* What a server says up to a step, all being well. */
#define GREETS	{ NULL, "220 mx.example.org ESMTP\r\n" }
#define HELLO	{ "\r\n", "250-mx.example.org\r\n250 SIZE 1000000\r\n" }
#define AUTHS	{ "\r\n", "250-mx.example.org\r\n250 AUTH PLAIN\r\n" }
#define OK	{ "\r\n", "250 2.0.0 Ok\r\n" }
#define GO_ON	{ "\r\n", "354 go on\r\n" }
#define THE_END	{ NULL, NULL }

struct row {
	const char		*name;
	struct peer_line	 script[9];
	enum smtp_end		 end;
	int			 code;
	const char		*said;		/* a part of it */
	bool			 signs_in;
};

static const struct row rows[] = {
	{ "taken", { GREETS, HELLO, OK, OK, GO_ON,
	    { "\r\n.\r\n", "250 2.0.0 Ok: queued as 42\r\n" } },
	    SMTP_SENT, 250, "queued as 42" },
	{ "no recipient", { GREETS, HELLO, OK,
	    { "\r\n", "550-5.1.1 no such\r\n550 5.1.1 user\r\n" } },
	    SMTP_NEVER, 550, "550-5.1.1 no such / 550 5.1.1 user" },
	{ "a full mailbox", { GREETS, HELLO, OK,
	    { "\r\n", "452 4.2.2 full\r\n" } }, SMTP_LATER, 452, "4.2.2 full" },
	{ "a sender that is refused", { GREETS, HELLO,
	    { "\r\n", "550 5.7.1 not you\r\n" } }, SMTP_NEVER, 550, "not you" },
	{ "a grey list", { GREETS, HELLO, OK,
	    { "\r\n", "450 4.7.1 try again later\r\n" } },
	    SMTP_LATER, 450, "try again" },
	{ "no at DATA", { GREETS, HELLO, OK, OK,
	    { "\r\n", "554 5.5.1 no\r\n" } }, SMTP_NEVER, 554, "5.5.1" },
	{ "spam", { GREETS, HELLO, OK, OK, GO_ON,
	    { "\r\n.\r\n", "554 5.7.1 spam\r\n" } }, SMTP_NEVER, 554, "spam" },
	{ "a full queue", { GREETS, HELLO, OK, OK, GO_ON,
	    { "\r\n.\r\n", "451 4.3.0 later\r\n" } }, SMTP_LATER, 451, "later" },
	{ "dropped after the message", { GREETS, HELLO, OK, OK, GO_ON,
	    { "\r\n.\r\n", NULL } }, SMTP_LATER, 0, "did not say whether" },
	{ "dropped at once", { THE_END }, SMTP_LATER, 0, "talked to" },
	{ "dropped at the recipient", { GREETS, HELLO, OK, { "\r\n", NULL } },
	    SMTP_LATER, 0, "talked to" },
	{ "a busy server", { { NULL, "421 4.3.2 come back\r\n" } },
	    SMTP_LATER, 421, "come back" },
	{ "a server that wants nobody", { { NULL, "554 5.3.2 no\r\n" } },
	    SMTP_LATER, 554, "5.3.2" },
	{ "one that wants STARTTLS first", { GREETS, HELLO,
	    { "\r\n", "530 5.7.0 Must issue STARTTLS\r\n" } },
	    SMTP_LATER, 530, "STARTTLS" },
	{ "one that speaks no SMTP", { { NULL, "hello there\r\n" } },
	    SMTP_LATER, 0, "talked to" },
	{ "a reply that would forge a log", { GREETS, HELLO, OK,
	    { "\r\n", "550 \x1b[31m\a\xff{\"level\":\r\n" } },
	    SMTP_NEVER, 550, "550 \\x1b[31m\\x07\\xff{" },
	{ "a password that is refused", { GREETS, AUTHS,
	    { "\r\n", "334 \r\n" }, { "\r\n", "535 5.7.8 no: AGFubgBzZWNyZXQ= secret\r\n" } },
	    SMTP_LATER, 535, "refuses user or password of SMTP_URL (535)",
	    true },
	{ "a password that is taken", { GREETS, AUTHS,
	    { "\r\n", "334 \r\n" }, { "\r\n", "235 2.7.0 welcome\r\n" }, OK, OK, GO_ON,
	    { "\r\n.\r\n", "250 done\r\n" } }, SMTP_SENT, 250, "done", true },
};

static struct smtp_result
send_to(struct arena *arena, const char *url, net_alive *alive, void *cls)
{
	struct smtp_letter letter = { .from = FROM, .to = TO,
	    .message = MESSAGE, .alive = alive, .cls = cls };
	struct smtp_server server;
	struct smtp_result result;

	assert_null(smtp_server_parse(arena, str_of(url), &server));
	smtp_send(arena, &server, &letter, &result);
	return (result);
}

static void
ends_as_it_should(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 4 << 20);
	struct peer peer = peer_start(row->script);
	struct smtp_result result = send_to(arena, arena_printf(arena,
	    "smtp://%s127.0.0.1:%u", row->signs_in ? "ann:secret@" : "",
	    peer.port), NULL, NULL);
	struct str heard = peer_end(arena, &peer);

	assert_int_equal(result.end, row->end);
	assert_int_equal(result.code, row->code);
	if (strstr(result.said, row->said) == NULL)
		fail_msg("said: %s", result.said);
	assert_null(strstr(result.said, "secret"));
	assert_null(strstr(result.said, "AGFub"));
	assert_true(strlen(result.said) < 400);
	if (row->end == SMTP_SENT) {
		assert_non_null(strstr(heard.p, "\r\nMAIL FROM:"
		    "<bureau@example.org>"));
		assert_non_null(strstr(heard.p,
		    "\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n"
		    "Subject: x\r\n\r\naGk=\r\n.\r\n"));
		assert_non_null(strstr(heard.p, "EHLO example.org\r\n"));
	}
	arena_free(&arena);
}

/* Nobody listens at the port: whatever was sent would be refused. */
static void
nothing_is_sent_to_an_address_that_could_inject(void **state)
{
	static const struct str wrong[] = {
		STR("victim@ex.test>\r\nRCPT TO:<other@ex.test>\r\nNOOP <"),
		STR("ann@example.org\n"), STR("ann@example.org\0"),
		STR("ann@exam ple.org"), STR("<ann@example.org>"),
		STR("ann@example.org,eve@example.org"), STR("ann"), STR(""),
		STR("\xc3\xa4nn@example.org"), STR("a@b@example.org"),
	};
	struct smtp_server server;
	struct smtp_result result;

	assert_null(smtp_server_parse(*state, STR("smtp://127.0.0.1:1"),
	    &server));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct smtp_letter to = { .from = FROM, .to = wrong[i],
		    .message = MESSAGE };
		struct smtp_letter from = { .from = wrong[i], .to = TO,
		    .message = MESSAGE };

		smtp_send(*state, &server, &to, &result);
		assert_int_equal(result.end, SMTP_NEVER);
		smtp_send(*state, &server, &from, &result);
		assert_int_equal(result.end, SMTP_NEVER);
	}
}

static void
nobody_to_talk_to_is_later(void **state)
{
	struct smtp_result result = send_to(*state, "smtp://127.0.0.1:1", NULL,
	    NULL);

	assert_int_equal(result.end, SMTP_LATER);
	assert_non_null(strstr(result.said, "could not be talked to"));
	result = send_to(*state, "smtp://nowhere.invalid", NULL, NULL);
	assert_int_equal(result.end, SMTP_LATER);
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
	static const struct peer_line slow[] = { GREETS, HELLO,
	    { NULL, PEER_WAIT }, THE_END };
	struct peer peer = peer_start(slow);
	int asked = 0;
	struct smtp_result result = send_to(*state, arena_printf(*state,
	    "smtp://127.0.0.1:%u", peer.port), until_third, &asked);

	assert_int_equal(result.end, SMTP_STOPPED);
	assert_int_equal(asked, 3);
	peer_end(*state, &peer);
}

static void
no_password_goes_without_tls(void **state)
{
	static const struct peer_line plain[] = { GREETS, AUTHS,
	    { "\r\n", NULL }, THE_END };
	struct peer peer = peer_start(plain);
	struct smtp_result result = send_to(*state, arena_printf(*state,
	    "smtp://ann:secret@127.0.0.1:%u?starttls=required", peer.port),
	    NULL, NULL);
	struct str heard = peer_end(*state, &peer);

	assert_int_equal(result.end, SMTP_LATER);
	assert_null(strstr(heard.p, "AUTH"));
}

static void
a_server_is_read(void **state)
{
	struct smtp_server server;

	assert_null(smtp_server_parse(*state,
	    STR("smtp://ann:p%40ss@mail.example.org"), &server));
	assert_string_equal(server.url, "smtp://mail.example.org:587");
	assert_string_equal(server.user, "ann");
	assert_string_equal(server.password, "p@ss");
	assert_true(server.must_tls);
	assert_null(smtp_server_parse(*state, STR("smtp://mail.example.org/"),
	    &server));
	assert_string_equal(server.url, "smtp://mail.example.org:25");
	assert_null(server.user);
	assert_false(server.must_tls);
	assert_null(smtp_server_parse(*state,
	    STR("smtps://a:b@[::1]?ca=/etc/ca.pem"), &server));
	assert_string_equal(server.url, "smtps://[::1]:465");
	assert_string_equal(server.ca_file, "/etc/ca.pem");
	assert_null(smtp_server_parse(*state,
	    STR("smtp://a:b@127.0.0.1:25"), &server));
	assert_false(server.must_tls);
	assert_null(smtp_server_parse(*state,
	    STR("smtp://127.0.0.1:25?starttls=required"), &server));
	assert_true(server.must_tls);
}

static void
a_server_is_refused(void **state)
{
	static const char *const wrong[] = { "", "mail.example.org",
	    "http://mail.example.org", "smtp://", "smtp://a@b.org",
	    "smtp://:b@c.org", "smtp://a:@c.org", "smtp://b.org/path",
	    "smtp://b.org?x=y", "smtp://b.org?starttls=no",
	    "smtp://b.org?ca=relative", "smtp://b.org?ca=", "smtp://b.org#x",
	    "smtp://b.org:0", "smtp://b org", "smtp://b.org\r\n" };
	struct smtp_server server;

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (smtp_server_parse(*state, str_of(wrong[i]), &server) ==
		    NULL)
			fail_msg("%s", wrong[i]);
}

int
main(void)
{
	static struct unit_list list;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		unit_add(&list, rows[i].name, ends_as_it_should, &rows[i]);
#define ADD(test) list.tests[list.count++] = (struct CMUnitTest)UNIT_TEST(test)
	ADD(nothing_is_sent_to_an_address_that_could_inject);
	ADD(nobody_to_talk_to_is_later);
	ADD(it_stops_when_told_to);
	ADD(no_password_goes_without_tls);
	ADD(a_server_is_read);
	ADD(a_server_is_refused);
	return (unit_run(&list, "smtp"));
}
