/* SPDX-License-Identifier: ISC */
/*
 * multipart/form-data (RFC 7578), read as it arrives.
 *
 * Bytes are fed in pieces of any size.  Values of fields are kept in the
 * arena; a file is kept there up to a bound and then moves to a file without a
 * name, so that nothing is left on the disk whatever happens; or it is handed
 * on as it comes and kept nowhere.  CRLF is
 * required, header blocks, parts and sizes are bounded, and the name a client
 * gives its file is a label to show, never a path.
 */
#ifndef BUREAU_MULTIPART_H
#define BUREAU_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define MULTIPART_MAX_HEADER	4096	/* header block of one part */

struct arena;
struct multipart;

/* Takes bytes of the one file as they come; false ends the reading. */
typedef bool multipart_take(void *cls, const void *data, size_t n);

struct multipart_limits {
	size_t		 parts;
	size_t		 field_bytes;	/* value of one field */
	size_t		 file_bytes;	/* one file */
	/* A file is kept … */
	size_t		 memory_bytes;	/* of a file, before it goes to disk */
	const char	*directory;	/* for files without a name */
	/* … or goes to take(): one file, of this field's name. */
	const char	*file;		/* NULL: it is kept */
	multipart_take	*take;
	void		*cls;
};

enum multipart_error {
	MULTIPART_OK,
	MULTIPART_MALFORMED,		/* 400 */
	MULTIPART_TOO_LARGE,		/* 413 */
	MULTIPART_REFUSED,		/* take() said false */
	MULTIPART_STORAGE		/* the disk failed us */
};

struct multipart_part {
	struct str	 name;		/* never empty */
	bool		 is_file;
	struct str	 file_name;	/* no slash, maybe empty */
	struct str	 type;		/* Content-Type as sent, maybe empty */
	struct str	 data;		/* a field's value, a small file */
	int		 fd;		/* a large file from its start, or -1 */
	size_t		 size;		/* bytes of data, or of the file */
};

/* The boundary parameter of a Content-Type; false when there is none or it
 * breaks RFC 2046.  Points into content_type. */
bool	multipart_boundary(struct str content_type, struct str *boundary);

/* boundary as multipart_boundary() gave it; limits are copied.  Descriptors
 * are closed when the arena is reset. */
struct multipart *multipart_new(struct arena *arena, struct str boundary,
	    const struct multipart_limits *limits);
/* Once false, always false. */
bool	multipart_feed(struct multipart *form, const void *data, size_t n);
/* All is fed.  False when the form is not complete. */
bool	multipart_end(struct multipart *form);
/* What went wrong, and a sentence that says so. */
enum multipart_error multipart_failed(const struct multipart *form,
	    const char **sentence);

/* After multipart_end(): the parts in the order sent. */
size_t	multipart_count(const struct multipart *form);
const struct multipart_part *multipart_part(const struct multipart *form,
	    size_t index);

#endif
