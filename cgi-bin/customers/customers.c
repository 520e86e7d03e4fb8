/* SPDX-License-Identifier: ISC */
/*
 * /customers: one by one.  Triggers tidy what comes, name each field at fault
 * and keep a phone number with one customer, so that batches and imports are
 * held to the same.
 */
#include "customers.h"

const struct param customer_params[] = {
	{ "name", PARAM_LINE, .required = true, .min = 1, .max = 200,
	  .doc = "How they are called." },
	{ "email", PARAM_LINE, .max = 254, .nullable = true,
	  .doc = "Several may share one." },
	{ "phone", PARAM_LINE, .max = 40, .nullable = true,
	  .doc = "In international form; with the country nobody else's." },
	{ "countryCode", PARAM_LINE, .max = 10, .nullable = true,
	  .doc = "ISO 3166, two letters." },
	{ "company", PARAM_LINE, .max = 200, .nullable = true,
	  .doc = "Whom they work for." },
	{ "status", PARAM_CHOICE, .choices = "active inactive pending blocked",
	  .doc = "active if left out." },
	{ "ownerId", PARAM_UUID, .nullable = true,
	  .doc = "Who looks after them." },
	{ "tags", PARAM_LINES, .many = 50, .max = 50, .doc = "Labels." },
	{ "customFields", PARAM_JSON, .max = 16384,
	  .doc = "Values by name, of the types their groups say; PATCH changes "
	  "those it names, null clears." },
	PARAMS_END
};

const struct route customers_routes[] = {
	{ GET, "/customers", .need = PERM_CUSTOMERS_READ, .tx = TX_READ,
	  .params = listing_export, .export = PERM_CUSTOMERS_EXPORT,
	  .list = Q_CUSTOMER_LIST, .doc = "List customers." },
	{ POST, "/customers", .need = PERM_CUSTOMERS_CREATE, .tx = TX_WRITE,
	  .params = customer_params, .query = Q_CUSTOMER_CREATE, .status = 201,
	  .doc = "Create a customer." },
	{ GET, "/customers/{id}", .need = PERM_CUSTOMERS_READ, .tx = TX_READ,
	  .query = Q_CUSTOMER_GET, .doc = "Read a customer." },
	{ PUT, "/customers/{id}", .need = PERM_CUSTOMERS_UPDATE,
	  .tx = TX_WRITE, .params = customer_params,
	  .query = Q_CUSTOMER_REPLACE, .current = Q_CUSTOMER_GET,
	  .doc = "Replace a customer; what is left out takes its default." },
	{ PATCH, "/customers/{id}", .need = PERM_CUSTOMERS_UPDATE,
	  .tx = TX_WRITE, .params = customer_params, .partial = true,
	  .query = Q_CUSTOMER_UPDATE, .current = Q_CUSTOMER_GET,
	  .doc = "Change a customer." },
	{ DELETE, "/customers/{id}", .need = PERM_CUSTOMERS_DELETE,
	  .tx = TX_WRITE, .query = Q_CUSTOMER_DELETE,
	  .current = Q_CUSTOMER_GET, .status = 204,
	  .doc = "Delete a customer; it can be restored." },
	{ POST, "/customers/{id}/restore", .need = PERM_CUSTOMERS_DELETE,
	  .tx = TX_WRITE, .query = Q_CUSTOMER_RESTORE,
	  .current = Q_CUSTOMER_GET, .doc = "Restore a deleted customer." },
	ROUTES_END
};
