/* SPDX-License-Identifier: ISC */
/*
 * Lists: filters, order and cursor as a client asks for them, composed into
 * the SQL of a list query.
 *
 * Only the conditions that were asked for are written, so that PostgreSQL
 * plans each shape with the index that serves it.  Everything a client sent
 * travels as a parameter; names and expressions come from the query's rows.
 */
#ifndef BUREAU_LIST_H
#define BUREAU_LIST_H

#include <stdbool.h>

#include "query.h"

struct arena;
struct db;
struct db_rows;

#define LIST_FILTERS_MAX 16
#define LIST_LIMIT_MAX	 200
#define LIST_LIMIT	 50

enum list_op { OP_EQ, OP_NE, OP_GT, OP_GTE, OP_LT, OP_LTE };

struct list_filter {
	const struct list_field	*field;
	enum list_op		 op;
	const char		*value;
};

struct list_ask {
	struct list_filter	 filters[LIST_FILTERS_MAX];
	unsigned		 filter_count;
	const char		*search;	/* NULL: none */
	const struct list_field	*sort;		/* NULL: by key alone */
	bool			 descending;
	const char		*after_sort;	/* of the cursor; NULL: start */
	const char		*after_key;
	unsigned		 limit;		/* 0: all */
	bool			 peek;		/* one more, to know of more */
	bool			 count;		/* total wanted */
};

/* Queue the page and, if asked, the count (column total).
 * values: those of the query's own parameters. */
void	list_add(struct db *db, struct arena *arena, enum query_id id,
	    const char *const *values, const struct list_ask *ask,
	    struct db_rows **page_out, struct db_rows **total_out);

#endif
