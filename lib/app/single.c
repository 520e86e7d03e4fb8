/* SPDX-License-Identifier: ISC */
/*
 * One record: a route whose row names a query, and the ways handlers answer.
 */
#include "inner.h"

#include <string.h>

#include "arena.h"
#include "etag.h"

static int
success(const struct req *rq)
{
	return (rq->route->status != 0 ? rq->route->status : 200);
}

static void
add_etag(struct req *rq, const struct db_rows *rows)
{
	const char *version = db_text(rows, 0, "version");
	const char *etag;

	if (version == NULL)
		return;
	etag = etag_make(rq->arena, version, db_text(rows, 0, "_view"));
	answer_header(rq, "ETag", etag);
	if (rq->method != GET && rq->method != HEAD)
		return;
	if (etag_listed(req_header(rq, "HTTP_IF_NONE_MATCH"), etag)) {
		rq->answer.status = 304;
		rq->answer.type = NULL;
		buf_clear(&rq->answer.body);
	}
}

enum err
answer_row(struct req *rq, const struct db_rows *rows)
{
	const char *id = db_text(rows, 0, "id");
	char path[256];

	if (db_count(rows) == 0)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	if (success(rq) == 204)
		return (answer_nothing(rq));
	db_json(rows, 0, answer_json(rq, success(rq)));
	if (success(rq) == 201 && id != NULL &&
	    strchr(rq->route->path, '{') == NULL &&
	    route_full_path(rq->route, path, sizeof(path)))
		answer_headerf(rq, "Location", "%s/%s", path, id);
	add_etag(rq, rows);
	return (ERR_OK);
}

enum err
answer_rows(struct req *rq, const struct db_rows *rows)
{
	struct buf *out = answer_json(rq, success(rq));

	buf_text(out, "{\"items\":[");
	for (unsigned i = 0; i < db_count(rows); i++) {
		if (i > 0)
			buf_char(out, ',');
		db_json(rows, i, out);
	}
	buf_text(out, "],\"next\":null}");
	return (ERR_OK);
}

enum err
answer_message(struct req *rq, const char *message)
{
	struct buf *out = answer_json(rq, success(rq));

	buf_text(out, "{\"message\":");
	buf_json(out, message, strlen(message));
	buf_char(out, '}');
	return (ERR_OK);
}

enum err
answer_nothing(struct req *rq)
{
	answer_clear(rq);
	rq->answer.status = 204;
	return (ERR_OK);
}

static bool
is_deleted(const struct db_rows *rows)
{
	const char *deleted = db_text(rows, 0, "_deleted");

	return (deleted != NULL && deleted[0] == 't');
}

/*
 * The statement touched no row.  What the record is now tells why: not there,
 * deleted, or of another version than If-Match asked for.
 */
enum err
answer_missed(struct req *rq)
{
	struct db_rows *now;
	struct buf json;
	enum err err;

	if (rq->route->current == Q_NONE)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	now = req_query(rq, rq->route->current, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	if (db_count(now) == 0)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	if (is_deleted(now))
		return (req_fail(rq, ERR_RESOURCE_DELETED, NULL));
	if (rq->if_version == NULL)
		return (req_fail(rq, ERR_RESOURCE_CONFLICT, NULL));
	buf_init(&json, rq->arena, ANSWER_MAX);
	db_json(now, 0, &json);
	rq->current = json.data;
	return (req_fail(rq, ERR_RESOURCE_CONFLICT,
	    "It was changed by somebody else in the meantime."));
}

enum err
answer_query(struct req *rq, enum query_id id)
{
	struct db_rows *rows = req_query(rq, id, NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (rq->route->many)
		return (answer_rows(rq, rows));
	if (db_count(rows) == 0)
		return (answer_missed(rq));
	if (is_deleted(rows))
		return (req_fail(rq, ERR_RESOURCE_DELETED, NULL));
	return (answer_row(rq, rows));
}
