/* SPDX-License-Identifier: ISC */
/*
 * Permissions as a route names them: the rows of lib/tbl/permissions.def, and
 * two that need no grant.
 */
#ifndef BUREAU_PERM_H
#define BUREAU_PERM_H

enum perm {
	PERM_UNSET = 0,		/* a route without a permission refuses to start */
	PERM_PUBLIC,		/* anybody */
	PERM_SIGNED_IN,		/* whoever has a live session */
#define PERM(name, ident, roles, doc) PERM_##ident,
#include "permissions.def"
#undef PERM
	PERM_COUNT
};

struct perm_row {
	const char	*name;		/* "users:read", as authorize() takes it */
	const char	*roles;		/* built-in roles that hold it: "ME" */
	const char	*doc;
};

extern const struct perm_row perm_rows[PERM_COUNT];

#endif
