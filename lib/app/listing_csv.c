/* SPDX-License-Identifier: ISC */
/*
 * Rows as a file, written as they come from the database, so that memory does not
 * grow with them: a list, for a route that says who may `export` it, and lines that
 * a query makes.
 *
 * That data was taken away is in the audit log before the first row goes out, in a
 * transaction of its own: the one that reads cannot write.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "list.h"

#define PIECE	32768		/* what goes out at once */
#define MARK	"\xef\xbb\xbf"	/* for spreadsheets that guess otherwise */
#define LONGEST	"3600000"	/* ms, however well it goes on */

const struct param listing_export[] = {
	{ "format", PARAM_CHOICE, IN_QUERY, .choices = "json csv",
	  .doc = "csv: all that the filters leave, as a file." },
	{ "bom", PARAM_BOOL, IN_QUERY,
	  .doc = "Of csv: begin with a byte order mark, as some spreadsheets "
	  "want it." },
	PARAMS_END
};

struct file {
	struct req	*rq;
	const char	*name;
	bool		 is_list;	/* else its lines are made already */
	struct buf	 out;
};

bool
listing_is_csv(const struct req *rq)
{
	const struct value *format = rq->route->export == PERM_UNSET ? NULL :
	    values_find(&rq->values, "format");

	return (format != NULL && strcmp(format->text, "csv") == 0);
}

static void
begin(struct file *file, const struct db_rows *row)
{
	struct req *rq = file->rq;

	trip_caller(rq);
	(void)answer_json(rq, 200);
	rq->answer.type = "text/csv; charset=utf-8; header=present";
	answer_headerf(rq, "Content-Disposition",
	    "attachment; filename=\"%s.csv\"", file->name);
	slow_answer(rq);
	if (!file->is_list)
		return;
	if (req_bool(rq, "bom"))
		buf_text(&file->out, MARK);
	db_csv_head(row, &file->out);
}

static void
send_piece(struct file *file)
{
	slow_write(file->rq, file->out.data, file->out.len);
	buf_clear(&file->out);
}

/* The last call has no row; it may be the only one, of a list that has none. */
static void
take_row(void *cls, const struct db_rows *row)
{
	struct file *file = cls;

	if (!file->rq->app->sent && (file->is_list || db_count(row) > 0))
		begin(file, row);
	if (db_count(row) > 0 && file->is_list)
		db_csv(row, 0, &file->out);
	else if (db_count(row) > 0)
		buf_text(&file->out, db_text(row, 0, "text"));
	if (file->out.len >= PIECE || file->out.failed)
		send_piece(file);
}

enum err
req_tell_export(struct req *rq, enum perm need, const char *resource,
    const char *id)
{
	const char *values[] = {
		arena_printf(rq->arena, "%s.exported", resource), resource, id,
		arena_memdup(rq->arena, rq->query.n > 0 ? rq->query.p : "",
		    rq->query.n)
	};

	trip_authorize(rq, perm_rows[need].name, true);
	db_add(rq->app->db, Q_EXPORTED, values);
	return (req_results(rq));
}

/* The trip whose last statement has the rows. */
static enum err
send_rows(struct file *file)
{
	enum err err;

	buf_init(&file->out, file->rq->arena, ANSWER_MAX);
	db_each(file->rq->app->db, take_row, file);
	if ((err = req_results(file->rq)) != ERR_OK)
		return (err);
	if (!file->rq->app->sent)
		return (req_fail(file->rq, ERR_RESOURCE_NOT_FOUND, NULL));
	send_piece(file);
	return (ERR_OK);
}

enum err
listing_csv(struct req *rq, const struct list_ask *ask)
{
	const struct query *query = &queries[rq->route->list];
	const char **values = arena_array(rq->arena, query->param_count + 1,
	    sizeof(*values));
	struct file file = { .rq = rq, .is_list = true,
	    .name = strrchr(rq->route->path, '/') + 1 };
	struct db_rows *page, *total;

	if (!slow_begin(rq) || req_tell_export(rq, rq->route->export,
	    file.name, NULL) != ERR_OK)
		return (rq->err);
	trip_bind(rq, query, values);
	trip_open(rq);
	db_add(rq->app->db, Q_PATIENCE, (const char *const[]){ LONGEST });
	list_add(rq->app->db, rq->arena, rq->route->list, values, ask, &page,
	    &total);
	return (send_rows(&file));
}

enum err
answer_lines(struct req *rq, enum query_id id, const char *file_name)
{
	struct file file = { .rq = rq, .name = file_name };

	req_query(rq, Q_PATIENCE, "ms", LONGEST, NULL);
	req_query(rq, id, NULL);
	return (send_rows(&file));
}
