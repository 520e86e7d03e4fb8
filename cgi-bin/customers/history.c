/* SPDX-License-Identifier: ISC */
/*
 * What was said about a customer and what happened to them.
 */
#include "customers.h"

static const struct param note_params[] = {
	{ "text", PARAM_TEXT, .required = true, .min = 1, .max = 10000,
	  .doc = "The note." },
	PARAMS_END
};

const struct route history_routes[] = {
	{ GET, "/customers/{id}/notes", .need = PERM_CUSTOMERS_READ,
	  .tx = TX_READ, .list = Q_CUSTOMER_NOTE_LIST,
	  .doc = "List the notes about a customer." },
	{ POST, "/customers/{id}/notes", .need = PERM_CUSTOMERS_NOTE,
	  .tx = TX_WRITE, .params = note_params,
	  .query = Q_CUSTOMER_NOTE_CREATE, .status = 201,
	  .doc = "Write a note about a customer." },
	{ GET, "/customers/{id}/timeline", .need = PERM_CUSTOMERS_READ,
	  .tx = TX_READ, .list = Q_CUSTOMER_TIMELINE,
	  .doc = "List notes and changes of a customer." },
	ROUTES_END
};
