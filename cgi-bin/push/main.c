/* SPDX-License-Identifier: ISC */
#include "front.h"
#include "open.h"
#include "push.h"

static const struct responder self = {
	.name = "push",
	.title = "Push",
	.tables = { push_routes },
	.serve = push_serve,
};

int
main(int argc, char **argv)
{
	return (responder_main(argc, argv, &self));
}
