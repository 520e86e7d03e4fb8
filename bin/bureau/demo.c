/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "demo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "arena.h"
#include "buf.h"
#include "check.h"
#include "people.h"
#include "site.h"
#include "uuid.h"

#define PASSWORD_BYTES	12

static const struct {
	const char	*name, *role;
} people[] = {
	{ "Charlie Chair", "chairperson" },	/* first: it becomes that */
	{ "Morgan Manager", "manager" },
	{ "Emery Employee", "employee" }
};

static const char *
demo_path(const struct site *site)
{
	return (site_path(site, "demo.txt"));
}

static bool
is_there(struct admin *admin, const char *email)
{
	return (admin_ask(admin, Q_OPERATOR_USER, email, NULL) &&
	    admin_rows(admin) > 0);
}

bool
demo_make(const struct site *site, struct admin *admin)
{
	const struct owner self = { "", 0, 0 };
	unsigned char bytes[PASSWORD_BYTES];
	struct buf list;

	if (access(demo_path(site), F_OK) == 0)
		return (true);
	buf_init(&list, site->arena, 4096);
	for (unsigned i = 0; i < COUNT_OF(people); i++) {
		struct person person = { .name = people[i].name,
		    .role = people[i].role };

		random_bytes(bytes, sizeof(bytes));
		person.email = arena_printf(site->arena, "%s@bureau.test",
		    people[i].role);
		person.password = text_base64url(site->arena, bytes,
		    sizeof(bytes)).p;
		if (is_there(admin, person.email))
			continue;
		if (people_add(site, admin, &person) == NULL)
			return (false);
		buf_printf(&list, "%-28s %s\n", person.email,
		    person.password);
	}
	if (!admin_ask(admin, Q_OPERATOR_DEMO_CUSTOMERS, NULL))
		return (complain("cannot make sample customers: %s",
		    admin_error(admin)));
	return (write_file(demo_path(site), (struct str){ list.data,
	    list.len }, 0600, self));
}

void
demo_print(const struct site *site)
{
	struct str text;

	if (!read_file(site->arena, demo_path(site), &text) || text.n == 0)
		return;
	printf("\nSample accounts (%s):\n%s", demo_path(site), text.p);
}
