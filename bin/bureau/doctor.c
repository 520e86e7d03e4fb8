/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "bureau.h"

int
doctor_main(int argc, char **argv)
{
	(void)argv;
	return (argc == 1 ? EXIT_DONE : usage("doctor"));
}
