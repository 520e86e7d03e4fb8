/* SPDX-License-Identifier: ISC */
/*
 * E-mail addresses: a code is sent to what passes here, so what passes must
 * not be able to write a second recipient.
 */
#include "unit.h"

#include "arena.h"
#include "buf.h"

struct row {
	const char	*name;
	struct str	 text;
};

static const struct row right[] = {
	{ "an ordinary address", STR("ann@example.org") },
	{ "an address with a plus", STR("ann+tag@example.org") },
	{ "an apostrophe", STR("o'neil@example.org") },
	{ "a subdomain", STR("a@mail.eu.example.org") },
	{ "a number as a label", STR("a@1.example.org") },
	{ "capital letters", STR("Ann@Example.ORG") },
	{ "an international domain in ASCII", STR("a@xn--mnchen-3ya.de") },
	{ "localhost", STR("root@localhost") },
	{ "every allowed sign", STR("!#$%&'*+-/=?^_`{|}~.@example.org") },
};

static const struct row wrong[] = {
	{ "nothing", STR("") },
	{ "no @", STR("ann.example.org") },
	{ "two @", STR("ann@b@example.org") },
	{ "no local part", STR("@example.org") },
	{ "no domain", STR("ann@") },
	{ "no dot in the domain", STR("ann@example") },
	{ "an empty label", STR("ann@example..org") },
	{ "a dot in front of the domain", STR("ann@.example.org") },
	{ "a dot behind the domain", STR("ann@example.org.") },
	{ "a hyphen in front of a label", STR("ann@-example.org") },
	{ "a hyphen behind a label", STR("ann@example-.org") },
	{ "an underscore in the domain", STR("ann@ex_ample.org") },
	{ "an invalid international label", STR("ann@xn--zz.de") },
	{ "an address literal", STR("ann@[127.0.0.1]") },
	{ "a space", STR("an n@example.org") },
	{ "a space in front", STR(" ann@example.org") },
	{ "a space behind", STR("ann@example.org ") },
	{ "a tab", STR("ann@example.org\t") },
	{ "CR and LF at the end", STR("ann@example.org\r\n") },
	{ "LF at the end", STR("ann@example.org\n") },
	{ "LF in front", STR("\nann@example.org") },
	{ "CR in the local part", STR("an\rn@example.org") },
	{ "a header behind a line break",
	    STR("ann@example.org\r\nBcc: eve@example.org") },
	{ "a second SMTP recipient",
	    STR("ann@example.org>\r\nRCPT TO:<eve@example.org") },
	{ "angle brackets", STR("<ann@example.org>") },
	{ "a display name", STR("Ann <ann@example.org>") },
	{ "a comma", STR("ann@example.org,eve@example.org") },
	{ "a semicolon", STR("ann@example.org;eve@example.org") },
	{ "a colon", STR("mailto:ann@example.org") },
	{ "parentheses", STR("ann(x)@example.org") },
	{ "brackets", STR("ann[x]@example.org") },
	{ "a backslash", STR("an\\n@example.org") },
	{ "a quoted local part", STR("\"ann\"@example.org") },
	{ "NUL in the middle", STR("ann@example.org\0.evil.example") },
	{ "NUL at the end", STR("ann@example.org\0") },
	{ "DEL", STR("ann\x7f@example.org") },
	{ "letters beyond ASCII", STR("\xc3\xa4nn@example.org") },
	{ "a domain beyond ASCII", STR("ann@m\xc3\xbcnchen.de") },
	{ "bytes that are not UTF-8", STR("\xff@example.org") },
};

static void
accepts(void **state)
{
	const struct row *row = *state;

	assert_true(text_is_email(row->text));
}

static void
refuses(void **state)
{
	const struct row *row = *state;

	assert_false(text_is_email(row->text));
}

/* Lengths: 64 in front of the @, 63 a label, 254 in all. */
static void
judge_lengths(void **state)
{
	static const struct { int local, label, labels; bool want; } rows[] = {
		{ 64, 3, 2, true }, { 65, 3, 2, false },
		{ 1, 63, 2, true }, { 1, 64, 2, false },
		{ 62, 63, 3, true }, { 63, 63, 3, false },
	};
	static const char as[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaa";
	static const char bs[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	    "bbbbbbbbbbbbbbbbbbbb";
	struct buf text;
	size_t i;
	int k;

	for (i = 0; i < COUNT_OF(rows); i++) {
		buf_init(&text, *state, 400);
		buf_printf(&text, "%.*s", rows[i].local, as);
		for (k = 0; k < rows[i].labels; k++)
			buf_printf(&text, "%c%.*s", k == 0 ? '@' : '.',
			    rows[i].label, bs);
		assert_int_equal(text_is_email(str_of(text.data)), rows[i].want);
	}
}

int
main(void)
{
	static struct unit_list list;
	size_t i;

	for (i = 0; i < COUNT_OF(right); i++)
		unit_add(&list, right[i].name, accepts, &right[i]);
	for (i = 0; i < COUNT_OF(wrong); i++)
		unit_add(&list, wrong[i].name, refuses, &wrong[i]);
	list.tests[list.count++] =
	    (struct CMUnitTest)UNIT_TEST(judge_lengths);
	return (unit_run(&list, "email"));
}
