/* SPDX-License-Identifier: ISC */
/*
 * Views that people save of lists: each their own, of any resource.
 */
#include "admin.h"

static const struct param view_params[] = {
	{ "resource", PARAM_LINE, .required = true, .min = 1, .max = 50,
	  .doc = "Of which list: customers, users …" },
	{ "name", PARAM_LINE, .required = true, .min = 1, .max = 100,
	  .doc = "What it is called; no other view of this list is." },
	{ "settings", PARAM_JSON, .max = 16384,
	  .doc = "Filters, order and columns, as the page keeps them." },
	PARAMS_END
};

const struct route views_routes[] = {
	{ GET, "/views", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_VIEW_LIST, .doc = "List one's saved views." },
	{ POST, "/views", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .params = view_params, .query = Q_VIEW_CREATE, .status = 201,
	  .doc = "Save a view." },
	{ DELETE, "/views/{id}", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .query = Q_VIEW_DELETE, .status = 204, .doc = "Let a view go." },
	ROUTES_END
};
