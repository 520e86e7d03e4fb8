/* SPDX-License-Identifier: ISC */
#include "record.h"

#include <string.h>

#include "buf.h"
#include "check.h"

#define VERSION	1

bool
record_header_parse(const unsigned char header[RECORD_HEADER],
    struct fcgi_record *out)
{
	if (header[0] != VERSION || header[2] != 0 ||
	    header[3] != RECORD_REQUEST)
		return (false);
	out->type = header[1];
	out->content = (size_t)header[4] << 8 | header[5];
	out->padding = header[6];
	return (true);
}

void
record_header_make(unsigned char header[RECORD_HEADER], enum record_type type,
    size_t n)
{
	const unsigned char made[RECORD_HEADER] = {
		VERSION, (unsigned char)type, 0, RECORD_REQUEST,
		(unsigned char)(n >> 8), (unsigned char)n, 0, 0
	};

	ASSERT(n <= RECORD_MAX);
	memcpy(header, made, RECORD_HEADER);
}

void
record_put(struct buf *out, enum record_type type, const void *data, size_t n)
{
	unsigned char header[RECORD_HEADER];

	record_header_make(header, type, n);
	buf_add(out, header, sizeof(header));
	buf_add(out, data, n);
}

void
record_put_all(struct buf *out, enum record_type type, struct str data)
{
	while (data.n > 0) {
		size_t n = data.n < RECORD_MAX ? data.n : RECORD_MAX;

		record_put(out, type, data.p, n);
		data.p += n;
		data.n -= n;
	}
}

void
record_put_end(struct buf *out)
{
	/* Status 0 of the program; REQUEST_COMPLETE. */
	static const char end[8] = { 0 };

	record_put(out, RECORD_END, end, sizeof(end));
}

/* --- pairs ------------------------------------------------------------------------- */

static void
put_length(struct buf *out, size_t n)
{
	if (n >= 128) {
		buf_char(out, (char)(0x80 | (n >> 24)));
		buf_char(out, (char)(n >> 16));
		buf_char(out, (char)(n >> 8));
	}
	buf_char(out, (char)n);
}

void
record_put_pair(struct buf *out, struct str name, struct str value)
{
	put_length(out, name.n);
	put_length(out, value.n);
	buf_add(out, name.p, name.n);
	buf_add(out, value.p, value.n);
}

/* One byte, or four of which the first has its highest bit set. */
static bool
take_length(struct str *rest, size_t *out)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t used = rest->n > 0 && p[0] >= 0x80 ? 4 : 1;

	if (rest->n < used)
		return (false);
	*out = used == 1 ? p[0] : (size_t)(p[0] & 0x7f) << 24 |
	    (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	rest->p += used;
	rest->n -= used;
	return (true);
}

bool
record_take_pair(struct str *rest, struct str *name, struct str *value)
{
	if (!take_length(rest, &name->n) || !take_length(rest, &value->n) ||
	    name->n > rest->n || value->n > rest->n - name->n)
		return (false);
	name->p = rest->p;
	value->p = rest->p + name->n;
	rest->p += name->n + value->n;
	rest->n -= name->n + value->n;
	return (true);
}
