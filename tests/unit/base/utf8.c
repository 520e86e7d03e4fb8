/* SPDX-License-Identifier: ISC */
/*
 * UTF-8, every code point of it.
 */
#include "unit.h"

#include "utf8.h"

static void
every_scalar_value_comes_back(void **state)
{
	uint32_t code, back;
	char bytes[4];
	size_t n;

	(void)state;
	for (code = 0; code <= 0x10ffff; code++) {
		if (code == 0xd800)
			code = 0xe000;
		n = utf8_put(code, bytes);
		if (utf8_next(bytes, n, &back) != n || back != code)
			fail_msg("U+%04X", code);
		if (utf8_next(bytes, n - 1, &back) != 0)
			fail_msg("U+%04X is accepted when cut off", code);
	}
}

static void
every_pair_of_bytes_is_judged(void **state)
{
	unsigned a, b;
	uint32_t code;
	bool want;

	(void)state;
	for (a = 0x80; a < 0x100; a++)
		for (b = 0; b < 0x100; b++) {
			char bytes[2] = { (char)a, (char)b };

			want = a >= 0xc2 && a < 0xe0 && b >= 0x80 && b < 0xc0;
			if ((utf8_next(bytes, 2, &code) == 2) != want)
				fail_msg("%02x %02x", a, b);
		}
}

static void
malformed_text_is_refused(void **state)
{
	static const struct { const char *why; struct str text; } rows[] = {
		{ "overlong slash", STR("\xc0\xaf") },
		{ "overlong NUL", STR("\xc0\x80") },
		{ "overlong of three", STR("\xe0\x9f\xbf") },
		{ "overlong of four", STR("\xf0\x8f\xbf\xbf") },
		{ "high surrogate", STR("\xed\xa0\x80") },
		{ "low surrogate", STR("\xed\xbf\xbf") },
		{ "above U+10FFFF", STR("\xf4\x90\x80\x80") },
		{ "five bytes", STR("\xf8\x88\x80\x80\x80") },
		{ "lone continuation", STR("\x80") },
		{ "no continuation", STR("\xe2\x28\xa1") },
		{ "FE", STR("\xfe") },
		{ "FF", STR("\xff") },
	};
	uint32_t code;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(rows); i++)
		if (utf8_next(rows[i].text.p, rows[i].text.n, &code) != 0)
			fail_msg("%s", rows[i].why);
	assert_int_equal(utf8_next("", 0, &code), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scalar_value_comes_back),
		cmocka_unit_test(every_pair_of_bytes_is_judged),
		cmocka_unit_test(malformed_text_is_refused),
	};

	return (cmocka_run_group_tests_name("utf8", tests, NULL, NULL));
}
