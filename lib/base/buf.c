/* SPDX-License-Identifier: ISC */
/*
 * A buffer grows by doubling; the arena takes back what it leaves behind.
 */
#include "buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"
#include "utf8.h"

#define FIRST_CAP	256

static bool	 make_room(struct buf *buf, size_t len);
static size_t	 json_plain(const char *text, size_t len);
static size_t	 json_special(struct buf *buf, const char *text, size_t len);
static bool	 is_unreserved(unsigned char c);

void
buf_init(struct buf *buf, struct arena *arena, size_t max)
{
	ASSERT(max < SIZE_MAX / 2);
	*buf = (struct buf){ .max = max, .arena = arena };
	buf->cap = max + 1 < FIRST_CAP ? max + 1 : FIRST_CAP;
	buf->data = arena_alloc(arena, buf->cap);
}

void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	buf->data[0] = '\0';
}

void
buf_add(struct buf *buf, const void *data, size_t len)
{
	if (len == 0 || !make_room(buf, len))
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void
buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	/* Mostly it fits, and is written once. */
	len = vsnprintf(buf->data + buf->len, buf->cap - buf->len, format, again);
	va_end(again);
	ASSERT(len >= 0);
	if ((size_t)len >= buf->cap - buf->len || buf->failed) {
		buf->data[buf->len] = '\0';
		if (!make_room(buf, (size_t)len))
			return;
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	}
	buf->len += (size_t)len;
}

void
buf_json(struct buf *buf, const char *text, size_t len)
{
	size_t n;

	buf_char(buf, '"');
	while (len > 0 && !buf->failed) {
		n = json_plain(text, len);
		buf_add(buf, text, n);
		if (n == 0)
			n = json_special(buf, text, len);
		text += n;
		len -= n;
	}
	buf_char(buf, '"');
}

void
buf_html(struct buf *buf, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		switch (text[i]) {
		case '&':
			buf_text(buf, "&amp;");
			break;
		case '<':
			buf_text(buf, "&lt;");
			break;
		case '>':
			buf_text(buf, "&gt;");
			break;
		case '"':
			buf_text(buf, "&quot;");
			break;
		case '\'':
			buf_text(buf, "&#39;");
			break;
		default:
			buf_char(buf, text[i]);
		}
}

void
buf_url(struct buf *buf, const char *text, size_t len)
{
	unsigned char c;
	size_t i;

	for (i = 0; i < len; i++) {
		c = (unsigned char)text[i];
		if (is_unreserved(c))
			buf_char(buf, text[i]);
		else
			buf_printf(buf, "%%%02X", c);
	}
}

static bool
is_one_of(char c, const char *these)
{
	return (c != '\0' && strchr(these, c) != NULL);
}

/* Does a spreadsheet take it for a formula, also in its wide form (U+FF0B, FF0D, FF1D,
 * FF20)?  What begins with the mark that keeps it from that needs one more. */
static bool
is_formula(const char *text, size_t len)
{
	while (len > 0 && text[0] == '\'') {
		text++;
		len--;
	}
	return ((len > 0 && is_one_of(text[0], "=+-@\t\r")) ||
	    (len > 2 && memcmp(text, "\xEF\xBC", 2) == 0 &&
	    is_one_of(text[2], "\x8B\x8D\x9D\xA0")));
}

void
buf_csv(struct buf *buf, const char *text, size_t len)
{
	bool quoted, formula;
	size_t i;

	formula = is_formula(text, len);
	quoted = len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
	for (i = 0; i < len && !quoted; i++)
		quoted = is_one_of(text[i], ",;\"\t\r\n");

	if (quoted)
		buf_char(buf, '"');
	if (formula)
		buf_char(buf, '\'');
	for (i = 0; i < len; i++) {
		if (text[i] == '"')
			buf_char(buf, '"');
		buf_char(buf, text[i]);
	}
	if (quoted)
		buf_char(buf, '"');
}

void
buf_hex(struct buf *buf, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = data;
	size_t i;

	for (i = 0; i < len; i++) {
		buf_char(buf, digits[byte[i] >> 4]);
		buf_char(buf, digits[byte[i] & 15]);
	}
}

void
buf_base64(struct buf *buf, const void *data, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *byte = data;
	char four[4];
	unsigned bits;
	size_t i, n;

	for (i = 0; i < len; i += 3) {
		n = len - i < 3 ? len - i : 3;
		bits = (unsigned)byte[i] << 16;
		bits |= n > 1 ? (unsigned)byte[i + 1] << 8 : 0;
		bits |= n > 2 ? byte[i + 2] : 0;
		four[0] = letters[bits >> 18];
		four[1] = letters[bits >> 12 & 63];
		four[2] = '=';
		four[3] = '=';
		if (n > 1)
			four[2] = letters[bits >> 6 & 63];
		if (n > 2)
			four[3] = letters[bits & 63];
		buf_add(buf, four, sizeof(four));
	}
}

/* Room for len bytes more and the NUL, or the buffer fails. */
static bool
make_room(struct buf *buf, size_t len)
{
	char *bigger;
	size_t cap;

	if (buf->failed || len > buf->max - buf->len) {
		buf->failed = true;
		return (false);
	}
	if (len < buf->cap - buf->len)
		return (true);
	for (cap = buf->cap; cap <= buf->len + len; cap *= 2)
		;
	if (cap > buf->max + 1)
		cap = buf->max + 1;
	bigger = arena_alloc(buf->arena, cap);
	memcpy(bigger, buf->data, buf->len + 1);
	buf->data = bigger;
	buf->cap = cap;
	return (true);
}

static bool
is_json_plain(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f && c != '"' && c != '\\');
}

/* How many bytes may stand in a JSON string as they are. */
static size_t
json_plain(const char *text, size_t len)
{
	uint32_t code;
	size_t n, step;

	for (n = 0; n < len; n += step) {
		/* Most text is ASCII. */
		step = is_json_plain((unsigned char)text[n]);
		if (step != 0)
			continue;
		step = utf8_next(text + n, len - n, &code);
		if (step == 0 || code < 0x20 || code == '"' || code == '\\' ||
		    code == 0x7f)
			break;
	}
	return (n);
}

/* One byte that must not; returns 1. */
static size_t
json_special(struct buf *buf, const char *text, size_t len)
{
	static const char names[] = "\b\t\n\f\r\"\\";
	static const char letters[] = "btnfr\"\\";
	const char *name;
	uint32_t code;

	if (utf8_next(text, len, &code) == 0) {
		buf_text(buf, "\xef\xbf\xbd");
		return (1);
	}
	name = memchr(names, text[0], sizeof(names) - 1);
	if (name != NULL) {
		buf_char(buf, '\\');
		buf_char(buf, letters[name - names]);
	} else {
		buf_printf(buf, "\\u%04x", (unsigned)code);
	}
	return (1);
}

static bool
is_unreserved(unsigned char c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-._~", c) != NULL));
}
