/* SPDX-License-Identifier: ISC */
/*
 * Samples for trying things, made once: an account of each built-in role, with a
 * random password, and a few customers.
 */
#ifndef BUREAU_DEMO_H
#define BUREAU_DEMO_H

#include <stdbool.h>

struct admin;
struct site;

/* Make them unless demo.txt says they were; false after a sentence. */
bool	demo_make(const struct site *site, struct admin *admin);
/* Show demo.txt. */
void	demo_print(const struct site *site);

#endif
