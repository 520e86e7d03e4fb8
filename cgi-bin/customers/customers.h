/* SPDX-License-Identifier: ISC */
/*
 * The resources of the customers responder, one table each.
 */
#ifndef BUREAU_CUSTOMERS_H
#define BUREAU_CUSTOMERS_H

#include "app.h"

extern const struct route customers_routes[];
extern const struct route groups_routes[];
extern const struct route history_routes[];
extern const struct route imports_routes[];
extern const struct route many_routes[];
extern const struct route merge_routes[];
extern const struct route privacy_routes[];

/* What a client may set of a customer. */
extern const struct param customer_params[];

#endif
