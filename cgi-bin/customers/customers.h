/* SPDX-License-Identifier: ISC */
/*
 * The resources of the customers responder, one table each.
 */
#ifndef BUREAU_CUSTOMERS_H
#define BUREAU_CUSTOMERS_H

#include "app.h"

extern const struct route customers_routes[];

#endif
