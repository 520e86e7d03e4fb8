/* SPDX-License-Identifier: ISC */
/*
 * One search over all resources.  Each has a function that knows what the caller
 * may see; a new one is one more row of the query.
 */
#include "admin.h"

static const struct param search_params[] = {
	{ "q", PARAM_LINE, IN_QUERY, .required = true, .min = 1, .max = 200,
	  .doc = "Text to look for." },
	{ "limit", PARAM_INT, IN_QUERY, .min = 1, .max = 50,
	  .doc = "How many are told; 20 if left out." },
	PARAMS_END
};

const struct route search_routes[] = {
	{ GET, "/search", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .params = search_params, .query = Q_SEARCH, .many = true,
	  .doc = "Find people and customers, the best first." },
	ROUTES_END
};
