/* SPDX-License-Identifier: ISC */
#include "customers.h"

static const struct responder self = {
	.name = "customers",
	.title = "Customers",
	.tables = { customers_routes, many_routes, history_routes,
	    groups_routes, imports_routes, merge_routes, privacy_routes },
};

int
main(int argc, char **argv)
{
	return (responder_main(argc, argv, &self));
}
