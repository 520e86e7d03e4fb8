/* SPDX-License-Identifier: ISC */
/*
 * Texts filled in: in both languages, escaped wherever a value stands, and never
 * with a hole in them.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "letter.h"

struct value {
	const char	*name;
	struct str	 text;
};

/* All that any text asks for. */
static const struct value all[] = {
	{ "code", STR("012345") },
	{ "inviter", STR("J\xc3\xb6rg \"<b>\" & Co") },
	{ "link", STR("https://office.example.org/invitation?token=a&b=c") },
	{ "newEmail", STR("new@example.org") },
	{ "oldEmail", STR("old@example.org") },
	{ "purpose", STR("email") },
	{ "since", STR("2026-11-20T13:40:00.000Z") },
	{ "url", STR("https://hooks.example.net/in?a=<&b=\"'") },
	{ NULL },
};

static struct str
value_of(void *cls, const char *name)
{
	for (const struct value *v = cls; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return (v->text);
	return ((struct str){ NULL, 0 });
}

static const char *
write_it(struct arena *arena, const char *mail, const char *locale,
    const struct value *values, struct letter *out)
{
	return (letter_write(arena, mail, str_of(locale),
	    "https://office.example.org", value_of,
	    (void *)(uintptr_t)values, out));
}

static void
every_text_is_written_in_both_languages(void **state)
{
	unsigned count = 0;

	for (const struct letter_text *t = letter_texts; t->mail != NULL; t++) {
		struct letter letter;
		const char *why = write_it(*state, t->mail, t->locale, all,
		    &letter);

		if (why != NULL)
			fail_msg("%s", why);
		assert_null(strstr(letter.text.p, "{{"));
		assert_null(strstr(letter.html.p, "{{"));
		assert_null(strstr(letter.html.p, "<b>"));
		assert_null(strstr(letter.html.p, "<script"));
		assert_null(strstr(letter.html.p, "<img"));
		assert_null(strstr(letter.html.p, "url("));
		assert_true(text_is_clean(letter.subject, true));
		assert_true(text_is_clean(letter.text, false));
		assert_non_null(strstr(letter.html.p,
		    strcmp(t->locale, "de") == 0 ? "<html lang=\"de\">" :
		    "<html lang=\"en\">"));
		assert_non_null(strstr(letter.text.p, "-- \nBureau, "
		    "https://office.example.org\n"));
		count++;
	}
	assert_int_equal(count, 16);
}

static void
the_language_is_that_of_the_locale(void **state)
{
	static const struct { const char *locale, *subject; } rows[] = {
		{ "de", "Willkommen bei Bureau" },
		{ "de-AT", "Willkommen bei Bureau" },
		{ "de_CH.UTF-8", "Willkommen bei Bureau" },
		{ "en", "Welcome to Bureau" }, { "fr", "Welcome to Bureau" },
		{ "", "Welcome to Bureau" }, { NULL, "Welcome to Bureau" },
	};
	struct letter letter;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_null(write_it(*state, "welcome", rows[i].locale, all,
		    &letter));
		assert_string_equal(letter.subject.p, rows[i].subject);
	}
}

static void
values_are_escaped_where_they_stand(void **state)
{
	struct letter letter;

	assert_null(write_it(*state, "invitation", "en", all, &letter));
	assert_non_null(strstr(letter.text.p,
	    "J\xc3\xb6rg \"<b>\" & Co has made an account"));
	assert_non_null(strstr(letter.html.p,
	    "J\xc3\xb6rg &quot;&lt;b&gt;&quot; &amp; Co has made"));
	assert_non_null(strstr(letter.html.p, "<a href=\"https://office."
	    "example.org/invitation?token=a&amp;b=c\""));
	assert_non_null(strstr(letter.text.p, "Accept the invitation:\n"
	    "https://office.example.org/invitation?token=a&b=c\n"));
	assert_null(write_it(*state, "webhook-disabled", "en", all, &letter));
	assert_non_null(strstr(letter.html.p,
	    "in?a=&lt;&amp;b=&quot;&#39; since"));
	assert_non_null(strstr(letter.html.p, "20 November 2026"));
	assert_null(write_it(*state, "webhook-disabled", "de", all, &letter));
	assert_non_null(strstr(letter.html.p, "20. November 2026"));
}

static void
words_of_ours_are_phrases(void **state)
{
	static const struct value odd[] = { { "code", STR("1") },
	    { "purpose", STR("world domination") }, { NULL } };
	struct letter letter;

	assert_null(write_it(*state, "step-up", "en", all, &letter));
	assert_non_null(strstr(letter.text.p, "change your e-mail address."));
	assert_string_equal(write_it(*state, "step-up", "en", odd, &letter),
	    "the text \"step-up\" cannot be written: \"purpose\" is none of "
	    "the words it may be");
}

static void
what_is_missing_is_told(void **state)
{
	static const struct value none[] = { { NULL } };
	static const struct value only_link[] = {
	    { "link", STR("https://a.org/") }, { NULL } };
	static const struct value only_code[] = { { "code", STR("1") },
	    { NULL } };
	struct letter letter;

	assert_string_equal(write_it(*state, "welcome", "en", none, &letter),
	    "the text \"welcome\" cannot be written: the value \"code\" is "
	    "missing");
	assert_string_equal(write_it(*state, "nothing", "en", all, &letter),
	    "there is no text \"nothing\"");
	assert_non_null(write_it(*state, "", "en", all, &letter));
	/* Blocks that may be left out are, and others are not. */
	assert_null(write_it(*state, "invitation", "en", only_link, &letter));
	assert_null(strstr(letter.text.p, "has made"));
	assert_null(write_it(*state, "reset-password", "en", only_code,
	    &letter));
	assert_null(strstr(letter.html.p, "<a href=\"\""));
	assert_null(strstr(letter.text.p, "Choose a new password:"));
}

static void
values_that_could_forge_are_refused(void **state)
{
	static const struct str bad[] = {
		STR("Bob\n\nClick https://evil.example"), STR("a\rb"),
		STR("a\0b"), STR("\xff"), STR("\x1b[31m"),
		STR("\xe2\x80\xaetxt.exe"),
	};
	static const struct str links[] = {
		STR("javascript:alert(1)"), STR("https://a.org/\" onclick=\""),
		STR("data:text/html,x"), STR("https://a@b.org/"), STR(""),
		STR("/relative"), STR("https://a.org/ b"),
	};
	struct letter letter = { .subject = STR("untouched") };

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct value values[] = { { "inviter", bad[i] },
		    { "link", STR("https://a.org/") }, { NULL } };

		assert_non_null(write_it(*state, "invitation", "en", values,
		    &letter));
	}
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		struct value values[] = { { "link", links[i] }, { NULL } };

		assert_non_null(write_it(*state, "invitation", "en", values,
		    &letter));
	}
	assert_string_equal(letter.subject.p, "untouched");
}

/* In development the whole text is one line of the log, which has 4096 bytes. */
static void
the_longest_text_fits_a_line_of_the_log(void **state)
{
	static char url[LETTER_VALUE_MAX + 1];
	struct value values[COUNT_OF(all)];
	struct letter letter;
	struct buf line;

	memset(url, 'x', LETTER_VALUE_MAX);
	memcpy(url, "https://office.example.org/", 27);
	memcpy(values, all, sizeof(all));
	for (size_t i = 0; values[i].name != NULL; i++)
		if (str_starts(values[i].text, "https://"))
			values[i].text = str_of(url);
	for (const struct letter_text *t = letter_texts; t->mail != NULL; t++) {
		assert_null(write_it(*state, t->mail, t->locale, values,
		    &letter));
		buf_init(&line, *state, 1 << 16);
		for (size_t i = 0; i < letter.text.n; i++)
			buf_text(&line, letter.text.p[i] == '\n' ? "\\u000a" :
			    letter.text.p[i] == '"' ? "\\\"" : "x");
		assert_true(line.len + letter.subject.n + 254 + 250 < 4096);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST(every_text_is_written_in_both_languages),
		UNIT_TEST(the_language_is_that_of_the_locale),
		UNIT_TEST(values_are_escaped_where_they_stand),
		UNIT_TEST(words_of_ours_are_phrases),
		UNIT_TEST(what_is_missing_is_told),
		UNIT_TEST(values_that_could_forge_are_refused),
		UNIT_TEST(the_longest_text_fits_a_line_of_the_log),
	};

	return (cmocka_run_group_tests_name("letter", tests, NULL, NULL));
}
