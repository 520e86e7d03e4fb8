/* SPDX-License-Identifier: ISC */
/*
 * /customers/groups: groups, the custom fields they define and who is in them.
 * Triggers count the members and keep a group that has some.
 */
#include "customers.h"

#define MEMBERS_MAX 1000

static const struct param definition[] = {
	{ "name", PARAM_LINE, .required = true, .min = 1, .max = 50,
	  .doc = "What it is called in customFields." },
	{ "type", PARAM_CHOICE, .required = true,
	  .choices = "text number date boolean list", .doc = "What it holds." },
	{ "required", PARAM_BOOL, .doc = "Demanded when custom fields are written." },
	{ "options", PARAM_LINES, .many = 100, .max = 100,
	  .doc = "Of a list: what may be chosen." },
	{ "min", PARAM_NUMBER, .doc = "Smallest number; shortest text." },
	{ "max", PARAM_NUMBER, .doc = "Largest number; longest text." },
	{ "pattern", PARAM_LINE, .max = 200,
	  .doc = "A regular expression that all of a text fits." },
	PARAMS_END
};

static const struct param group_params[] = {
	{ "name", PARAM_LINE, .required = true, .min = 1, .max = 100,
	  .doc = "What it is called; no other group is." },
	{ "description", PARAM_TEXT, .max = 1000, .doc = "What it is for." },
	{ "customFields", PARAM_OBJECTS, .many = 50, .of = definition,
	  .doc = "What customers in it have beside the rest." },
	PARAMS_END
};

static const struct param members[] = {
	{ "customerIds", PARAM_UUIDS, .required = true, .many = MEMBERS_MAX,
	  .doc = "Whom it is about." },
	PARAMS_END
};

const struct route groups_routes[] = {
	{ GET, "/customers/groups", .need = PERM_CUSTOMER_GROUPS_READ,
	  .tx = TX_READ, .list = Q_CUSTOMER_GROUP_LIST,
	  .doc = "List the groups." },
	{ POST, "/customers/groups", .need = PERM_CUSTOMER_GROUPS_CREATE,
	  .tx = TX_WRITE, .params = group_params,
	  .query = Q_CUSTOMER_GROUP_CREATE, .status = 201,
	  .doc = "Make a group." },
	{ GET, "/customers/groups/{id}", .need = PERM_CUSTOMER_GROUPS_READ,
	  .tx = TX_READ, .query = Q_CUSTOMER_GROUP_GET,
	  .doc = "Read a group." },
	{ PUT, "/customers/groups/{id}", .need = PERM_CUSTOMER_GROUPS_UPDATE,
	  .tx = TX_WRITE, .params = group_params,
	  .query = Q_CUSTOMER_GROUP_REPLACE, .current = Q_CUSTOMER_GROUP_GET,
	  .doc = "Replace a group; values there are stay until written." },
	{ DELETE, "/customers/groups/{id}",
	  .need = PERM_CUSTOMER_GROUPS_DELETE, .tx = TX_WRITE,
	  .query = Q_CUSTOMER_GROUP_DELETE, .current = Q_CUSTOMER_GROUP_GET,
	  .status = 204, .doc = "Delete a group that nobody is in." },
	{ POST, "/customers/groups/{id}/restore",
	  .need = PERM_CUSTOMER_GROUPS_DELETE, .tx = TX_WRITE,
	  .query = Q_CUSTOMER_GROUP_RESTORE, .current = Q_CUSTOMER_GROUP_GET,
	  .doc = "Restore a deleted group." },
	{ GET, "/customers/groups/{id}/customers", .need = PERM_CUSTOMERS_READ,
	  .tx = TX_READ, .list = Q_CUSTOMER_GROUP_CUSTOMERS,
	  .doc = "List who is in a group." },
	{ POST, "/customers/groups/{id}/customers",
	  .need = PERM_CUSTOMER_GROUPS_MANAGE_MEMBERS, .tx = TX_WRITE,
	  .params = members, .query = Q_CUSTOMER_GROUP_ADD,
	  .doc = "Put customers into a group; who is in it stays." },
	{ DELETE, "/customers/groups/{id}/customers",
	  .need = PERM_CUSTOMER_GROUPS_MANAGE_MEMBERS, .tx = TX_WRITE,
	  .params = members, .query = Q_CUSTOMER_GROUP_REMOVE,
	  .doc = "Take customers out of a group." },
	ROUTES_END
};
