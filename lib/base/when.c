/* SPDX-License-Identifier: ISC */
/*
 * Times are milliseconds since 1970, UTC, in the years 0001 to 9999; the C
 * library's calendar does the rest.
 */
#include "config.h"
#include "when.h"

#include <stdio.h>
#include <time.h>

#include "check.h"

#define EARLIEST	INT64_C(-62135596800000)	/* 0001-01-01T00:00:00 */
#define LATEST		INT64_C(253402300799999)	/* 9999-12-31T23:59:59 */

static bool	take_digits(struct str *text, int count, int *out);
static bool	take_char(struct str *text, char c);
static bool	take_date(struct str *text, struct tm *tm);
static bool	take_clock(struct str *text, struct tm *tm, int *ms);
static bool	take_fraction(struct str *text, int *ms);
static bool	take_offset(struct str *text, int *minutes);
static int	days_in(int year, int month);
static void	broken_down(int64_t ms, struct tm *tm, int *fraction);

int64_t
when_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

int64_t
when_mono(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

void
when_format(int64_t ms, char out[WHEN_SIZE])
{
	struct tm tm;
	char text[80];
	int fraction;

	broken_down(ms, &tm, &fraction);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, fraction);
	snprintf(out, WHEN_SIZE, "%.*s", WHEN_SIZE - 1, text);
}

void
when_http(int64_t ms, char out[30])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm;
	char text[80];
	int fraction;

	broken_down(ms, &tm, &fraction);
	snprintf(text, sizeof(text), "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	snprintf(out, 30, "%.29s", text);
}

bool
when_parse(struct str text, int64_t *ms_out)
{
	struct tm tm = { 0 };
	int ms = 0, offset = 0;
	int64_t when;

	if (!take_date(&text, &tm))
		return (false);
	if (text.n > 0 && (!take_clock(&text, &tm, &ms) ||
	    !take_offset(&text, &offset) || text.n > 0))
		return (false);
	when = (int64_t)timegm(&tm) * 1000 + ms - (int64_t)offset * 60000;
	if (when < EARLIEST || when > LATEST)
		return (false);
	*ms_out = when;
	return (true);
}

/* YYYY-MM-DD */
static bool
take_date(struct str *text, struct tm *tm)
{
	int year, month, day;

	if (!take_digits(text, 4, &year) || !take_char(text, '-') ||
	    !take_digits(text, 2, &month) || !take_char(text, '-') ||
	    !take_digits(text, 2, &day))
		return (false);
	if (year < 1 || month < 1 || month > 12 ||
	    day < 1 || day > days_in(year, month))
		return (false);
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return (true);
}

/* Thh:mm:ss[.fraction]; a leap second has no place in a count since 1970. */
static bool
take_clock(struct str *text, struct tm *tm, int *ms)
{
	if (!take_char(text, 'T') && !take_char(text, 't'))
		return (false);
	if (!take_digits(text, 2, &tm->tm_hour) || !take_char(text, ':') ||
	    !take_digits(text, 2, &tm->tm_min) || !take_char(text, ':') ||
	    !take_digits(text, 2, &tm->tm_sec))
		return (false);
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 59)
		return (false);
	return (!take_char(text, '.') || take_fraction(text, ms));
}

/* One digit or more; what is finer than a millisecond is cut off. */
static bool
take_fraction(struct str *text, int *ms)
{
	int digit, scale = 100;

	if (!take_digits(text, 1, &digit))
		return (false);
	do {
		*ms += digit * scale;
		scale /= 10;
	} while (take_digits(text, 1, &digit));
	return (true);
}

/* Z or +hh:mm or -hh:mm */
static bool
take_offset(struct str *text, int *minutes)
{
	int hour, minute, sign;

	if (take_char(text, 'Z') || take_char(text, 'z'))
		return (true);
	if (take_char(text, '+'))
		sign = 1;
	else if (take_char(text, '-'))
		sign = -1;
	else
		return (false);
	if (!take_digits(text, 2, &hour) || !take_char(text, ':') ||
	    !take_digits(text, 2, &minute) || hour > 23 || minute > 59)
		return (false);
	*minutes = sign * (hour * 60 + minute);
	return (true);
}

static bool
take_digits(struct str *text, int count, int *out)
{
	int value = 0, i;

	if (text->n < (size_t)count)
		return (false);
	for (i = 0; i < count; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			return (false);
		value = value * 10 + (text->p[i] - '0');
	}
	text->p += count;
	text->n -= (size_t)count;
	*out = value;
	return (true);
}

static bool
take_char(struct str *text, char c)
{
	if (text->n == 0 || text->p[0] != c)
		return (false);
	text->p++;
	text->n--;
	return (true);
}

static int
days_in(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap;

	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return (days[month - 1] + (month == 2 && leap));
}

/* The calendar's view of a time, brought into the years we know. */
static void
broken_down(int64_t ms, struct tm *tm, int *fraction)
{
	time_t seconds;

	if (ms < EARLIEST)
		ms = EARLIEST;
	if (ms > LATEST)
		ms = LATEST;
	*fraction = (int)(ms % 1000);
	if (*fraction < 0)
		*fraction += 1000;
	seconds = (time_t)((ms - *fraction) / 1000);
	if (gmtime_r(&seconds, tm) == NULL)
		PANIC("gmtime_r");
}
