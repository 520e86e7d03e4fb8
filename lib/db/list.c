/* SPDX-License-Identifier: ISC */
#include "list.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "db.h"
#include "text.h"

#define SQL_MAX		 16384
#define VALUES_MAX	 64
#define WORDS_MAX	 8

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
	bool		 for_values;	/* one plan does not serve all values */
};

/* Append "$n::type" and keep its value. */
static void
draft_value(struct draft *draft, const char *value, const char *type)
{
	ASSERT(draft->count < VALUES_MAX);
	draft->values[draft->count++] = value;
	buf_printf(&draft->sql, "$%u::%s", draft->count, type);
}

/* A condition, with the value where `mark` stands. */
static void
draft_condition(struct draft *draft, const char *where, const char *mark,
    const char *value, const char *type)
{
	const char *at;

	buf_char(&draft->sql, '(');
	while ((at = strstr(where, mark)) != NULL) {
		buf_add(&draft->sql, where, (size_t)(at - where));
		draft_value(draft, value, type);
		where = at + strlen(mark);
	}
	buf_text(&draft->sql, where);
	buf_char(&draft->sql, ')');
}

static void
add_filter(struct draft *draft, const struct list_filter *filter)
{
	const char *expr = filter->field->expr;
	enum value_type type = filter->field->type;

	/* Asked once, before anything is looked up. */
	if (filter->field->need != NULL)
		buf_printf(&draft->sql, "\n AND (SELECT needs('%s', '%s'))",
		    filter->field->need, filter->field->name);
	buf_text(&draft->sql, "\n AND ");
	if (strstr(expr, LIST_VALUE) != NULL) {
		draft->for_values = true;
		buf_text(&draft->sql, filter->op == OP_NE ? "NOT " : "");
		draft_condition(draft, expr, LIST_VALUE, filter->value,
		    types[type]);
		return;
	}
	if (type == TYPE_TEXTS || type == TYPE_UUIDS) {
		/* "Has this entry", in the form an index over arrays serves. */
		draft->for_values = true;
		buf_printf(&draft->sql, "%s%s @> ARRAY[",
		    filter->op == OP_NE ? "NOT " : "", expr);
		draft_value(draft, filter->value, types[type]);
		buf_char(&draft->sql, ']');
		return;
	}
	buf_printf(&draft->sql, "%s %s ", expr, operators[filter->op]);
	draft_value(draft, filter->value, types[type]);
}

static const char *
like_pattern(struct arena *arena, const char *before, struct str word)
{
	struct buf out;

	buf_init(&out, arena, 4096);
	buf_text(&out, before);
	for (size_t i = 0; i < word.n; i++) {
		if (strchr("%_\\", word.p[i]) != NULL)
			buf_char(&out, '\\');
		buf_char(&out, word.p[i]);
	}
	buf_char(&out, '%');
	return (out.data);
}

/*
 * "AND (…)" for one word.  Fewer than three characters make no trigram: of ASCII they
 * are looked for where a word begins, others as the query's `short` says.
 */
static void
add_word(struct draft *draft, struct arena *arena, const struct query *query,
    struct str word)
{
	size_t length = text_length(word);
	const char *before = "%";

	buf_text(&draft->sql, "\n AND ");
	if (query->short_search != NULL && length < 3 && length < word.n) {
		draft_condition(draft, query->short_search, LIST_WORD,
		    arena_memdup(arena, word.p, word.n), "text");
		return;
	}
	if (query->short_search != NULL && length < 3)
		before = "% ";
	if (strstr(query->search, LIST_SEARCH) != NULL) {
		draft_condition(draft, query->search, LIST_SEARCH,
		    like_pattern(arena, before, word), "text");
		return;
	}
	buf_printf(&draft->sql, "(%s) ILIKE ", query->search);
	draft_value(draft, like_pattern(arena, before, word), "text");
}

/* "+49 (30) 123" is one word, as numbers are kept: +4930123. */
static const char *
join_number(struct arena *arena, const char *search)
{
	static const char between[] = " ()./-";
	struct buf out;

	if (search[0] != '+' ||
	    search[strspn(search, "+0123456789 ()./-")] != '\0')
		return (search);
	buf_init(&out, arena, 1024);
	for (; *search != '\0'; search++)
		if (strchr(between, *search) == NULL)
			buf_char(&out, *search);
	return (out.data);
}

/* Every word is in it, somewhere; of very many the first ones. */
static void
add_search(struct draft *draft, struct arena *arena, const struct query *query,
    const char *search)
{
	struct str rest = str_of(join_number(arena, search)), word;
	unsigned words = 0;

	draft->for_values = true;
	while (words < WORDS_MAX && str_split(&rest, ' ', &word)) {
		if (word.n == 0)
			continue;
		add_word(draft, arena, query, word);
		words++;
	}
}

/* The query with its filters: what both the page and the count stand on. */
static void
draft_open(struct draft *draft, struct arena *arena, const struct query *query,
    const char *const *values, const struct list_ask *ask)
{
	buf_init(&draft->sql, arena, SQL_MAX);
	ASSERT(query->param_count < VALUES_MAX / 2);
	draft->count = query->param_count;
	draft->for_values = false;
	memcpy(draft->values, values, draft->count * sizeof(*values));
	buf_text(&draft->sql, query->sql);
	for (unsigned i = 0; i < ask->filter_count; i++)
		add_filter(draft, &ask->filters[i]);
	if (ask->search != NULL)
		add_search(draft, arena, query, ask->search);
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
	buf_printf(&draft->sql, "%s%s", query->key, sense);
	if (ask->limit > 0)
		buf_printf(&draft->sql, "\n LIMIT %u", ask->limit + ask->peek);
}

static struct db_rows *
draft_send(struct db *db, struct draft *draft)
{
	ASSERT(!draft->sql.failed);
	return (db_add_text(db, draft->sql.data, draft->values,
	    draft->count, draft->for_values));
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
