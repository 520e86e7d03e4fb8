/* SPDX-License-Identifier: ISC */
/*
 * Cookies, found and written.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "cookie.h"

static void
a_cookie_is_found_wherever_it_stands(void **state)
{
	static const char *const headers[] = {
		"jwt=abc", "jwt=abc; x=1", "x=1; jwt=abc", "x=1;jwt=abc;y=2",
		"x; jwt=abc", "  jwt=abc  ", ";;jwt=abc;", "x=\"a b\"; jwt=abc",
		"jwtx=1; jwt=abc; xjwt=2", "JWT=no; jwt=abc",
	};
	struct str value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(headers); i++) {
		assert_true(cookie_find(str_of(headers[i]), "jwt", &value));
		assert_str(value, "abc");
	}
	assert_true(cookie_find(STR("jwt="), "jwt", &value));
	assert_str(value, "");
	assert_true(cookie_find(STR("jwt=a=b=="), "jwt", &value));
	assert_str(value, "a=b==");
}

static void
what_is_not_there_is_not_found(void **state)
{
	static const char *const headers[] = {
		"", "x=1", "jwt", "jwtx=abc", "xjwt=abc", "JWT=abc",
		"x=jwt=abc", "x=1, jwt=abc", "jwt =abc", "=jwt",
	};
	struct str value = STR("kept");
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(headers); i++)
		assert_false(cookie_find(str_of(headers[i]), "jwt", &value));
	assert_false(cookie_find(str_of(NULL), "jwt", &value));
	assert_str(value, "kept");
}

static void
two_values_are_none(void **state)
{
	struct str value;

	(void)state;
	assert_false(cookie_find(STR("jwt=a; jwt=b"), "jwt", &value));
	assert_false(cookie_find(STR("jwt=a; x=1; jwt="), "jwt", &value));
	assert_false(cookie_find(STR("jwt=a; jwt=a; jwt=b"), "jwt", &value));
	assert_true(cookie_find(STR("jwt=a; jwt=a"), "jwt", &value));
	assert_str(value, "a");
}

static void
a_value_no_cookie_can_have_is_refused(void **state)
{
	static const struct str headers[] = {
		STR("jwt=a b"), STR("jwt=\"a\""), STR("jwt=a,b"),
		STR("jwt=a\\b"), STR("jwt=a\0b"), STR("jwt=a\r\nb"),
		STR("jwt=\xc3\xa4"), STR("jwt=a\x7f"), STR("jwt=a\tb"),
	};
	struct str value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(headers); i++)
		assert_false(cookie_find(headers[i], "jwt", &value));
}

static void
the_header_has_bounds(void **state)
{
	struct str value;
	struct buf buf;
	unsigned i;

	buf_init(&buf, *state, 20000);
	buf_text(&buf, "jwt=abc; x=");
	while (buf.len < COOKIE_MAX_HEADER)
		buf_char(&buf, 'x');
	assert_true(cookie_find((struct str){ buf.data, buf.len }, "jwt",
	    &value));
	buf_char(&buf, 'x');
	assert_false(cookie_find((struct str){ buf.data, buf.len }, "jwt",
	    &value));

	buf_clear(&buf);
	buf_text(&buf, "jwt=abc");
	for (i = 1; i < COOKIE_MAX_COUNT; i++)
		buf_text(&buf, "; a=b");
	assert_true(cookie_find((struct str){ buf.data, buf.len }, "jwt",
	    &value));
	buf_text(&buf, "; a=b");
	assert_false(cookie_find((struct str){ buf.data, buf.len }, "jwt",
	    &value));
}

static void
a_cookie_is_written_with_its_attributes(void **state)
{
	struct cookie cookie = {
		.name = "jwt", .value = STR("abc.def"), .path = "/",
		.max_age = 900, .site = COOKIE_LAX, .secure = true,
	};
	struct buf buf;

	buf_init(&buf, *state, 1000);
	assert_true(cookie_write(&buf, &cookie));
	assert_string_equal(buf.data, "jwt=abc.def; Path=/; Max-Age=900; "
	    "HttpOnly; SameSite=Lax; Secure");
	buf_clear(&buf);
	cookie = (struct cookie){
		.name = "refresh", .value = STR(""), .path = "/api/v1/auth",
		.site = COOKIE_STRICT,
	};
	assert_true(cookie_write(&buf, &cookie));
	assert_string_equal(buf.data, "refresh=; Path=/api/v1/auth; Max-Age=0; "
	    "HttpOnly; SameSite=Strict");
}

static void
what_would_end_the_cookie_is_refused(void **state)
{
	static const struct {
		const char	*name;
		struct str	 value;
		const char	*path;
	} rows[] = {
		{ "jwt", STR("a;b"), "/" },
		{ "jwt", STR("a\r\nSet-Cookie: b=c"), "/" },
		{ "jwt", STR("a\nb"), "/" },
		{ "jwt", STR("a\0b"), "/" },
		{ "jwt", STR("a b"), "/" },
		{ "jwt", STR("\xc3\xa4"), "/" },
		{ "", STR("a"), "/" },
		{ "j=t", STR("a"), "/" },
		{ "j;t", STR("a"), "/" },
		{ "j\nt", STR("a"), "/" },
		{ "jwt", STR("a"), "/; Domain=evil.example" },
		{ "jwt", STR("a"), "/\r\nX: y" },
		{ "jwt", STR("a"), "" },
		{ "jwt", STR("a"), "api" },
	};
	struct cookie cookie = { .max_age = 1 };
	struct buf buf;
	size_t i;

	buf_init(&buf, *state, 1000);
	for (i = 0; i < COUNT_OF(rows); i++) {
		cookie.name = rows[i].name;
		cookie.value = rows[i].value;
		cookie.path = rows[i].path;
		assert_false(cookie_write(&buf, &cookie));
		assert_int_equal(buf.len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(a_cookie_is_found_wherever_it_stands),
		UNIT_TEST(what_is_not_there_is_not_found),
		UNIT_TEST(two_values_are_none),
		UNIT_TEST(a_value_no_cookie_can_have_is_refused),
		UNIT_TEST(the_header_has_bounds),
		UNIT_TEST(a_cookie_is_written_with_its_attributes),
		UNIT_TEST(what_would_end_the_cookie_is_refused),
	};

	return (cmocka_run_group_tests_name("cookie", tests, NULL, NULL));
}
