/* SPDX-License-Identifier: ISC */
/*
 * Roles: named sets of permissions.  Triggers keep the built-in ones as they
 * are, refuse to delete one that somebody has, and let nobody hand out what
 * they lack.
 */
#include "admin.h"

static const struct param role_whole[] = {
	{ "name", PARAM_LINE, .required = true, .min = 1, .max = 50,
	  .doc = "A lower-case letter, then such letters, digits and -." },
	{ "description", PARAM_LINE, .max = 500, .doc = "What it is for." },
	{ "permissions", PARAM_LINES, .many = 200, .max = 100,
	  .doc = "Names, and the wildcards customers:* and *." },
	PARAMS_END
};

const struct route roles_routes[] = {
	{ GET, "/roles", .need = PERM_ROLES_MANAGE, .tx = TX_READ,
	  .list = Q_ROLE_LIST, .doc = "List the roles." },
	{ POST, "/roles", .need = PERM_ROLES_MANAGE, .tx = TX_WRITE,
	  .params = role_whole, .query = Q_ROLE_CREATE, .status = 201,
	  .doc = "Make a role." },
	{ GET, "/roles/{id}", .need = PERM_ROLES_MANAGE, .tx = TX_READ,
	  .query = Q_ROLE_GET, .doc = "Read a role." },
	{ PUT, "/roles/{id}", .need = PERM_ROLES_MANAGE, .tx = TX_WRITE,
	  .params = role_whole, .query = Q_ROLE_REPLACE,
	  .current = Q_ROLE_GET,
	  .doc = "Replace a role, for everybody who has it." },
	{ DELETE, "/roles/{id}", .need = PERM_ROLES_MANAGE, .tx = TX_WRITE,
	  .query = Q_ROLE_DELETE, .current = Q_ROLE_GET, .status = 204,
	  .doc = "Delete a role that nobody has; it can be restored." },
	{ POST, "/roles/{id}/restore", .need = PERM_ROLES_MANAGE,
	  .tx = TX_WRITE, .query = Q_ROLE_RESTORE, .current = Q_ROLE_GET,
	  .doc = "Restore a deleted role." },
	ROUTES_END
};
