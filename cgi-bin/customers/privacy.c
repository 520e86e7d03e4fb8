/* SPDX-License-Identifier: ISC */
/*
 * What a person may ask of who keeps data of them: all of it, and to be forgotten.
 */
#include "customers.h"

static route_run everything, anonymise;

static const struct param anonymise_params[] = {
	{ "confirm", PARAM_LINE, .required = true, .max = 200,
	  .doc = "The customer's name as it is: this cannot be undone." },
	PARAMS_END
};

const struct route privacy_routes[] = {
	{ GET, "/customers/{id}/export", .need = PERM_CUSTOMERS_EXPORT,
	  .tx = TX_READ, .run = everything, .returns = "Everything",
	  .doc = "Everything that is kept about one customer, notes and "
	  "history too." },
	{ POST, "/customers/{id}/anonymise", .need = PERM_CUSTOMERS_ANONYMISE,
	  .tx = TX_WRITE, .params = anonymise_params, .run = anonymise,
	  .returns = "Customer",
	  .doc = "Replace name and contact for good, in notes and history "
	  "too." },
	ROUTES_END
};

static enum err
everything(struct req *rq)
{
	enum err err = req_tell_export(rq, PERM_CUSTOMERS_EXPORT, "customers",
	    req_text(rq, "id"));

	return (err != ERR_OK ? err : answer_query(rq, Q_CUSTOMER_EVERYTHING));
}

static enum err
anonymise(struct req *rq)
{
	req_query(rq, Q_CUSTOMER_ANONYMISE, NULL);
	return (answer_query(rq, Q_CUSTOMER_GET));
}
