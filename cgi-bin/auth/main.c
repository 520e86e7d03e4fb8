/* SPDX-License-Identifier: ISC */
#include "auth.h"

static const struct responder self = {
	.name = "auth",
	.title = "Account",
	.tables = {
		session_routes, register_routes, me_routes, password_routes,
		sessions_routes, tokens_routes, codes_routes, recover_routes
	},
	.start = keep_open,
};

int
main(int argc, char **argv)
{
	return (responder_main(argc, argv, &self));
}
