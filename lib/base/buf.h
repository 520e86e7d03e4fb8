/* SPDX-License-Identifier: ISC */
/*
 * A growing, bounded byte buffer in an arena.
 *
 * Append freely and test once: when a bound is met the buffer becomes
 * "failed", stays so, and ignores what follows.  data always ends in NUL.
 * Writers that escape are named by the context they escape for.
 */
#ifndef BUREAU_BUF_H
#define BUREAU_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct buf {
	char		*data;		/* never NULL after buf_init() */
	size_t		 len;		/* bytes written, NUL not counted */
	size_t		 cap;		/* bytes allocated */
	size_t		 max;		/* len never goes over this */
	bool		 failed;	/* an append did not fit */
	struct arena	*arena;		/* where data lives */
};

void	buf_init(struct buf *buf, struct arena *arena, size_t max);
void	buf_clear(struct buf *buf);		/* len 0, not failed */

void	buf_add(struct buf *buf, const void *data, size_t len);
void	buf_char(struct buf *buf, char c);
void	buf_text(struct buf *buf, const char *text);
void	buf_printf(struct buf *buf, const char *format, ...)
	    __attribute__((format(printf, 2, 3)));
void	buf_vprintf(struct buf *buf, const char *format, va_list args)
	    __attribute__((format(printf, 2, 0)));

/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void	buf_json(struct buf *buf, const char *text, size_t len);
/* Text for an HTML element or a double-quoted attribute. */
void	buf_html(struct buf *buf, const char *text, size_t len);
/* A component of a URL, percent-encoded. */
void	buf_url(struct buf *buf, const char *text, size_t len);
/* A field of a CSV row, quoted when needed; a cell that a spreadsheet would
 * read as a formula gets a leading apostrophe. */
void	buf_csv(struct buf *buf, const char *text, size_t len);
void	buf_hex(struct buf *buf, const void *data, size_t len);
/* RFC 4648, padded, in one line. */
void	buf_base64(struct buf *buf, const void *data, size_t len);

#endif
