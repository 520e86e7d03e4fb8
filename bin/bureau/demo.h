/* SPDX-License-Identifier: ISC */
/*
 * Sample accounts for trying things: one of each built-in role, with random
 * passwords, made once.
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
