/* SPDX-License-Identifier: ISC */
#include "group.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "async.h"
#include "buf.h"
#include "check.h"

#define BUCKETS		1024
#define ASKED_MAX	64
#define ARRAY_MAX	(ASKED_MAX * 256)

struct groups {
	struct group	*buckets[BUCKETS];
	uint64_t	 clock;
	unsigned	 stale;		/* 0: none is */
};

struct groups *
groups_new(void)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	ASSERT(groups != NULL);
	groups->clock = 1;
	return (groups);
}

void
groups_free(struct groups **groups)
{
	free(*groups);
	*groups = NULL;
}

/* FNV-1a; a name ends in a UUID. */
static struct group **
bucket_of(struct groups *groups, struct str name)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < name.n; i++)
		hash = (hash ^ (unsigned char)name.p[i]) *
		    UINT64_C(1099511628211);
	return (&groups->buckets[hash % BUCKETS]);
}

static struct group *
find(struct groups *groups, struct str name)
{
	struct group *group = *bucket_of(groups, name);

	while (group != NULL && !str_is(name, group->name))
		group = group->next;
	return (group);
}

struct group *
group_hold(struct push *push, struct str name)
{
	struct groups *groups = push->groups;
	struct group *group = find(groups, name);
	struct group **bucket = bucket_of(groups, name);

	if (group == NULL) {
		group = calloc(1, sizeof(*group));
		ASSERT(group != NULL);
		group->name = strndup(name.p, name.n);
		ASSERT(group->name != NULL);
		group->stale = groups->clock;
		groups->stale++;
		group->next = *bucket;
		*bucket = group;
	}
	group->held++;
	return (group);
}

static void
free_if_idle(struct groups *groups, struct group *group)
{
	struct group **at = bucket_of(groups, str_of(group->name));

	if (group->held > 0 || group->is_asked)
		return;
	while (*at != group)
		at = &(*at)->next;
	*at = group->next;
	free(group->members);
	free(group->name);
	free(group);
}

void
group_drop(struct push *push, struct group *group)
{
	if (group == NULL)
		return;
	group->held--;
	free_if_idle(push->groups, group);
}

bool
group_is_fresh(const struct group *group)
{
	return (group->fresh >= group->stale);
}

bool
group_has(const struct group *group, const struct id *person)
{
	return (group->count > 0 && bsearch(person, group->members,
	    group->count, sizeof(*group->members), id_compare) != NULL);
}

void
group_stale(struct push *push, struct str name)
{
	struct groups *groups = push->groups;
	struct group *group = find(groups, name);

	groups->clock++;
	if (group == NULL)
		return;
	group->stale = groups->clock;
	groups->stale++;
}

/* --- asking ----------------------------------------------------------------------------- */

struct question {
	struct push	*push;
	uint64_t	 then;
	unsigned	 count;
	struct group	*list[ASKED_MAX];
};

static void
add_member(struct group *group, const char *person)
{
	struct id id;

	if (person == NULL) {
		group->is_public = true;
		return;
	}
	if (!id_parse(str_of(person), &id))
		return;
	/* A power of two has room for as many again. */
	if ((group->count & (group->count - 1)) == 0) {
		group->members = reallocarray(group->members,
		    group->count == 0 ? 1 : 2 * (size_t)group->count,
		    sizeof(*group->members));
		ASSERT(group->members != NULL);
	}
	group->members[group->count++] = id;
}

static void
learn_all(struct question *q, const struct db_rows *rows)
{
	for (unsigned i = 0; i < q->count; i++) {
		free(q->list[i]->members);
		q->list[i]->members = NULL;
		q->list[i]->count = 0;
		q->list[i]->is_public = false;
		q->list[i]->fresh = q->then;
	}
	for (unsigned i = 0; i < db_count(rows); i++) {
		struct group *group = find(q->push->groups,
		    str_of(db_text(rows, i, "audience")));

		if (group != NULL && group->is_asked)
			add_member(group, db_text(rows, i, "user_id"));
	}
	for (unsigned i = 0; i < q->count; i++)
		if (q->list[i]->count > 0)
			qsort(q->list[i]->members, q->list[i]->count,
			    sizeof(struct id), id_compare);
}

static void
on_members(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct question *q = cls;
	struct groups *groups = q->push->groups;

	(void)error;
	if (err == ERR_OK)
		learn_all(q, rows);
	groups->stale = err == ERR_OK && q->count < ASKED_MAX &&
	    groups->clock == q->then ? groups->stale : groups->stale + 1;
	for (unsigned i = 0; i < q->count; i++) {
		q->list[i]->is_asked = false;
		free_if_idle(groups, q->list[i]);
	}
	q->push->has_news = true;
	free(q);
}

static void
gather(struct groups *groups, struct question *q, struct buf *names)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct group *g = groups->buckets[i];
		    g != NULL && q->count < ASKED_MAX; g = g->next) {
			if (group_is_fresh(g) || g->is_asked)
				continue;
			g->is_asked = true;
			q->list[q->count++] = g;
			buf_printf(names, "%c\"%s\"", names->len == 0 ? '{' :
			    ',', g->name);
		}
	buf_text(names, names->len == 0 ? "{}" : "}");
}

void
groups_refresh(struct push *push)
{
	struct groups *groups = push->groups;
	struct question *q;
	struct buf names;
	const char *values[1];

	if (groups->stale == 0 || !async_is_up(push->asking))
		return;
	q = calloc(1, sizeof(*q));
	ASSERT(q != NULL);
	q->push = push;
	q->then = groups->clock;
	buf_init(&names, push->arena, ARRAY_MAX);
	gather(groups, q, &names);
	groups->stale = 0;
	values[0] = names.data;
	if (q->count > 0 && !names.failed && async_ask(push->asking,
	    Q_PUSH_MEMBERS, values, on_members, q))
		return;
	for (unsigned i = 0; i < q->count; i++)
		q->list[i]->is_asked = false;
	groups->stale = q->count;
	free(q);
}
