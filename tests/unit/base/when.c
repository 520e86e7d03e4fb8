/* SPDX-License-Identifier: ISC */
/*
 * Time: what is written can be read, and only times can.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "when.h"

struct row {
	const char	*text;
	const char	*utc;		/* NULL: refused */
};

static const struct row rows[] = {
	{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z" },
	{ "2026-11-20T13:40:00.123Z", "2026-11-20T13:40:00.123Z" },
	{ "2026-11-20t13:40:00z", "2026-11-20T13:40:00.000Z" },
	{ "2026-11-20", "2026-11-20T00:00:00.000Z" },
	{ "2026-11-20T13:40:00.1Z", "2026-11-20T13:40:00.100Z" },
	{ "2026-11-20T13:40:00.1239999999Z", "2026-11-20T13:40:00.123Z" },
	{ "2026-11-20T13:40:00+02:00", "2026-11-20T11:40:00.000Z" },
	{ "2026-11-20T13:40:00-00:30", "2026-11-20T14:10:00.000Z" },
	{ "2026-11-20T00:10:00+05:45", "2026-11-19T18:25:00.000Z" },
	{ "2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z" },
	{ "2026-11-20T13:40:00-00:00", "2026-11-20T13:40:00.000Z" },
	{ "2024-02-29", "2024-02-29T00:00:00.000Z" },
	{ "2000-02-29", "2000-02-29T00:00:00.000Z" },
	{ "0001-01-01", "0001-01-01T00:00:00.000Z" },
	{ "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z" },
	{ "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
	{ "1900-02-28", "1900-02-28T00:00:00.000Z" },
	{ "2026-11-20T13:40:00+23:59", "2026-11-19T13:41:00.000Z" },

	{ "", NULL },
	{ "2026", NULL },
	{ "2026-11", NULL },
	{ "2026-11-2", NULL },
	{ "2026-11-20T", NULL },
	{ "2026-11-20T13", NULL },
	{ "2026-11-20T13:40", NULL },
	{ "2026-11-20T13:40Z", NULL },
	{ "2026-11-20T13:40:00", NULL },
	{ "2026-11-20T13:40:00.", NULL },
	{ "2026-11-20T13:40:00.Z", NULL },
	{ "2026-11-20T13:40:00.123", NULL },
	{ "2026-11-20T13:40:00+", NULL },
	{ "2026-11-20T13:40:00+02", NULL },
	{ "2026-11-20T13:40:00+0200", NULL },
	{ "2026-11-20T13:40:00+02:0", NULL },
	{ "2026-11-20T13:40:00+24:00", NULL },
	{ "2026-11-20T13:40:00+02:60", NULL },
	{ "2026-11-20T13:40:00ZZ", NULL },
	{ "2026-11-20T13:40:00Z ", NULL },
	{ " 2026-11-20", NULL },
	{ "2026-11-20 13:40:00Z", NULL },
	{ "2026-11-20Z", NULL },
	{ "2026/11/20", NULL },
	{ "20261120", NULL },
	{ "2026-00-20", NULL },
	{ "2026-13-20", NULL },
	{ "2026-11-00", NULL },
	{ "2026-11-31", NULL },
	{ "2026-02-29", NULL },
	{ "1900-02-29", NULL },
	{ "2100-02-29", NULL },
	{ "2024-02-30", NULL },
	{ "2026-01-32", NULL },
	{ "2026-11-20T24:00:00Z", NULL },
	{ "2026-11-20T13:60:00Z", NULL },
	{ "2026-11-20T13:40:61Z", NULL },
	{ "2016-12-31T23:59:60Z", NULL },
	{ "0000-01-01", NULL },
	{ "10000-01-01", NULL },
	{ "-001-01-01", NULL },
	{ "+2026-11-20", NULL },
	{ "0001-01-01T00:00:00+00:01", NULL },
	{ "9999-12-31T23:59:59.999-00:01", NULL },
	{ "now", NULL },
	{ "infinity", NULL },
};

static void
judge(void **state)
{
	const struct row *row = *state;
	char utc[WHEN_SIZE];
	int64_t ms = 42;

	if (row->utc == NULL) {
		assert_false(when_parse(str_of(row->text), &ms));
		assert_int_equal(ms, 42);
		return;
	}
	assert_true(when_parse(str_of(row->text), &ms));
	when_format(ms, utc);
	assert_string_equal(utc, row->utc);
}

static void
a_nul_ends_no_time(void **state)
{
	int64_t ms;

	(void)state;
	assert_false(when_parse(STR("2026-11-20\0"), &ms));
	assert_false(when_parse(STR("2026-11-20T13:40:00Z\0"), &ms));
}

static void
every_day_comes_back(void **state)
{
	char utc[WHEN_SIZE];
	int64_t day, back;

	(void)state;
	for (day = -719162; day <= 2932896; day += 13) {
		when_format(day * 86400000, utc);
		assert_true(when_parse(str_of(utc), &back));
		assert_true(back == day * 86400000);
	}
}

static void
times_beyond_the_calendar_are_written_as_its_ends(void **state)
{
	char utc[WHEN_SIZE], http[30];

	(void)state;
	when_format(INT64_MAX, utc);
	assert_string_equal(utc, "9999-12-31T23:59:59.999Z");
	when_format(INT64_MIN, utc);
	assert_string_equal(utc, "0001-01-01T00:00:00.000Z");
	when_http(INT64_MAX, http);
	assert_string_equal(http, "Fri, 31 Dec 9999 23:59:59 GMT");
}

static void
http_dates_are_imf_fixdates(void **state)
{
	char http[30];

	(void)state;
	when_http(INT64_C(784111777000), http);
	assert_string_equal(http, "Sun, 06 Nov 1994 08:49:37 GMT");
	when_http(-1, http);
	assert_string_equal(http, "Wed, 31 Dec 1969 23:59:59 GMT");
}

static void
the_time_zone_does_not_matter(void **state)
{
	char utc[WHEN_SIZE];
	int64_t ms;

	(void)state;
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	assert_true(when_parse(STR("2026-11-20"), &ms));
	assert_true(ms == INT64_C(1795132800000));
	when_format(ms, utc);
	assert_string_equal(utc, "2026-11-20T00:00:00.000Z");
	unsetenv("TZ");
	tzset();
}

static void
clocks_run_forward(void **state)
{
	int64_t start = when_mono(), now = when_now();

	(void)state;
	while (when_mono() == start)
		;
	assert_true(when_mono() > start);
	assert_true(now > INT64_C(1700000000000));
}

int
main(void)
{
	static struct unit_list list;
	static char names[COUNT_OF(rows)][80];
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		snprintf(names[i], sizeof(names[i]), "%s '%s'",
		    rows[i].utc == NULL ? "refuses" : "reads", rows[i].text);
		unit_add(&list, names[i], judge, &rows[i]);
	}
	unit_add(&list, "a NUL ends no time", a_nul_ends_no_time, NULL);
	unit_add(&list, "every day comes back", every_day_comes_back, NULL);
	unit_add(&list, "times beyond the calendar are written as its ends",
	    times_beyond_the_calendar_are_written_as_its_ends, NULL);
	unit_add(&list, "HTTP dates are IMF-fixdates",
	    http_dates_are_imf_fixdates, NULL);
	unit_add(&list, "the time zone does not matter",
	    the_time_zone_does_not_matter, NULL);
	unit_add(&list, "clocks run forward", clocks_run_forward, NULL);
	return (unit_run(&list, "when"));
}
