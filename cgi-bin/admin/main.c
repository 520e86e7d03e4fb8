/* SPDX-License-Identifier: ISC */
#include "admin.h"

#include "handed.h"

static void
start(void)
{
	health_open();
	handed_open();
}

static const struct responder self = {
	.name = "admin",
	.title = "Administration",
	.tables = { users_routes, roles_routes, audit_routes, queues_routes,
	    jobs_routes, requests_routes, webhooks_routes, health_routes,
	    notifications_routes, metrics_routes, reference_routes,
	    search_routes, settings_routes, views_routes },
	.start = start,
};

int
main(int argc, char **argv)
{
	return (responder_main(argc, argv, &self));
}
