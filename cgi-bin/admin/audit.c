/* SPDX-License-Identifier: ISC */
/*
 * The audit log, to read and to export.  Triggers write it.
 */
#include "admin.h"

static const struct param audit_export[] = {
	{ "format", PARAM_CHOICE, IN_QUERY, .choices = "json csv",
	  .doc = "csv: all rows as a file, with a Link to the next part where "
	  "they are too many for one." },
	PARAMS_END
};

const struct route audit_routes[] = {
	{ GET, "/audit", .need = PERM_AUDIT_READ, .tx = TX_READ,
	  .params = audit_export, .list = Q_AUDIT_LIST,
	  .doc = "List who did what, newest first." },
	ROUTES_END
};
