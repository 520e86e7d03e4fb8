/* SPDX-License-Identifier: ISC */
#include "follower.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "array.h"
#include "async.h"
#include "buf.h"
#include "check.h"
#include "conn.h"
#include "presence.h"

#define BUCKETS		4096
#define ASKED_MAX	500		/* about how many one question is */
#define ARRAY_MAX	(ASKED_MAX * (UUID_SIZE + 1) + 2)

struct followers {
	struct follower	*followers[BUCKETS];
	struct person	*persons[BUCKETS];
	uint64_t	 clock;
	uint64_t	 all_stale;
	unsigned	 stale;		/* at most so many are: 0, none */
};

struct followers *
followers_new(void)
{
	struct followers *followers = calloc(1, sizeof(*followers));

	ASSERT(followers != NULL);
	/* Nobody is fresh who was never asked about. */
	followers->clock = followers->all_stale = 1;
	return (followers);
}

void
followers_free(struct followers **followers)
{
	free(*followers);
	*followers = NULL;
}

/* --- finding -------------------------------------------------------------------------- */

static struct person *
person_find(const struct followers *all, const struct id *id)
{
	struct person *person = all->persons[id_bucket(id, BUCKETS)];

	while (person != NULL && !id_same(&person->id, id))
		person = person->next;
	return (person);
}

static struct person *
person_get(struct push *push, const struct id *id)
{
	struct followers *all = push->followers;
	struct person *person = person_find(all, id);
	struct person **bucket = &all->persons[id_bucket(id, BUCKETS)];

	if (person != NULL)
		return (person);
	person = calloc(1, sizeof(*person));
	ASSERT(person != NULL);
	person->id = *id;
	person->next = *bucket;
	*bucket = person;
	return (person);
}

static struct follower *
follower_find(const struct followers *all, enum follower_kind kind,
    const struct id *id)
{
	struct follower *follower = all->followers[id_bucket(id, BUCKETS)];

	while (follower != NULL && (follower->kind != kind ||
	    !id_same(&follower->id, id)))
		follower = follower->next;
	return (follower);
}

static struct follower *
follower_make(struct push *push, enum follower_kind kind, const struct id *id,
    const struct id *person)
{
	struct follower **bucket = &push->followers->followers[id_bucket(id,
	    BUCKETS)];
	struct follower *follower = calloc(1, sizeof(*follower));

	ASSERT(follower != NULL);
	follower->kind = kind;
	follower->id = *id;
	follower->next = *bucket;
	*bucket = follower;
	if (person != NULL) {
		follower->person = person_get(push, person);
		follower->sibling = follower->person->followers;
		follower->person->followers = follower;
	}
	return (follower);
}

struct follower *
follower_hold(struct push *push, enum follower_kind kind, const struct id *id,
    const struct id *person)
{
	struct follower *follower = follower_find(push->followers, kind, id);

	if (follower == NULL)
		follower = follower_make(push, kind, id, person);
	follower->conns++;
	if (follower->person == NULL)
		push->anonymous++;
	else if (follower->person->conns++ == 0)
		presence_came(push, &follower->person->id);
	return (follower);
}

/* --- letting go ------------------------------------------------------------------------ */

static void
person_free(struct followers *all, struct person *person)
{
	struct person **at = &all->persons[id_bucket(&person->id, BUCKETS)];

	while (*at != person)
		at = &(*at)->next;
	*at = person->next;
	free(person);
}

static void
follower_free(struct followers *all, struct follower *follower)
{
	struct follower **at = &all->followers[id_bucket(&follower->id, BUCKETS)];

	while (*at != follower)
		at = &(*at)->next;
	*at = follower->next;
	if (follower->person != NULL) {
		at = &follower->person->followers;
		while (*at != follower)
			at = &(*at)->sibling;
		*at = follower->sibling;
		if (follower->person->followers == NULL)
			person_free(all, follower->person);
	}
	free(follower);
}

static void
follower_free_if_idle(struct followers *all, struct follower *follower)
{
	if (follower->conns == 0 && !follower->is_asked)
		follower_free(all, follower);
}

void
follower_drop(struct push *push, struct follower *follower)
{
	follower->conns--;
	if (follower->person == NULL)
		push->anonymous--;
	else if (--follower->person->conns == 0)
		presence_left(push, &follower->person->id);
	follower_free_if_idle(push->followers, follower);
}

unsigned
follower_conns(const struct follower *follower)
{
	return (follower->person != NULL ? follower->person->conns :
	    follower->conns);
}

/* --- permissions ------------------------------------------------------------------------ */

static int
compare_perm(const void *key, const void *row)
{
	const struct str *name = key;
	const char *other = ((const struct perm_row *)row)->name;
	int order = strncmp(name->p, other, name->n);

	return (order != 0 ? order : other[name->n] == '\0' ? 0 : -1);
}

bool
perms_add(struct str name, struct perms *perms)
{
	/* The rows of permissions.def are sorted. */
	const struct perm_row *first = &perm_rows[PERM_SIGNED_IN + 1];
	const struct perm_row *row = bsearch(&name, first,
	    PERM_COUNT - PERM_SIGNED_IN - 1, sizeof(*first), compare_perm);
	size_t n;

	if (row == NULL)
		return (false);
	n = (size_t)(row - perm_rows);
	perms->bits[n / 64] |= UINT64_C(1) << n % 64;
	return (true);
}

void
perms_parse(struct str array, struct perms *out)
{
	struct str name;

	memset(out, 0, sizeof(*out));
	while (array_next(&array, &name))
		perms_add(name, out);
}

bool
perms_meet(const struct perms *a, const struct perms *b)
{
	for (unsigned i = 0; i < PERM_WORDS; i++)
		if (a->bits[i] & b->bits[i])
			return (true);
	return (false);
}

/* --- stale and fresh ---------------------------------------------------------------------- */

uint64_t
followers_clock(const struct push *push)
{
	return (push->followers->clock);
}

bool
follower_is_fresh(const struct push *push, const struct follower *follower)
{
	return (follower->kind == FOLLOWER_NOBODY ||
	    (follower->fresh >= follower->stale &&
	    follower->fresh >= push->followers->all_stale));
}

void
follower_learn(struct push *push, struct follower *follower, struct str permissions,
    uint64_t then)
{
	struct followers *all = push->followers;

	/* What changed since then may have been theirs, before they were here. */
	if (follower->fresh == 0 && then < all->clock) {
		follower->stale = all->clock;
		all->stale++;
	}
	/* Answers may overtake each other. */
	if (then < follower->fresh)
		return;
	follower->fresh = then;
	perms_parse(permissions, &follower->perms);
}

void
followers_stale(struct push *push)
{
	push->followers->all_stale = ++push->followers->clock;
	push->followers->stale = push->conn_count;
}

void
person_stale(struct push *push, const struct id *id)
{
	struct followers *all = push->followers;
	struct person *person = person_find(all, id);

	/* Also of who is not here: a question about them may be under way. */
	all->clock++;
	if (person == NULL)
		return;
	for (struct follower *c = person->followers; c != NULL; c = c->sibling) {
		c->stale = all->clock;
		all->stale++;
	}
}

void
session_stale(struct push *push, const struct id *id)
{
	struct followers *all = push->followers;
	struct follower *follower = follower_find(all, FOLLOWER_SESSION, id);

	all->clock++;
	if (follower == NULL)
		return;
	follower->stale = all->clock;
	all->stale++;
}

/* --- asking ------------------------------------------------------------------------------- */

struct question {
	struct push	*push;
	uint64_t	 then;		/* the clock */
	unsigned	 count;
	struct follower	*list[ASKED_MAX];
};

/* Of sessions and tokens alike; which of both it is, the id says. */
static struct follower *
follower_asked(const struct followers *all, const struct db_rows *rows,
    unsigned row)
{
	struct follower *follower = NULL;
	struct id id;

	if (id_parse(str_of(db_text(rows, row, "credential")), &id) &&
	    (follower = follower_find(all, FOLLOWER_SESSION, &id)) == NULL)
		follower = follower_find(all, FOLLOWER_TOKEN, &id);
	return (follower != NULL && follower->is_asked ? follower : NULL);
}

/* Who is missing in the answer has no access any more. */
static void
learn_all(struct question *q, const struct db_rows *rows)
{
	for (unsigned i = 0; i < db_count(rows); i++) {
		struct follower *follower = follower_asked(q->push->followers, rows, i);

		if (follower == NULL)
			continue;
		follower_learn(q->push, follower,
		    str_of(db_text(rows, i, "permissions")), q->then);
		follower->is_asked = false;
	}
	for (unsigned i = 0; i < q->count; i++)
		q->list[i]->is_over |= q->list[i]->is_asked;
}

static void
on_followers(void *cls, enum err err, const struct db_error *error,
    const struct db_rows *rows)
{
	struct question *q = cls;
	struct push *push = q->push;

	(void)error;
	if (err == ERR_OK)
		learn_all(q, rows);
	for (unsigned i = 0; i < q->count; i++) {
		q->list[i]->is_asked = false;
		follower_free_if_idle(push->followers, q->list[i]);
	}
	/* Those who did not fit, and those who became stale meanwhile. */
	push->followers->stale = err == ERR_OK && q->count < ASKED_MAX &&
	    push->followers->clock == q->then ? 0 : push->conn_count;
	free(q);
	/* Who is over is put out; the rest is told what waited. */
	push->has_news = true;
	if (err == ERR_OK)
		conns_put_out(push);
}

static void
add_id(struct buf *array, const struct id *id)
{
	char text[UUID_SIZE];

	id_format(id, text);
	buf_char(array, array->len == 0 ? '{' : ',');
	buf_text(array, text);
}

static void
gather(struct push *push, struct question *q, struct buf *sessions,
    struct buf *tokens)
{
	for (struct conn *conn = push->conns; conn != NULL &&
	    q->count < ASKED_MAX; conn = conn->next) {
		struct follower *follower = conn->follower;

		if (follower == NULL || follower->is_asked || follower->is_over ||
		    follower_is_fresh(push, follower))
			continue;
		follower->is_asked = true;
		q->list[q->count++] = follower;
		add_id(follower->kind == FOLLOWER_TOKEN ? tokens : sessions,
		    &follower->id);
	}
}

static const char *
array_end(struct buf *array)
{
	buf_text(array, array->len == 0 ? "{}" : "}");
	return (array->data);
}

void
followers_refresh(struct push *push)
{
	struct question *q;
	struct buf sessions, tokens;
	const char *values[2];

	if (push->followers->stale == 0 || !async_is_up(push->asking))
		return;
	q = calloc(1, sizeof(*q));
	ASSERT(q != NULL);
	q->push = push;
	q->then = push->followers->clock;
	buf_init(&sessions, push->arena, ARRAY_MAX);
	buf_init(&tokens, push->arena, ARRAY_MAX);
	gather(push, q, &sessions, &tokens);
	push->followers->stale = 0;
	values[0] = array_end(&sessions);
	values[1] = array_end(&tokens);
	if (q->count > 0 && async_ask(push->asking, Q_PUSH_CALLERS, values,
	    on_followers, q))
		return;
	for (unsigned i = 0; i < q->count; i++)
		q->list[i]->is_asked = false;
	push->followers->stale = q->count;	/* once more, later */
	free(q);
}
