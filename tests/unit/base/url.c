/* SPDX-License-Identifier: ISC */
/*
 * URLs: what two readers could understand in two ways is refused.
 */
#include "unit.h"

#include "arena.h"
#include "url.h"

static const char *const right[] = {
	"https://example.org", "http://example.org/", "HTTPS://Example.ORG/Hook",
	"https://example.org:8443/a/b?c=d&e=%20", "http://192.0.2.1:80/",
	"http://[2001:db8::1]/", "http://[2001:db8::1]:8080/x",
	"http://receiver/", "http://my_host.internal/",
	"https://example.org?x=1", "https://example.org/a@b:c",
	"https://xn--mnchen-3ya.de/",
};

static const char *const wrong[] = {
	"", "example.org", "//example.org", "https:example.org", "https:/example.org",
	"://example.org", "https://", "https:///path", "https://:80/",
	"ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
	"smtp://example.org", "javascript://example.org/", "h2tps://example.org/",
	"https://user@example.org/", "https://user:pw@example.org/",
	"https://@example.org/", "https://example.org@10.0.0.1/",
	"https://example.org/#part", "https://example.org#",
	"https://example.org:0/", "https://example.org:65536/",
	"https://example.org:/", "https://example.org:80x/",
	"https://example.org:-1/", "https://example.org:080/",
	"https://exa mple.org/", "https://example.org/a b", " https://example.org/",
	"https://example.org/\t", "https://example.org/\r\nHost: x",
	"https://example.org\\@10.0.0.1/", "https://exam\x7fple.org/",
	"https://m\xc3\xbcnchen.de/", "https://example.org/\xc3\xbc",
	"https://example.org/<x>", "https://example.org/\"", "https://a..b/",
	"https://.a/", "https://[::1/", "https://[]/", "https://[nonsense]/",
	"https://[::1]x/", "https://[::1]:99999/", "https://a[b]/",
	"https://ex%61mple.org/", "https://example.org:80:90/",
	"https://a,b/", "https://a;b/", "https://!/",
};

static void
accepts(void **state)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 16);

	assert_null(url_web_fault(arena, str_of(*state)));
	arena_free(&arena);
}

static void
refuses(void **state)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 16);

	assert_non_null(url_web_fault(arena, str_of(*state)));
	arena_free(&arena);
}

static void
refuses_nul_and_too_much(void **state)
{
	static char text[URL_WEB_MAX + 2];

	assert_non_null(url_web_fault(*state, STR("https://a.org/\0x")));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i < 14 ? "https://a.org/"[i] : 'x';
	assert_null(url_web_fault(*state,
	    (struct str){ text, URL_WEB_MAX }));
	assert_non_null(url_web_fault(*state,
	    (struct str){ text, URL_WEB_MAX + 1 }));
}

static void
takes_apart(void **state)
{
	struct url url;

	assert_null(url_parse(*state, STR("SMTP://ann%40a.org:p%3aw%20d@"
	    "Mail.Example.ORG:587/x?ca=%2Fetc%2Fa.pem&starttls=required"),
	    &url));
	assert_str(url.scheme, "smtp");
	assert_str(url.user, "ann@a.org");
	assert_str(url.password, "p:w d");
	assert_str(url.host, "mail.example.org");
	assert_int_equal(url.port, 587);
	assert_str(url.path, "/x");
	assert_str(url_query_value(*state, &url, "ca"), "/etc/a.pem");
	assert_str(url_query_value(*state, &url, "starttls"), "required");
	assert_null(url_query_value(*state, &url, "start").p);
	assert_false(url.has_fragment);

	assert_null(url_parse(*state, STR("smtp://[::1]"), &url));
	assert_str(url.host, "[::1]");
	assert_int_equal(url.port, 0);
	assert_null(url.user.p);
	assert_int_equal(url.path.n, 0);
	assert_non_null(url_parse(*state, STR("smtp://a:p%0d%0a@b.org"), &url));
	assert_non_null(url_parse(*state, STR("smtp://a:p%zz@b.org"), &url));
	assert_non_null(url_parse(*state, STR("smtp://a:p%00@b.org"), &url));
}

static void
knows_loopback(void **state)
{
	static const struct { const char *text; bool want; } rows[] = {
		{ "smtp://localhost", true }, { "smtp://LOCALHOST:25", true },
		{ "smtp://127.0.0.1", true }, { "smtp://127.9.9.9", true },
		{ "smtp://[::1]:25", true }, { "smtp://128.0.0.1", false },
		{ "smtp://localhost.example.org", false },
		{ "smtp://127.0.0.1.example.org", false },
		{ "smtp://[::2]", false },
	};
	struct url url;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_null(url_parse(*state, str_of(rows[i].text), &url));
		assert_int_equal(url_is_loopback(&url), rows[i].want);
	}
}

int
main(void)
{
	static struct unit_list list;

	for (size_t i = 0; i < COUNT_OF(right); i++)
		unit_add(&list, right[i], accepts, right[i]);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		unit_add(&list, wrong[i], refuses, wrong[i]);
	list.tests[list.count++] =
	    (struct CMUnitTest)UNIT_TEST(refuses_nul_and_too_much);
	list.tests[list.count++] = (struct CMUnitTest)UNIT_TEST(takes_apart);
	list.tests[list.count++] = (struct CMUnitTest)UNIT_TEST(knows_loopback);
	return (unit_run(&list, "url"));
}
