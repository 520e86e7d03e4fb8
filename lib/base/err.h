/* SPDX-License-Identifier: ISC */
/*
 * What can go wrong, as told to a client: the rows of lib/tbl/errors.def.
 * A function that can fail returns enum err and its result must be looked at.
 */
#ifndef BUREAU_ERR_H
#define BUREAU_ERR_H

enum err {
	ERR_OK = 0,
#define ERR(code, name, status, sentence) ERR_##name,
#include "errors.def"
#undef ERR
	ERR_COUNT
};

struct err_row {
	int		 code;		/* public, as in 3001 */
	const char	*name;		/* RESOURCE_NOT_FOUND */
	int		 status;	/* HTTP */
	const char	*sentence;	/* what the client is told */
};

extern const struct err_row err_rows[ERR_COUNT];

/* The error of a public code; ERR_OK when there is none. */
enum err	err_by_code(int code);

#endif
