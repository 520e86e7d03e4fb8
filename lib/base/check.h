/* SPDX-License-Identifier: ISC */
/*
 * Bugs are not errors.  ASSERT and PANIC end the process with one log line;
 * the supervisor starts a new child.  They stay on in every build.
 */
#ifndef BUREAU_CHECK_H
#define BUREAU_CHECK_H

#define ASSERT(cond) \
	((cond) ? (void)0 : check_fail(__FILE__, __LINE__, #cond))
#define PANIC(what) check_fail(__FILE__, __LINE__, (what))

/* How many entries a table written in place has. */
#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

_Noreturn void	check_fail(const char *file, int line, const char *what);

#endif
