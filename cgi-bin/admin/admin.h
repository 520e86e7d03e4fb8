/* SPDX-License-Identifier: ISC */
/*
 * The resources of the admin responder, one table each.
 */
#ifndef BUREAU_ADMIN_H
#define BUREAU_ADMIN_H

#include "app.h"

extern const struct route users_routes[];
extern const struct route roles_routes[];
extern const struct route audit_routes[];
extern const struct route queues_routes[];
extern const struct route jobs_routes[];
extern const struct route health_routes[];
extern const struct route notifications_routes[];
extern const struct route metrics_routes[];
extern const struct route requests_routes[];
extern const struct route reference_routes[];
extern const struct route search_routes[];
extern const struct route settings_routes[];
extern const struct route views_routes[];
extern const struct route webhooks_routes[];

/* What is opened once, before the first request. */
void	health_open(void);

#endif
