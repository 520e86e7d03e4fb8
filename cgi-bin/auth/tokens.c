/* SPDX-License-Identifier: ISC */
/*
 * Personal API tokens: shown once, kept as a hash, with rights of their own
 * that are never more than the person's.
 */
#include "auth.h"

#include "hash.h"
#include "personal.h"
#include "when.h"

#define YEAR_MS (366LL * 24 * 3600 * 1000)

static route_run create;

static const struct param token_params[] = {
	{ "name", PARAM_LINE, .required = true, .max = 100,
	  .doc = "What it is for." },
	{ "scopes", PARAM_LINES, .required = true, .many = 100, .max = 100,
	  .doc = "Permissions it may use, wildcards too." },
	{ "expiresAt", PARAM_TIME, .required = true,
	  .doc = "When it ends; within a year." },
	PARAMS_END
};

const struct route tokens_routes[] = {
	{ GET, "/auth/tokens", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_TOKEN_LIST, .doc = "One's personal tokens." },
	{ POST, "/auth/tokens", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .params = token_params, .run = create, .returns = "NewToken",
	  .status = 201, .secret = true,
	  .doc = "Make a personal token; it is shown this once." },
	{ DELETE, "/auth/tokens/{id}", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .query = Q_TOKEN_END, .status = 204, .doc = "End a token." },
	ROUTES_END
};

static enum err
create(struct req *rq)
{
	struct str token = personal_new(rq->arena);
	struct db_rows *row;
	struct buf *out;
	int64_t end;
	enum err err;

	if (!when_parse(req_str(rq, "expiresAt"), &end) ||
	    end <= when_now() || end > when_now() + YEAR_MS)
		return (req_fail_field(rq, ERR_VALIDATION_ERROR, "expiresAt",
		    "It must lie within the next year."));
	row = req_query(rq, Q_TOKEN_CREATE, "hash",
	    hash_bytea(rq->arena, token), NULL);
	if ((err = req_results(rq)) != ERR_OK ||
	    (err = answer_row(rq, row)) != ERR_OK)
		return (err);
	/* The one answer that holds it. */
	out = &rq->answer.body;
	out->data[--out->len] = '\0';
	buf_text(out, ",\"token\":");
	buf_json(out, token.p, token.n);
	buf_char(out, '}');
	return (ERR_OK);
}
