/* SPDX-License-Identifier: ISC */
/*
 * Many records: what a client may say in the query string of a list, and the
 * page it gets.
 *
 *	?status=open&createdAt[gte]=2026-01-01&search=ann&sort=-createdAt
 *	&limit=50&after=<cursor>&count=exact
 *
 * A cursor names the order it belongs to, the last row's value in it and the
 * last row's id, so that a page begins behind that row wherever it now stands.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "check.h"
#include "form.h"
#include "list.h"
#include "when.h"

#define CURSOR_MARK	"\x1f"
#define ROWS_MAX	(ANSWER_MAX - 16384)	/* the rest closes the page */

static const struct {
	const char	*text;
	enum list_op	 op;
} suffixes[] = {
	{ "", OP_EQ }, { "[ne]", OP_NE }, { "[gt]", OP_GT },
	{ "[gte]", OP_GTE }, { "[lt]", OP_LT }, { "[lte]", OP_LTE },
};

static const struct param list_params[] = {
	{ "limit", PARAM_INT, IN_QUERY, .min = 1, .max = LIST_LIMIT_MAX,
	  .doc = "Rows of a page; 50 if left out." },
	{ "after", PARAM_LINE, IN_QUERY, .max = 2000,
	  .doc = "The cursor `next` of the page before." },
	{ "count", PARAM_CHOICE, IN_QUERY, .choices = "exact",
	  .doc = "Adds `total`." },
	{ "sort", PARAM_LINE, IN_QUERY, .max = 100,
	  .doc = "A field to sort by; -field for the other way." },
	{ "search", PARAM_LINE, IN_QUERY, .max = 200,
	  .doc = "Text to look for." },
	PARAMS_END
};

static const struct param *
list_param(struct str name)
{
	for (const struct param *p = list_params; p->name != NULL; p++)
		if (str_is(name, p->name))
			return (p);
	return (NULL);
}

static bool
may_op(const struct list_field *field, enum list_op op)
{
	return (field->flags & (op <= OP_NE ? LIST_EQ : LIST_RANGE));
}

/* "createdAt[gte]" to its row and operator. */
static const struct list_field *
find_filter(const struct query *query, struct str name, enum list_op *op)
{
	for (const struct list_field *f = query->fields;
	    f != NULL && f->name != NULL; f++) {
		size_t n = strlen(f->name);

		if (!str_starts(name, f->name))
			continue;
		for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
			struct str rest = { name.p + n, name.n - n };

			*op = suffixes[i].op;
			if (str_is(rest, suffixes[i].text) && may_op(f, *op))
				return (f);
		}
	}
	return (NULL);
}

static const char *
allowed(struct req *rq, const struct query *query, unsigned flag)
{
	struct buf out;

	buf_init(&out, rq->arena, 4096);
	for (const struct list_field *f = query->fields;
	    f != NULL && f->name != NULL; f++)
		if (f->flags & flag)
			buf_printf(&out, "%s%s", out.len > 0 ? ", " : "",
			    f->name);
	return (out.data);
}

/* How the value of a filter must look, by the type of its column. */
static const enum param_type value_types[] = {
	[TYPE_UUID] = PARAM_UUID, [TYPE_TEXT] = PARAM_LINE,
	[TYPE_INT] = PARAM_INT, [TYPE_FLOAT] = PARAM_LINE,
	[TYPE_BOOL] = PARAM_BOOL, [TYPE_TIME] = PARAM_TIME,
	[TYPE_DATE] = PARAM_TIME, [TYPE_JSON] = PARAM_LINE,
	[TYPE_TEXTS] = PARAM_LINE, [TYPE_UUIDS] = PARAM_UUID,
};

/* Check one text of the query string with the checks of parameters. */
static const char *
checked(struct req *rq, const struct param *row, const char *name,
    struct str text)
{
	struct param *named = arena_alloc(rq->arena, sizeof(*named));
	struct values one;

	*named = *row;
	named->name = name;
	values_init(&one, rq->arena, NULL);
	param_text(rq->arena, named, text, &one, &rq->errors);
	return (one.count > 0 ? one.list[0].text : NULL);
}

static void
ask_filter(struct req *rq, struct list_ask *ask, const struct query *query,
    const struct field *field)
{
	struct list_filter *filter = &ask->filters[ask->filter_count];
	const char *name = arena_memdup(rq->arena, field->name.p,
	    field->name.n);

	if (ask->filter_count == LIST_FILTERS_MAX) {
		field_error(&rq->errors, name, ERR_INVALID_INPUT,
		    "There are too many filters.");
		return;
	}
	filter->field = find_filter(query, field->name, &filter->op);
	ASSERT(filter->field != NULL);
	filter->value = checked(rq, &(struct param){ .in = IN_QUERY,
	    .type = filter->field->choices != NULL && field->value.n > 0 ?
	    PARAM_CHOICE : value_types[filter->field->type],
	    .choices = filter->field->choices }, name, field->value);
	if (filter->value != NULL)
		ask->filter_count++;
}

static void
ask_sort(struct req *rq, struct list_ask *ask, const struct query *query,
    struct str text)
{
	ask->descending = str_starts(text, "-");
	if (ask->descending) {
		text.p++;
		text.n--;
	}
	ask->sort = NULL;
	for (const struct list_field *f = query->fields;
	    f != NULL && f->name != NULL; f++)
		if (str_is(text, f->name) && (f->flags & LIST_SORT))
			ask->sort = f;
	if (ask->sort == NULL && text.n > 0)
		field_error(&rq->errors, "sort", ERR_INVALID_INPUT,
		    arena_printf(rq->arena, "One field to sort by; allowed: "
		    "%s.", allowed(rq, query, LIST_SORT)));
}

static const char *
order_name(struct req *rq, const struct list_ask *ask)
{
	return (arena_printf(rq->arena, "%s%s", ask->descending ? "-" : "",
	    ask->sort != NULL ? ask->sort->name : ""));
}

static void
ask_after(struct req *rq, struct list_ask *ask, struct str cursor)
{
	struct str plain, rest, order, sort, key;

	if (text_base64url_decode(rq->arena, cursor, &plain) &&
	    text_is_utf8(plain) && memchr(plain.p, '\0', plain.n) == NULL) {
		rest = plain;
		if (str_split(&rest, CURSOR_MARK[0], &order) &&
		    str_is(order, order_name(rq, ask)) &&
		    str_split(&rest, CURSOR_MARK[0], &sort) &&
		    str_split(&rest, CURSOR_MARK[0], &key)) {
			ask->after_sort = arena_memdup(rq->arena, sort.p,
			    sort.n);
			ask->after_key = arena_memdup(rq->arena, key.p, key.n);
			return;
		}
	}
	field_error(&rq->errors, "after", ERR_INVALID_INPUT,
	    "This cursor does not belong to this list and order.");
}

static void
ask_one(struct req *rq, struct list_ask *ask, const struct query *query,
    const struct field *field)
{
	const struct param *row = list_param(field->name);
	enum list_op op;

	if (row == NULL && find_filter(query, field->name, &op) != NULL) {
		ask_filter(rq, ask, query, field);
		return;
	}
	if (row == NULL) {
		field_error(&rq->errors, arena_memdup(rq->arena, field->name.p,
		    field->name.n), ERR_INVALID_INPUT, arena_printf(rq->arena,
		    "This name is not known here; allowed: limit, after, "
		    "count, sort, search, and the filters %s.",
		    allowed(rq, query, LIST_EQ | LIST_RANGE)));
		return;
	}
	if (checked(rq, row, row->name, field->value) != NULL &&
	    strcmp(row->name, "search") == 0 && query->search == NULL)
		field_error(&rq->errors, "search", ERR_INVALID_INPUT,
		    "This list cannot be searched.");
}

/* A parameter that the route's row adds to those of every list. */
static bool
is_own(const struct route *route, struct str name)
{
	for (const struct param *p = route->params; p != NULL && p->name; p++)
		if (p->in == IN_QUERY && str_is(name, p->name))
			return (true);
	return (false);
}

static struct str
form_find(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_is(form->fields[i].name, name))
			return (form->fields[i].value);
	return ((struct str){ NULL, 0 });
}

static void
refuse_twice(struct req *rq, const struct form *form)
{
	for (size_t i = 0; i < form->count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_same(form->fields[i].name,
			    form->fields[k].name))
				field_error(&rq->errors,
				    arena_memdup(rq->arena,
				    form->fields[i].name.p,
				    form->fields[i].name.n),
				    ERR_INVALID_INPUT, "It is given twice.");
}

enum err
listing_ask(struct req *rq, struct list_ask *ask)
{
	const struct query *query = &queries[rq->route->list];
	struct form form;
	struct str text;
	int64_t limit = LIST_LIMIT;

	memset(ask, 0, sizeof(*ask));
	if (!form_parse(rq->arena, rq->query, 100, &form))
		return (req_fail(rq, ERR_INVALID_INPUT,
		    "The query string is malformed."));
	refuse_twice(rq, &form);
	for (size_t i = 0; i < form.count; i++)
		if (!is_own(rq->route, form.fields[i].name))
			ask_one(rq, ask, query, &form.fields[i]);
	ask->peek = !listing_is_csv(rq);
	if (!ask->peek)
		limit = 0;	/* all of them */
	text = form_find(&form, "limit");
	if (text.p != NULL)
		(void)text_int(text, 1, LIST_LIMIT_MAX, &limit);
	ask->limit = (unsigned)limit;
	ask->count = form_find(&form, "count").n > 0;
	text = str_trim(form_find(&form, "search"));
	ask->search = text.n > 0 ? arena_memdup(rq->arena, text.p, text.n) :
	    NULL;
	text = form_find(&form, "sort");
	ask_sort(rq, ask, query, text.n > 0 ? text : str_of(query->order));
	text = form_find(&form, "after");
	if (text.n > 0)
		ask_after(rq, ask, text);
	return (req_fail_fields(rq));
}

/* The result's column of the key: "id" of "n.id". */
static const char *
key_column(const struct query *query)
{
	const char *dot = strchr(query->key, '.');

	return (dot != NULL ? dot + 1 : query->key);
}

static struct str
cursor_behind(struct req *rq, const struct list_ask *ask,
    const struct db_rows *page, unsigned row)
{
	const char *sort = ask->sort != NULL ? db_text(page, row,
	    ask->sort->name) : "";
	struct buf plain;

	buf_init(&plain, rq->arena, 8192);
	buf_printf(&plain, "%s" CURSOR_MARK "%s" CURSOR_MARK "%s",
	    order_name(rq, ask), sort != NULL ? sort : "",
	    db_text(page, row, key_column(&queries[rq->route->list])));
	return (text_base64url(rq->arena, plain.data, plain.len));
}

/* As many rows as fit, but one at least: a page may end before its limit. */
static unsigned
add_rows(struct buf *out, const struct db_rows *page, unsigned max)
{
	for (unsigned i = 0; i < max; i++) {
		size_t whole = out->len;

		if (i > 0)
			buf_char(out, ',');
		db_json(page, i, out);
		if (i > 0 && (out->failed || out->len > ROWS_MAX)) {
			out->failed = false;
			out->len = whole;
			out->data[whole] = '\0';
			return (i);
		}
	}
	return (max);
}

static void
answer_page(struct req *rq, const struct list_ask *ask,
    const struct db_rows *page, const struct db_rows *total)
{
	struct buf *out = answer_json(rq, 200);
	struct str cursor;
	unsigned shown;

	buf_text(out, "{\"items\":[");
	shown = add_rows(out, page, db_count(page) > ask->limit ? ask->limit :
	    db_count(page));
	buf_text(out, "],\"next\":");
	if (db_count(page) > shown) {
		cursor = cursor_behind(rq, ask, page, shown - 1);
		buf_json(out, cursor.p, cursor.n);
	} else {
		buf_text(out, "null");
	}
	if (total != NULL)
		buf_printf(out, ",\"total\":%s", db_text(total, 0, "total"));
	buf_char(out, '}');
}

enum err
listing_run(struct req *rq)
{
	const struct query *query = &queries[rq->route->list];
	const char **values = arena_array(rq->arena, query->param_count + 1,
	    sizeof(*values));
	struct db_rows *page, *total;
	struct list_ask ask;
	enum err err;

	if ((err = listing_ask(rq, &ask)) != ERR_OK)
		return (err);
	if (listing_is_csv(rq))
		return (listing_csv(rq, &ask));
	trip_bind(rq, query, values);
	trip_open(rq);
	list_add(rq->app->db, rq->arena, rq->route->list, values, &ask, &page,
	    &total);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	answer_page(rq, &ask, page, total);
	return (ERR_OK);
}
