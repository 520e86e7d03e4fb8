/* SPDX-License-Identifier: ISC */
/*
 * A machine over bytes.  A delimiter is CRLF, two dashes and the boundary; as
 * a boundary holds no CR, a failed match can only begin anew at the byte that
 * broke it, so what was matched in vain is data and nothing need be kept back.
 * The first delimiter stands at the very start, where its CRLF is taken as
 * read.
 */
#include "config.h"
#include "multipart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "multipart_header.h"

#define BOUNDARY_MAX	70		/* RFC 2046 */
#define DELIMITER_MAX	(BOUNDARY_MAX + 4)

enum state {
	IN_START,			/* before the first delimiter */
	IN_DELIMITED,			/* behind a delimiter: CRLF or -- */
	IN_HEADER,
	IN_DATA,
	IN_END				/* behind the last delimiter */
};

struct multipart {
	struct arena		*arena;
	struct multipart_limits	 limits;
	enum state		 state;
	enum multipart_error	 error;
	const char		*sentence;
	char			 delimiter[DELIMITER_MAX];
	size_t			 delimiter_len;
	size_t			 matched;	/* bytes of the delimiter, or of
						 * what follows it */
	char			 follows;	/* first byte behind it */
	struct buf		 header;	/* of the part being read */
	struct buf		 data;		/* of the part being read */
	struct multipart_part	*parts;
	size_t			 count;
};

static size_t	feed_delimiter(struct multipart *form, const char *data,
		    size_t n);
static size_t	feed_delimited(struct multipart *form, const char *data);
static size_t	feed_header(struct multipart *form, const char *data);
static size_t	feed_data(struct multipart *form, const char *data, size_t n);
static size_t	feed_end(struct multipart *form, const char *data);
static bool	begin_part(struct multipart *form);
static bool	end_part(struct multipart *form);
static bool	add_data(struct multipart *form, const char *data, size_t n);
static bool	move_to_disk(struct multipart *form,
		    struct multipart_part *part);
static int	open_nameless(const char *directory);
static bool	write_all(int fd, const char *data, size_t n);
static void	close_fd(void *fd);
static bool	is_boundary(struct str text);
static bool	fail(struct multipart *form, enum multipart_error error,
		    const char *sentence);

bool
multipart_boundary(struct str content_type, struct str *boundary)
{
	struct header_param param;
	struct str type;
	size_t count = 0;

	if (!header_value(&content_type, &type) ||
	    !str_is_caseless(type, "multipart/form-data"))
		return (false);
	while (header_param(&content_type, &param))
		if (str_is_caseless(param.name, "boundary")) {
			*boundary = param.raw;
			count++;
		}
	return (content_type.n == 0 && count == 1 && is_boundary(*boundary));
}

struct multipart *
multipart_new(struct arena *arena, struct str boundary,
    const struct multipart_limits *limits)
{
	struct multipart *form;

	ASSERT(is_boundary(boundary));
	form = arena_alloc(arena, sizeof(*form));
	form->arena = arena;
	form->limits = *limits;
	form->state = IN_START;
	form->matched = 2;
	memcpy(form->delimiter, "\r\n--", 4);
	memcpy(form->delimiter + 4, boundary.p, boundary.n);
	form->delimiter_len = boundary.n + 4;
	form->parts = arena_array(arena, limits->parts, sizeof(*form->parts));
	buf_init(&form->header, arena, MULTIPART_MAX_HEADER);
	return (form);
}

bool
multipart_feed(struct multipart *form, const void *data, size_t n)
{
	const char *at = data;
	size_t used;

	while (n > 0 && form->error == MULTIPART_OK) {
		switch (form->state) {
		case IN_START:
			used = feed_delimiter(form, at, n);
			break;
		case IN_DELIMITED:
			used = feed_delimited(form, at);
			break;
		case IN_HEADER:
			used = feed_header(form, at);
			break;
		case IN_DATA:
			used = feed_data(form, at, n);
			break;
		default:
			used = feed_end(form, at);
		}
		at += used;
		n -= used;
	}
	return (form->error == MULTIPART_OK);
}

bool
multipart_end(struct multipart *form)
{
	if (form->error == MULTIPART_OK && form->state != IN_END)
		fail(form, MULTIPART_MALFORMED, "The form ends too early.");
	return (form->error == MULTIPART_OK);
}

enum multipart_error
multipart_failed(const struct multipart *form, const char **sentence)
{
	*sentence = form->sentence;
	return (form->error);
}

size_t
multipart_count(const struct multipart *form)
{
	return (form->count);
}

const struct multipart_part *
multipart_part(const struct multipart *form, size_t index)
{
	ASSERT(index < form->count);
	return (&form->parts[index]);
}

/* Matches on, as far as the bytes agree; returns how many did. */
static size_t
feed_delimiter(struct multipart *form, const char *data, size_t n)
{
	size_t i;

	for (i = 0; i < n && form->matched < form->delimiter_len &&
	    data[i] == form->delimiter[form->matched]; i++)
		form->matched++;
	if (form->matched == form->delimiter_len) {
		form->state = IN_DELIMITED;
		form->matched = 0;
	} else if (i < n && form->state == IN_START) {
		fail(form, MULTIPART_MALFORMED,
		    "The form does not begin with its boundary.");
	}
	return (i);
}

/* CRLF: a part follows.  Two dashes: that was the last. */
static size_t
feed_delimited(struct multipart *form, const char *data)
{
	if (form->matched++ == 0) {
		form->follows = *data;
		return (1);
	}
	form->matched = 0;
	if (form->follows == '\r' && *data == '\n') {
		form->state = IN_HEADER;
		buf_clear(&form->header);
	} else if (form->follows == '-' && *data == '-') {
		form->state = IN_END;
	} else {
		fail(form, MULTIPART_MALFORMED,
		    "A boundary is not followed by a line break.");
	}
	return (1);
}

static size_t
feed_header(struct multipart *form, const char *data)
{
	struct buf *header = &form->header;

	buf_char(header, *data);
	if (header->failed) {
		fail(form, MULTIPART_MALFORMED,
		    "The header of a part is too large.");
		return (1);
	}
	if (header->len >= 4 &&
	    memcmp(header->data + header->len - 4, "\r\n\r\n", 4) == 0 &&
	    begin_part(form))
		form->state = IN_DATA;
	return (1);
}

static size_t
feed_data(struct multipart *form, const char *data, size_t n)
{
	size_t used, in_vain;
	const char *cr;

	used = feed_delimiter(form, data, n);
	if (form->state == IN_DELIMITED) {
		end_part(form);
		return (used);
	}
	if (used == n)
		return (used);

	/* No delimiter after all: what was matched is data, to the next CR. */
	in_vain = form->matched;
	form->matched = 0;
	if (!add_data(form, form->delimiter, in_vain))
		return (used);
	cr = memchr(data + used, '\r', n - used);
	n = cr == NULL ? n : (size_t)(cr - data);
	add_data(form, data + used, n - used);
	return (n);
}

/* A line break may end the last line; nothing else may follow. */
static size_t
feed_end(struct multipart *form, const char *data)
{
	if (form->matched >= 2 || *data != "\r\n"[form->matched])
		fail(form, MULTIPART_MALFORMED,
		    "Something follows the end of the form.");
	form->matched++;
	return (1);
}

/* Of those that are handed on there is one. */
static bool
is_the_file(const struct multipart *form)
{
	for (size_t i = 0; i + 1 < form->count; i++)
		if (form->parts[i].is_file)
			return (false);
	return (str_is(form->parts[form->count - 1].name, form->limits.file));
}

static bool
begin_part(struct multipart *form)
{
	struct multipart_part *part;
	const char *mistake;

	if (form->count == form->limits.parts)
		return (fail(form, MULTIPART_TOO_LARGE,
		    "The form has too many parts."));
	part = &form->parts[form->count++];
	part->fd = -1;
	mistake = multipart_header(form->arena,
	    (struct str){ form->header.data, form->header.len - 2 }, part);
	if (mistake != NULL)
		return (fail(form, MULTIPART_MALFORMED, mistake));
	if (part->is_file && form->limits.file != NULL && !is_the_file(form))
		return (fail(form, MULTIPART_MALFORMED,
		    "There is a file that is not the one asked for."));
	buf_init(&form->data, form->arena, part->is_file ?
	    form->limits.memory_bytes : form->limits.field_bytes);
	return (true);
}

static bool
end_part(struct multipart *form)
{
	struct multipart_part *part = &form->parts[form->count - 1];

	if (part->fd >= 0) {
		if (lseek(part->fd, 0, SEEK_SET) != 0)
			return (fail(form, MULTIPART_STORAGE,
			    "The file could not be stored."));
		return (true);
	}
	part->data = (struct str){ form->data.data, form->data.len };
	if (part->is_file)
		return (true);
	if (!text_is_utf8(part->data))
		return (fail(form, MULTIPART_MALFORMED,
		    "A field is not UTF-8."));
	if (memchr(part->data.p, '\0', part->data.n) != NULL)
		return (fail(form, MULTIPART_MALFORMED,
		    "A field holds a NUL."));
	return (true);
}

static bool
add_data(struct multipart *form, const char *data, size_t n)
{
	struct multipart_part *part = &form->parts[form->count - 1];
	size_t limit;

	limit = part->is_file ? form->limits.file_bytes :
	    form->limits.field_bytes;
	if (n > limit - part->size)
		return (fail(form, MULTIPART_TOO_LARGE, part->is_file ?
		    "A file is too large." : "A field is too large."));
	part->size += n;
	if (part->is_file && form->limits.take != NULL)
		return (form->limits.take(form->limits.cls, data, n) ||
		    fail(form, MULTIPART_REFUSED, NULL));
	if (part->is_file && part->fd < 0 &&
	    part->size > form->limits.memory_bytes &&
	    !move_to_disk(form, part))
		return (false);
	if (part->fd < 0)
		buf_add(&form->data, data, n);
	else if (!write_all(part->fd, data, n))
		return (fail(form, MULTIPART_STORAGE,
		    "The file could not be stored."));
	return (true);
}

static bool
move_to_disk(struct multipart *form, struct multipart_part *part)
{
	int fd;

	fd = open_nameless(form->limits.directory);
	if (fd < 0)
		return (fail(form, MULTIPART_STORAGE,
		    "The file could not be stored."));
	arena_defer(form->arena, close_fd, (void *)(intptr_t)fd);
	part->fd = fd;
	if (!write_all(fd, form->data.data, form->data.len))
		return (fail(form, MULTIPART_STORAGE,
		    "The file could not be stored."));
	return (true);
}

/* Not every file system makes files without a name. */
static int
open_nameless(const char *directory)
{
	char path[1024];
	int fd;

	fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return (fd);
	if (snprintf(path, sizeof(path), "%s/part.XXXXXX", directory) >=
	    (int)sizeof(path))
		return (-1);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return (fd);
}

static bool
write_all(int fd, const char *data, size_t n)
{
	ssize_t done;

	while (n > 0) {
		done = write(fd, data, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return (false);
		data += done;
		n -= (size_t)done;
	}
	return (true);
}

static void
close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

/* bchars of RFC 2046, at most 70, the last of them no space. */
static bool
is_boundary(struct str text)
{
	size_t i;

	if (text.n == 0 || text.n > BOUNDARY_MAX || text.p[text.n - 1] == ' ')
		return (false);
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0' ||
		    strchr("0123456789abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ",
		    text.p[i]) == NULL)
			return (false);
	return (true);
}

static bool
fail(struct multipart *form, enum multipart_error error, const char *sentence)
{
	if (form->error == MULTIPART_OK) {
		form->error = error;
		form->sentence = sentence;
	}
	return (false);
}
