/* SPDX-License-Identifier: ISC */
/*
 * Many customers at once: how many there are, and changes to up to a thousand,
 * all of them or, with `Prefer: handling=lenient`, as many as can be.
 */
#include "customers.h"

#include "prefer.h"

#define BATCH_MAX 1000

static route_run batch;

static const struct param span[] = {
	{ "from", PARAM_TIME, IN_QUERY, .doc = "Created then or later." },
	{ "to", PARAM_TIME, IN_QUERY, .doc = "Created before." },
	{ "bucket", PARAM_CHOICE, IN_QUERY, .choices = "day week month",
	  .doc = "What the series is by; day if left out." },
	PARAMS_END
};

static const struct param update[] = {
	{ "id", PARAM_UUID, .required = true, .doc = "Of whom." },
	{ "data", PARAM_OBJECT, .required = true, .partial = true,
	  .of = customer_params, .doc = "As a PATCH has it." },
	{ "version", PARAM_INT, .min = 1, .max = INT32_MAX,
	  .doc = "Only if this is still theirs." },
	PARAMS_END
};

static const struct param updates[] = {
	{ "updates", PARAM_OBJECTS, .required = true, .many = BATCH_MAX,
	  .of = update, .doc = "The changes, one a customer." },
	PARAMS_END
};

const struct route many_routes[] = {
	{ GET, "/customers/statistics", .need = PERM_CUSTOMERS_STATISTICS,
	  .tx = TX_READ, .params = span, .query = Q_CUSTOMER_STATISTICS,
	  .doc = "Count customers by status, group, owner and time." },
	{ PATCH, "/customers/batch", .need = PERM_CUSTOMERS_BATCH_UPDATE,
	  .tx = TX_WRITE, .params = updates, .run = batch,
	  .returns = "CustomerBatch", .slow = true,
	  .doc = "Change many customers, all or none; with Prefer: "
	  "handling=lenient as many as can be." },
	ROUTES_END
};

static enum err
batch(struct req *rq)
{
	struct str how;
	bool lenient = prefer_find(req_header(rq, "HTTP_PREFER"), "handling",
	    &how) && str_is(how, "lenient");
	struct db_rows *result = req_query(rq, Q_CUSTOMER_BATCH, "lenient",
	    lenient ? "t" : "f", NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (lenient)
		answer_header(rq, "Preference-Applied", "handling=lenient");
	return (answer_row(rq, result));
}
