/* SPDX-License-Identifier: ISC */
/*
 * Customers that are the same.  How they become one, and two again, is a function
 * of the database (functions/88_privacy.sql), for it moves what no responder may.
 */
#include "customers.h"

static route_run duplicates, merge, unmerge;

static const struct param duplicate_params[] = {
	{ "name", PARAM_LINE, IN_QUERY, .min = 2, .max = 200,
	  .doc = "As it is being entered." },
	{ "phone", PARAM_LINE, IN_QUERY, .max = 40, .doc = "A phone number." },
	{ "email", PARAM_LINE, IN_QUERY, .max = 254,
	  .doc = "An e-mail address." },
	PARAMS_END
};

static const struct param merge_params[] = {
	{ "otherIds", PARAM_UUIDS, .required = true, .min = 1, .many = 10,
	  .doc = "Who goes into this one and is deleted." },
	{ "keep", PARAM_JSON, .max = 1000,
	  .doc = "Whose value is kept, as in {\"email\":\"<id>\"}: name, email, "
	  "phone, company, status, ownerId. Left out: this one's, or the first "
	  "there is." },
	PARAMS_END
};

const struct route merge_routes[] = {
	{ GET, "/customers/duplicates", .need = PERM_CUSTOMERS_READ,
	  .tx = TX_READ, .params = duplicate_params, .run = duplicates,
	  .returns = "Duplicate",
	  .doc = "Find who somebody that is being entered may already be, the "
	  "likeliest first." },
	{ POST, "/customers/{id}/merge", .need = PERM_CUSTOMERS_MERGE,
	  .tx = TX_WRITE, .params = merge_params, .run = merge,
	  .returns = "Merge", .status = 201,
	  .doc = "Merge others into this customer, with their notes, groups "
	  "and history." },
	{ POST, "/customers/merge/{id}/undo", .need = PERM_CUSTOMERS_MERGE,
	  .tx = TX_WRITE, .run = unmerge, .returns = "Merge",
	  .doc = "Undo a merge by its id; what was changed since stays." },
	ROUTES_END
};

static enum err
duplicates(struct req *rq)
{
	struct db_rows *rows = req_query(rq, Q_CUSTOMER_DUPLICATES, NULL);
	enum err err = req_results(rq);

	return (err != ERR_OK ? err : answer_rows(rq, rows));
}

static enum err
answer_merge(struct req *rq)
{
	struct db_rows *rows = req_query(rq, Q_MERGE_GET, NULL);
	enum err err = req_results(rq);

	return (err != ERR_OK ? err : answer_row(rq, rows));
}

static enum err
merge(struct req *rq)
{
	req_query(rq, Q_CUSTOMER_MERGE, NULL);
	return (answer_merge(rq));
}

static enum err
unmerge(struct req *rq)
{
	req_query(rq, Q_CUSTOMER_UNMERGE, NULL);
	return (answer_merge(rq));
}
