/* SPDX-License-Identifier: ISC */
/*
 * The header of one part of a form, and the values with parameters in it:
 *
 *	form-data; name="photo"; filename="b\"ob.png"; filename*=UTF-8''b%C3%B6b
 */
#ifndef BUREAU_MULTIPART_HEADER_H
#define BUREAU_MULTIPART_HEADER_H

#include <stdbool.h>

#include "text.h"

struct arena;
struct multipart_part;

struct header_param {
	struct str	name;
	struct str	raw;		/* what stood between quotes, if any */
	bool		is_quoted;	/* \" and \\ in raw mean " and \ */
};

/* Takes the value in front of the first parameter; false when it is empty. */
bool	header_value(struct str *rest, struct str *value);
/* Takes the next parameter.  False at the end, when rest is empty, or at a
 * mistake, when it is not. */
bool	header_param(struct str *rest, struct header_param *param);
/* Equal but for the case of ASCII letters. */
bool	str_is_caseless(struct str a, const char *b);

/* Fills in name, file name and type.  lines: each ends in CRLF.  NULL, or a
 * sentence that says what is wrong. */
const char *multipart_header(struct arena *arena, struct str lines,
	    struct multipart_part *part);

#endif
