/* SPDX-License-Identifier: ISC */
/*
 * What the programs ask of PostgreSQL: the blocks of sql/queries, compiled in
 * by sql/queries.awk as a table that enum query_id indexes.
 */
#ifndef BUREAU_QUERY_H
#define BUREAU_QUERY_H

#include <stdbool.h>

#include "queries.h"

enum value_type {
	TYPE_UUID, TYPE_TEXT, TYPE_INT, TYPE_FLOAT, TYPE_BOOL, TYPE_TIME,
	TYPE_DATE, TYPE_JSON, TYPE_TEXTS, TYPE_UUIDS
};

struct record_field {
	const char	*name;		/* as the API says it; NULL ends */
	enum value_type	 type;
	bool		 nullable;
};

struct record {
	const char			*name;
	const struct record_field	*fields;
};

enum list_flag {
	LIST_SORT = 1,			/* sort=name, sort=-name */
	LIST_EQ = 2,			/* name=x, name[ne]=x */
	LIST_RANGE = 4			/* name[gt|gte|lt|lte]=x */
};

struct list_field {
	const char	*name;		/* NULL ends */
	const char	*expr;		/* the column, as SQL; or a condition */
	enum value_type	 type;
	unsigned	 flags;
	const char	*need;		/* a permission; NULL: none */
	const char	*choices;	/* what a filter may say; NULL: any */
};

/* What stands for the client's in a condition: the pattern that a word makes, a
 * word too short for patterns, a filter's value. */
#define LIST_SEARCH ":search"
#define LIST_WORD ":word"
#define LIST_VALUE ":value"

struct query {
	const char			*name;
	const char			*sql;
	const char *const		*params;	/* "id", "title?" */
	unsigned			 param_count;
	const struct record		*returns;	/* NULL: nothing told */
	/* Of a list query only. */
	const struct list_field		*fields;
	const char			*search;	/* text, or condition */
	const char			*short_search;	/* condition; NULL: as others */
	const char			*key;		/* breaks ties */
	enum value_type			 key_type;
	const char			*order;		/* when none is asked */
};

extern const struct query queries[Q_COUNT];
extern const struct record *const records[];	/* NULL ends */

#endif
