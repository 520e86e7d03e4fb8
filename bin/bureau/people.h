/* SPDX-License-Identifier: ISC */
/*
 * People, looked after by whoever has the administrator's connection.  Each
 * function tells what went wrong as a sentence on stderr.
 */
#ifndef BUREAU_PEOPLE_H
#define BUREAU_PEOPLE_H

#include <stdbool.h>

struct admin;
struct site;

struct person {
	const char	*email;
	const char	*name;
	const char	*role;		/* asked for; the first is chairperson */
	const char	*password;
};

/* The role the person was given; NULL on failure. */
const char	*people_add(const struct site *site, struct admin *admin,
		    const struct person *person);

#endif
