/* SPDX-License-Identifier: ISC */
/*
 * The audit log, to read and to export.  Triggers write it.
 */
#include "admin.h"

static const struct param audit_range[] = {
	{ "after", PARAM_INT, IN_QUERY, .min = 0, .max = INT64_MAX,
	  .doc = "The `next` of the part before." },
	{ "limit", PARAM_INT, IN_QUERY, .min = 1, .max = 100000,
	  .doc = "Rows of a part; 20000 if left out." },
	PARAMS_END
};

const struct route audit_routes[] = {
	{ GET, "/audit", .need = PERM_AUDIT_READ, .tx = TX_READ,
	  .params = listing_export, .export = PERM_AUDIT_READ, .list = Q_AUDIT_LIST,
	  .doc = "List who did what, newest first." },
	{ GET, "/audit/verify", .need = PERM_AUDIT_READ, .tx = TX_READ,
	  .params = audit_range, .query = Q_AUDIT_VERIFY,
	  .doc = "Hold audit rows against the hash chain, a part at a time; "
	  "names the first that is not what it was. Keep lastId and lastHash "
	  "elsewhere: they show later that the chain was not made anew." },
	ROUTES_END
};
