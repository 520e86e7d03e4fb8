/* SPDX-License-Identifier: ISC */
#include "list.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "db.h"

#define SQL_MAX		 16384
#define VALUES_MAX	 64

static const char *const operators[] = {
	[OP_EQ] = "=", [OP_NE] = "IS DISTINCT FROM", [OP_GT] = ">",
	[OP_GTE] = ">=", [OP_LT] = "<", [OP_LTE] = "<=",
};

static const char *const types[] = {
	[TYPE_UUID] = "uuid", [TYPE_TEXT] = "text", [TYPE_INT] = "bigint",
	[TYPE_FLOAT] = "float8", [TYPE_BOOL] = "boolean",
	[TYPE_TIME] = "timestamptz", [TYPE_DATE] = "date",
	[TYPE_JSON] = "jsonb", [TYPE_TEXTS] = "text", [TYPE_UUIDS] = "uuid",
};

/* A statement in the making. */
struct draft {
	struct buf	 sql;
	const char	*values[VALUES_MAX];
	unsigned	 count;
};

/* Append "$n::type" and keep its value. */
static void
draft_value(struct draft *draft, const char *value, const char *type)
{
	ASSERT(draft->count < VALUES_MAX);
	draft->values[draft->count++] = value;
	buf_printf(&draft->sql, "$%u::%s", draft->count, type);
}

static void
add_filter(struct draft *draft, const struct list_filter *filter)
{
	enum value_type type = filter->field->type;

	buf_text(&draft->sql, "\n AND ");
	if (type == TYPE_TEXTS || type == TYPE_UUIDS) {
		/* "Has this entry", in the form an index over arrays serves. */
		buf_printf(&draft->sql, "%s%s @> ARRAY[",
		    filter->op == OP_NE ? "NOT " : "", filter->field->expr);
		draft_value(draft, filter->value, types[type]);
		buf_char(&draft->sql, ']');
		return;
	}
	buf_printf(&draft->sql, "%s %s ", filter->field->expr,
	    operators[filter->op]);
	draft_value(draft, filter->value, types[type]);
}

static const char *
like_pattern(struct arena *arena, const char *text)
{
	struct buf out;

	buf_init(&out, arena, 4096);
	buf_char(&out, '%');
	for (; *text != '\0'; text++) {
		if (strchr("%_\\", *text) != NULL)
			buf_char(&out, '\\');
		buf_char(&out, *text);
	}
	buf_char(&out, '%');
	return (out.data);
}

/* "AND (…)": the text to look in is compared, or stands where the query says. */
static void
add_search(struct draft *draft, struct arena *arena, const char *where,
    const char *search)
{
	const char *pattern = like_pattern(arena, search);
	const char *at;

	buf_text(&draft->sql, "\n AND (");
	if (strstr(where, LIST_SEARCH) == NULL) {
		buf_printf(&draft->sql, "(%s) ILIKE ", where);
		draft_value(draft, pattern, "text");
	}
	while ((at = strstr(where, LIST_SEARCH)) != NULL) {
		buf_add(&draft->sql, where, (size_t)(at - where));
		draft_value(draft, pattern, "text");
		where = at + strlen(LIST_SEARCH);
	}
	buf_char(&draft->sql, ')');
}

/* The query with its filters: what both the page and the count stand on. */
static void
draft_open(struct draft *draft, struct arena *arena, const struct query *query,
    const char *const *values, const struct list_ask *ask)
{
	buf_init(&draft->sql, arena, SQL_MAX);
	ASSERT(query->param_count < VALUES_MAX / 2);
	draft->count = query->param_count;
	memcpy(draft->values, values, draft->count * sizeof(*values));
	buf_text(&draft->sql, query->sql);
	for (unsigned i = 0; i < ask->filter_count; i++)
		add_filter(draft, &ask->filters[i]);
	if (ask->search != NULL)
		add_search(draft, arena, query->search, ask->search);
}

static void
add_order(struct draft *draft, const struct query *query,
    const struct list_ask *ask)
{
	const char *sense = ask->descending ? " DESC" : "";
	const char *than = ask->descending ? "<" : ">";

	if (ask->after_key != NULL && ask->sort != NULL) {
		buf_printf(&draft->sql, "\n AND (%s, %s) %s (",
		    ask->sort->expr, query->key, than);
		draft_value(draft, ask->after_sort, types[ask->sort->type]);
		buf_text(&draft->sql, ", ");
		draft_value(draft, ask->after_key, types[query->key_type]);
		buf_char(&draft->sql, ')');
	} else if (ask->after_key != NULL) {
		buf_printf(&draft->sql, "\n AND %s %s ", query->key, than);
		draft_value(draft, ask->after_key, types[query->key_type]);
	}
	buf_text(&draft->sql, "\n ORDER BY ");
	if (ask->sort != NULL)
		buf_printf(&draft->sql, "%s%s, ", ask->sort->expr, sense);
	buf_printf(&draft->sql, "%s%s\n LIMIT %u", query->key, sense,
	    ask->limit + 1);
}

static struct db_rows *
draft_send(struct db *db, struct draft *draft)
{
	ASSERT(!draft->sql.failed);
	return (db_add_text(db, draft->sql.data, draft->values,
	    draft->count));
}

void
list_add(struct db *db, struct arena *arena, enum query_id id,
    const char *const *values, const struct list_ask *ask,
    struct db_rows **page_out, struct db_rows **total_out)
{
	const struct query *query = &queries[id];
	struct draft draft;

	*total_out = NULL;
	if (ask->count) {
		struct draft count;

		draft_open(&draft, arena, query, values, ask);
		count = draft;
		buf_init(&count.sql, arena, SQL_MAX);
		buf_printf(&count.sql, "SELECT count(*) AS total FROM (%s) q",
		    draft.sql.data);
		*total_out = draft_send(db, &count);
	}
	draft_open(&draft, arena, query, values, ask);
	add_order(&draft, query, ask);
	*page_out = draft_send(db, &draft);
}
