/* SPDX-License-Identifier: ISC */
#include "upload.h"

#include "arena.h"
#include "copy.h"
#include "fcgi.h"
#include "form.h"
#include "inner.h"

#define PIECE		65536
#define PARTS_MAX	20
#define FIELD_MAX	65536

/* --- the body --------------------------------------------------------------- */

static enum err
refuse(struct req *rq, const struct multipart *form)
{
	const char *sentence;

	switch (multipart_failed(form, &sentence)) {
	case MULTIPART_TOO_LARGE:
		return (req_fail(rq, ERR_PAYLOAD_TOO_LARGE, sentence));
	case MULTIPART_REFUSED:
		return (rq->err);	/* who took the file has said why */
	default:
		return (req_fail(rq, ERR_INVALID_INPUT, sentence));
	}
}

static size_t
read_piece(struct req *rq, char *piece)
{
	int64_t left = rq->length - rq->app->body_read;
	size_t n = fcgi_read(rq->app->transport, piece,
	    left < PIECE ? (size_t)left : PIECE);

	rq->app->body_read += (int64_t)n;
	return (n);
}

void
upload_drain(struct req *rq)
{
	char *piece = arena_alloc(rq->arena, PIECE);

	while (rq->length <= (int64_t)rq->route->body_max &&
	    rq->app->body_read < rq->length && read_piece(rq, piece) > 0)
		continue;
}

static enum err
read_all(struct req *rq, struct multipart *form)
{
	char *piece = arena_alloc(rq->arena, PIECE);
	bool ok = true;
	size_t n;

	while (ok && rq->app->body_read < rq->length) {
		n = read_piece(rq, piece);
		if (n == 0)
			return (req_fail(rq, ERR_INVALID_INPUT, "The body is "
			    "not as long as Content-Length says."));
		ok = multipart_feed(form, piece, n);
		slow_goes_on(rq);
	}
	return (multipart_end(form) ? ERR_OK : refuse(rq, form));
}

/* As if they had come in a form without a file. */
static enum err
take_fields(struct req *rq, const struct multipart *form)
{
	struct form fields = { .fields = arena_array(rq->arena, PARTS_MAX,
	    sizeof(*fields.fields)) };
	bool has_file = false;

	for (size_t i = 0; i < multipart_count(form); i++) {
		const struct multipart_part *part = multipart_part(form, i);

		if (part->is_file)
			has_file = true;
		else
			fields.fields[fields.count++] =
			    (struct field){ part->name, part->data };
	}
	param_form(rq->arena, rq->route->params, IN_BODY, &fields, NULL, NULL,
	    &rq->values, &rq->errors);
	param_required(rq->route->params, IN_BODY, &rq->values, &rq->errors);
	if (!has_file)
		field_error(&rq->errors, "file", ERR_MISSING_REQUIRED_FIELD,
		    "A file is needed.");
	return (req_fail_fields(rq));
}

enum err
req_upload(struct req *rq, multipart_take *take, void *cls)
{
	const struct multipart_limits limits = {
		.parts = PARTS_MAX, .field_bytes = FIELD_MAX,
		.file_bytes = rq->route->body_max - UPLOAD_FORM, .file = "file",
		.take = take, .cls = cls
	};
	struct multipart *form;
	struct str boundary;
	enum err err;

	if (!multipart_boundary(rq->type, &boundary))
		return (req_fail(rq, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Send multipart/form-data with a file."));
	if (rq->length > (int64_t)rq->route->body_max)
		return (req_fail(rq, ERR_PAYLOAD_TOO_LARGE, arena_printf(
		    rq->arena, "At most %zu bytes are accepted here.",
		    rq->route->body_max)));
	form = multipart_new(rq->arena, boundary, &limits);
	err = read_all(rq, form);
	return (err != ERR_OK ? err : take_fields(rq, form));
}

/* --- the transaction --------------------------------------------------------- */

void
req_block(struct req *rq)
{
	db_begin(rq->app->db, rq->arena, rq->app->deadline);
	db_block(rq->app->db);
	trip_ask(rq);
}

enum err
req_copy(struct req *rq, enum query_id copy)
{
	struct app *app = rq->app;
	enum err err = db_copy_in(app->db, copy);

	if (err != ERR_OK)
		return (trip_error(rq, err));
	trip_caller(rq);
	app->authorized = NULL;
	app->flushed = true;
	return (ERR_OK);
}

enum err
req_copy_put(struct req *rq, const void *data, size_t len)
{
	enum err err = db_copy_put(rq->app->db, data, len);

	return (err != ERR_OK ? trip_error(rq, err) : ERR_OK);
}

enum err
req_copy_end(struct req *rq)
{
	enum err err = db_copy_end(rq->app->db);

	return (err != ERR_OK ? trip_error(rq, err) : ERR_OK);
}
