/* SPDX-License-Identifier: ISC */
#include "skeleton.h"

static const struct responder self = {
	.name = "skeleton",
	.title = "Notes",
	.tables = { notes_routes },
};

int
main(int argc, char **argv)
{
	return (responder_main(argc, argv, &self));
}
