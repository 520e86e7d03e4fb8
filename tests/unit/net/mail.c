/* SPDX-License-Identifier: ISC */
/*
 * Composing: what a message is made of, and what must not get into one.  That others
 * understand it is tried in tests/jobs, with a mail server and a parser not ours.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "mail.h"

static struct mail
ordinary(void)
{
	return ((struct mail){
		.from = { STR("Bureau"), STR("bureau@example.org") },
		.to = STR("ann@example.net"), .subject = STR("Your code"),
		.text = STR("Hello.\n"), .html = STR("<p>Hello.</p>\n"),
		.id = "0193-abc", .date = INT64_C(1795763532000) });
}

static void
a_message_is_these_bytes(void **state)
{
	struct mail mail = ordinary();
	struct str out;

	mail.unsubscribe = "https://example.org/stop?t=1";
	assert_null(mail_compose(*state, &mail, &out));
	assert_str(out,
	    "From: \"Bureau\" <bureau@example.org>\r\n"
	    "To: ann@example.net\r\n"
	    "Subject: Your code\r\n"
	    "Date: Fri, 27 Nov 2026 07:12:12 +0000\r\n"
	    "Message-ID: <0193-abc@example.org>\r\n"
	    "List-Unsubscribe: <https://example.org/stop?t=1>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_0193-abc\"\r\n"
	    "\r\n"
	    "--=_0193-abc\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "\r\n"
	    "SGVsbG8uDQo=\r\n"
	    "--=_0193-abc\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "\r\n"
	    "PHA+SGVsbG8uPC9wPg0K\r\n"
	    "--=_0193-abc--\r\n");
}

/* Every line ends in CR LF, is at most 78 bytes long and ASCII, and no two
 * lines are one of headers that a value made. */
static void
assert_proper(struct str out)
{
	struct str rest = out, line;

	while (str_split(&rest, '\n', &line)) {
		if (rest.p == NULL) {
			assert_int_equal(line.n, 0);
			break;
		}
		assert_true(line.n > 0 && line.p[line.n - 1] == '\r');
		assert_true(line.n - 1 <= 78);
		for (size_t i = 0; i + 1 < line.n; i++)
			assert_true(line.p[i] >= ' ' && line.p[i] < 0x7f);
	}
}

static void
long_and_foreign_subjects_are_folded(void **state)
{
	static const struct str subjects[] = {
		STR("Gr\xc3\xbc\xc3\x9f" "e \xf0\x9f\x8e\x89"),
		STR("\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89"
		    "\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89"
		    "\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89"
		    "\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89"
		    "x\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89"),
		STR("a subject in plain letters that is longer than what a line "
		    "should have and goes on for more than one of them, truly"),
		STR("=?UTF-8?B?WA==?="), STR(" a space in front"), STR(""),
	};

	for (size_t i = 0; i < COUNT_OF(subjects); i++) {
		struct mail mail = ordinary();
		struct str out;

		mail.subject = subjects[i];
		assert_null(mail_compose(*state, &mail, &out));
		assert_proper(out);
		assert_null(strstr(out.p, "?WA=="));
	}
}

static void
names_are_quoted_or_encoded(void **state)
{
	static const struct { struct str name; const char *want; } rows[] = {
		{ STR(""), "From: <bureau@example.org>\r\n" },
		{ STR("Bureau, Inc."),
		    "From: \"Bureau, Inc.\" <bureau@example.org>\r\n" },
		{ STR("A \"b\" \\ c"),
		    "From: \"A \\\"b\\\" \\\\ c\" <bureau@example.org>\r\n" },
		{ STR("B\xc3\xbcro"),
		    "From: =?UTF-8?B?QsO8cm8=?= <bureau@example.org>\r\n" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct mail mail = ordinary();
		struct str out;

		mail.from.name = rows[i].name;
		assert_null(mail_compose(*state, &mail, &out));
		assert_true(str_starts(out, rows[i].want));
	}
}

static void
bodies_are_lines_of_base64(void **state)
{
	struct mail mail = ordinary();
	struct buf body;
	struct str out;

	buf_init(&body, *state, MAIL_BODY_MAX);
	for (int i = 0; i < 2000; i++)
		buf_text(&body, i % 3 == 0 ? ".\r\n" : i % 3 == 1 ? ".\n" :
		    "a line of text that is quite long, for a line of text "
		    "in a message to somebody who wants to read it\r");
	mail.text = (struct str){ body.data, body.len };
	assert_null(mail_compose(*state, &mail, &out));
	assert_proper(out);
	assert_null(strstr(out.p, "\r\n.\r\n"));
}

static void
whatever_could_inject_is_refused(void **state)
{
	static const struct str bad[] = {
		STR("x\r\nBcc: eve@example.org"), STR("x\nBcc: eve@example.org"),
		STR("x\rBcc: eve@example.org"), STR("x\0y"), STR("x\r\n"),
		STR("\x7f"), STR("\x1b[31m"), STR("\xff"), STR("\xe2\x80\xa8"),
	};
	struct str out = STR("untouched");

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct mail mail = ordinary();

		mail.subject = bad[i];
		assert_non_null(mail_compose(*state, &mail, &out));
		mail = ordinary();
		mail.from.name = bad[i];
		assert_non_null(mail_compose(*state, &mail, &out));
		mail = ordinary();
		mail.from.address = bad[i];
		assert_non_null(mail_compose(*state, &mail, &out));
		mail = ordinary();
		mail.to = bad[i];
		assert_non_null(mail_compose(*state, &mail, &out));
		mail = ordinary();
		mail.id = arena_memdup(*state, bad[i].p, bad[i].n);
		if (strlen(mail.id) == bad[i].n)
			assert_non_null(mail_compose(*state, &mail, &out));
		mail = ordinary();
		mail.unsubscribe = mail.id = arena_memdup(*state, bad[i].p,
		    bad[i].n);
		mail.id = "1";
		if (strlen(mail.unsubscribe) == bad[i].n)
			assert_non_null(mail_compose(*state, &mail, &out));
	}
	assert_str(out, "untouched");
}

static void
texts_that_are_none_are_refused(void **state)
{
	struct mail mail = ordinary();
	struct str out;

	mail.text = STR("a\0b");
	assert_non_null(mail_compose(*state, &mail, &out));
	mail = ordinary();
	mail.html = STR("\xff");
	assert_non_null(mail_compose(*state, &mail, &out));
	mail = ordinary();
	mail.html = (struct str){ arena_alloc(*state, MAIL_BODY_MAX + 1),
	    MAIL_BODY_MAX + 1 };
	assert_non_null(mail_compose(*state, &mail, &out));
}

static void
addresses_are_looked_at(void **state)
{
	static const struct str wrong[] = {
		STR("victim@ex.test>\r\nRCPT TO:<other@ex.test>\r\nNOOP <"),
		STR("a b@example.org"), STR("a@example.org "), STR("<a@b.org>"),
		STR("a@b@c.org"), STR("a"), STR(""), STR("@b.org"), STR("a@"),
		STR("a\x7f@b.org"), STR("a\0@b.org"), STR("\xc3\xa4@b.org"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(mail_is_address(wrong[i]));
	assert_true(mail_is_address(STR("ann+tag@example.org")));
	assert_true(mail_is_address(STR("root@localhost")));
}

static void
a_sender_is_read(void **state)
{
	static const struct { struct str text, name, address; } right[] = {
		{ STR("bureau@example.org"), STR(""), STR("bureau@example.org") },
		{ STR("<bureau@example.org>"), STR(""),
		    STR("bureau@example.org") },
		{ STR("Bureau <bureau@example.org>"), STR("Bureau"),
		    STR("bureau@example.org") },
		{ STR("\"Bureau, Inc.\" <b@example.org>"), STR("Bureau, Inc."),
		    STR("b@example.org") },
		{ STR("B\xc3\xbcro  <b@example.org>"), STR("B\xc3\xbcro"),
		    STR("b@example.org") },
	};
	static const struct str wrong[] = {
		STR(""), STR("Bureau"), STR("Bureau <>"), STR("Bureau <b>"),
		STR("Bureau b@example.org"), STR("a@b.org>"),
		STR("A <a@b.org> <c@d.org>"), STR("A\r\nB <a@b.org>"),
		STR("A <a@b.org>\r\nBcc: c@d.org"), STR("A <a@b.org\r\n>"),
		STR("A\0 <a@b.org>"), STR("a@b.org, c@d.org"),
	};
	struct mail_box box;

	for (size_t i = 0; i < COUNT_OF(right); i++) {
		assert_null(mail_box_parse(*state, right[i].text, &box));
		assert_true(str_same(box.name, right[i].name));
		assert_true(str_same(box.address, right[i].address));
	}
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (mail_box_parse(*state, wrong[i], &box) == NULL)
			fail_msg("%s", wrong[i].p);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(a_message_is_these_bytes),
		UNIT_TEST(long_and_foreign_subjects_are_folded),
		UNIT_TEST(names_are_quoted_or_encoded),
		UNIT_TEST(bodies_are_lines_of_base64),
		UNIT_TEST(whatever_could_inject_is_refused),
		UNIT_TEST(texts_that_are_none_are_refused),
		UNIT_TEST(addresses_are_looked_at),
		UNIT_TEST(a_sender_is_read),
	};

	return (cmocka_run_group_tests_name("mail", tests, NULL, NULL));
}
