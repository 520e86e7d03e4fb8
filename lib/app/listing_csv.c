/* SPDX-License-Identifier: ISC */
/*
 * A list as a file, for a route that takes `format`.  All rows at once, as far
 * as they fit in one answer; a Link header then says where the rest is.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "form.h"
#include "list.h"

bool
listing_is_csv(const struct req *rq)
{
	const struct value *format = values_find(&rq->values, "format");

	return (format != NULL && strcmp(format->text, "csv") == 0);
}

/* False when the answer is full; what did not fit is taken back. */
static bool
add_row(struct buf *out, const struct db_rows *page, unsigned row)
{
	size_t whole = out->len;

	db_csv(page, row, out);
	if (!out->failed)
		return (true);
	out->failed = false;
	out->len = whole;
	out->data[whole] = '\0';
	return (false);
}

unsigned
listing_csv(struct req *rq, const struct list_ask *ask,
    const struct db_rows *page)
{
	struct buf *out = answer_json(rq, 200);
	const char *name = strrchr(rq->route->path, '/') + 1;
	unsigned row = 0;

	rq->answer.type = "text/csv; charset=utf-8; header=present";
	answer_headerf(rq, "Content-Disposition",
	    "attachment; filename=\"%s.csv\"", name);
	db_csv_head(page, out);
	while (row < db_count(page) && row < ask->limit &&
	    add_row(out, page, row))
		row++;
	/* Not even one: better an error than a file that seems whole. */
	out->failed = row == 0 && db_count(page) > 0;
	return (row);
}

void
listing_csv_link(struct req *rq, struct str cursor)
{
	struct form form;
	struct buf url;

	buf_init(&url, rq->arena, 8192);
	buf_printf(&url, "<%.*s?", (int)rq->path.n, rq->path.p);
	if (!form_parse(rq->arena, rq->query, 100, &form))
		form.count = 0;
	for (size_t i = 0; i < form.count; i++) {
		if (str_is(form.fields[i].name, "after"))
			continue;
		buf_url(&url, form.fields[i].name.p, form.fields[i].name.n);
		buf_char(&url, '=');
		buf_url(&url, form.fields[i].value.p, form.fields[i].value.n);
		buf_char(&url, '&');
	}
	buf_printf(&url, "after=%s>; rel=\"next\"", cursor.p);
	answer_header(rq, "Link", url.data);
}
