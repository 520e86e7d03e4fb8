/* SPDX-License-Identifier: ISC */
#include "perm.h"

const struct perm_row perm_rows[PERM_COUNT] = {
	[PERM_UNSET] = { "", "", "" },
	[PERM_PUBLIC] = { "public", "", "Anybody." },
	[PERM_SIGNED_IN] = { "signed-in", "", "Whoever is signed in." },
#define PERM(name, ident, roles, doc) [PERM_##ident] = { name, roles, doc },
#include "permissions.def"
#undef PERM
};
