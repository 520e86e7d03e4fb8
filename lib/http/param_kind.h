/* SPDX-License-Identifier: ISC */
/*
 * The types of parameters, one row each; for param.c and param_schema.c.
 */
#ifndef BUREAU_PARAM_KIND_H
#define BUREAU_PARAM_KIND_H

#include "param.h"

#define ITEM_MAX 200		/* entries of an array, if its row is silent */

/* Judge one text: out is what PostgreSQL reads, message what is wrong. */
typedef enum err param_check(struct arena *arena, const struct param *param,
    struct str in, struct str *out, const char **message);

struct param_kind {
	param_check	*check;		/* of the value, or of each entry */
	bool		 is_array;
	const char	*schema;	/* its JSON Schema; NULL: made from `of` */
};

extern const struct param_kind param_kinds[];	/* by enum param_type */

#endif
