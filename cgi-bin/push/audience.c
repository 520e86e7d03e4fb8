/* SPDX-License-Identifier: ISC */
#include "audience.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "conn.h"
#include "group.h"

/* What stands behind the prefix; false where that is another. */
static bool
take(struct str name, const char *prefix, struct str *rest)
{
	size_t n = strlen(prefix);

	if (!str_starts(name, prefix))
		return (false);
	*rest = (struct str){ name.p + n, name.n - n };
	return (true);
}

static void
add_user(struct audience *audience, struct str text)
{
	struct id id;

	if (!id_parse(text, &id))
		return;
	audience->users = reallocarray(audience->users,
	    audience->user_count + 1, sizeof(*audience->users));
	ASSERT(audience->users != NULL);
	audience->users[audience->user_count++] = id;
}

static void
add_group(struct push *push, struct audience *audience, struct str name)
{
	/* What PostgreSQL would have to escape is no audience of ours. */
	if (name.n > 200 || memchr(name.p, '\\', name.n) != NULL ||
	    memchr(name.p, '"', name.n) != NULL)
		return;
	audience->groups = reallocarray(audience->groups,
	    audience->group_count + 1, sizeof(struct group *));
	ASSERT(audience->groups != NULL);
	audience->groups[audience->group_count++] = group_hold(push, name);
}

void
audience_init(struct push *push, struct audience *audience, struct str array)
{
	struct str name, rest;

	memset(audience, 0, sizeof(*audience));
	for (unsigned i = 0; i < AUDIENCE_MAX && array_next(&array, &name); i++)
		if (str_is(name, "all"))
			audience->is_all = true;
		else if (take(name, "perm:", &rest))
			perms_add(rest, &audience->perms);
		else if (take(name, "user:", &rest))
			add_user(audience, rest);
		else
			add_group(push, audience, name);
}

void
audience_release(struct push *push, struct audience *audience)
{
	for (unsigned i = 0; i < audience->group_count; i++)
		group_drop(push, audience->groups[i]);
	free(audience->groups);
	free(audience->users);
	memset(audience, 0, sizeof(*audience));
}

bool
audience_is_known(const struct audience *audience)
{
	for (unsigned i = 0; i < audience->group_count; i++)
		if (!group_is_fresh(audience->groups[i]))
			return (false);
	return (true);
}

/* A personal token does what its scopes name, and none names conversations. */
static bool
is_in_group(const struct group *group, const struct conn *conn)
{
	if (conn->article == group && group->is_public)
		return (true);
	return (conn->follower->kind == FOLLOWER_SESSION &&
	    group_has(group, &conn->follower->person->id));
}

bool
audience_has(const struct audience *audience, const struct conn *conn)
{
	const struct follower *follower = conn->follower;
	const struct person *person = follower->person;

	if (person != NULL && (audience->is_all ||
	    perms_meet(&audience->perms, &follower->perms)))
		return (true);
	for (unsigned i = 0; person != NULL && i < audience->user_count; i++)
		if (id_same(&audience->users[i], &person->id))
			return (true);
	for (unsigned i = 0; i < audience->group_count; i++)
		if (is_in_group(audience->groups[i], conn))
			return (true);
	return (false);
}
