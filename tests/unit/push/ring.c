/* SPDX-License-Identifier: ISC */
/*
 * The latest events: what is made of them, for whom they are, and several changes of
 * a record as one.
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "array.h"
#include "buf.h"
#include "check.h"
#include "conn.h"
#include "follower.h"
#include "group.h"
#include "presence.h"
#include "ring.h"

#define ONE	"01a21c83-33f7-7b56-922d-2c8920f1edec"
#define TWO	"01a21c83-33f7-7b56-922d-2c8920f1eded"

/* --- what the parts under test would call ------------------------------------------- */

void
conns_put_out(struct push *push)
{
	(void)push;
}

void
presence_came(struct push *push, const struct id *person)
{
	(void)push;
	(void)person;
}

void
presence_left(struct push *push, const struct id *person)
{
	(void)push;
	(void)person;
}

/* --- a push without a loop ------------------------------------------------------------- */

static struct push *
push_make(struct arena *arena, unsigned ring, size_t bytes)
{
	struct push *push = arena_alloc(arena, sizeof(*push));

	push->arena = arena;
	push->limits = (struct limits){ .ring = ring, .ring_bytes = bytes };
	push->followers = followers_new();
	push->groups = groups_new();
	push->ring = ring_new(&push->limits);
	return (push);
}

static void
push_end(struct push *push)
{
	ring_free(push, &push->ring);
	groups_free(&push->groups);
	followers_free(&push->followers);
}

static void
change(struct push *push, const char *id, const char *action,
    const char *audience)
{
	ring_add(push, entry_new(push, "0000abcd", &(struct entry_parts){
		.seq = ring_head(push->ring) + 1, .audience = audience,
		.kind = "refresh_data", .resource = "notes",
		.resource_id = id, .action = action, .payload = "{}" }));
}

/* The actions that are told, of places behind this one: "3 created, 5 deleted". */
static const char *
told(struct push *push, int64_t after)
{
	struct buf out;

	buf_init(&out, push->arena, 10000);
	for (int64_t seq = after + 1; seq <= ring_head(push->ring); seq++) {
		const struct entry *entry = ring_at(push->ring, seq);

		if (!entry->is_silent)
			buf_printf(&out, "%s%lld %s", out.len > 0 ? ", " : "",
			    (long long)seq, entry->action);
	}
	return (out.data);
}

/* --- tests -------------------------------------------------------------------------------- */

static void
an_event_is_a_record_that_can_be_sent(void **state)
{
	struct push *push = push_make(*state, 8, 100000);
	const struct entry *entry;

	change(push, ONE, "created", "{all}");
	entry = ring_at(push->ring, 1);
	assert_str(entry->data, "{\"resource\":\"notes\",\"id\":\"" ONE
	    "\",\"action\":\"created\"}");
	assert_int_equal((unsigned char)entry->record.p[5],
	    entry->record.n - 8);
	assert_string_equal(entry->record.p + 8, "id: 0000abcd:1\n"
	    "event: refresh_data\ndata: {\"resource\":\"notes\",\"id\":\"" ONE
	    "\",\"action\":\"created\"}\n\n");
	push_end(push);
}

static void
several_changes_of_a_record_are_one(void **state)
{
	static const struct {
		const char	*actions[3];
		const char	*told;
	} rows[] = {
		{ { "created", "updated" }, "2 created" },
		{ { "created", "updated", "updated" }, "3 created" },
		{ { "created", "updated", "deleted" }, "3 deleted" },
		{ { "updated", "updated" }, "2 updated" },
		{ { "updated", "deleted" }, "2 deleted" },
		{ { "deleted", "restored" }, "2 restored" },
		{ { "deleted", "restored", "updated" }, "3 updated" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct push *push = push_make(*state, 8, 100000);

		for (size_t k = 0; k < 3 && rows[i].actions[k] != NULL; k++)
			change(push, ONE, rows[i].actions[k], "{all}");
		ring_merge(push, "0000abcd", 0);
		assert_string_equal(told(push, 0), rows[i].told);
		push_end(push);
	}
}

static void
what_is_not_the_same_stays_apart(void **state)
{
	struct push *push = push_make(*state, 16, 100000);

	change(push, ONE, "updated", "{all}");
	change(push, TWO, "updated", "{all}");
	/* Who may see the one need not see the other. */
	change(push, ONE, "updated", "{perm:users:read}");
	change(push, NULL, "updated", "{all}");
	change(push, NULL, "created", "{all}");
	ring_merge(push, "0000abcd", 0);
	assert_string_equal(told(push, 0), "1 updated, 2 updated, 3 updated, "
	    "4 updated, 5 created");
	/* What was delivered is left alone. */
	change(push, TWO, "deleted", "{all}");
	ring_merge(push, "0000abcd", 5);
	assert_string_equal(told(push, 0), "1 updated, 2 updated, 3 updated, "
	    "4 updated, 5 created, 6 deleted");
	push_end(push);
}

static void
the_oldest_make_room(void **state)
{
	struct push *push = push_make(*state, 4, 1000);

	ring_clear(push, 100);
	assert_int_equal(ring_tail(push->ring), 100);
	for (unsigned i = 0; i < 10; i++)
		change(push, ONE, "updated", "{all}");
	assert_int_equal(ring_head(push->ring), 110);
	assert_int_equal(ring_tail(push->ring), 106);
	/* By bytes as well: one large event pushes the small ones out. */
	ring_add(push, entry_new(push, "0000abcd", &(struct entry_parts){
		.seq = 111, .audience = "{all}", .kind = "k",
		.payload = memset(arena_alloc(*state, 901), '1', 900) }));
	assert_int_equal(ring_tail(push->ring), 110);
	push_end(push);
}

static struct conn
follow(struct push *push, enum follower_kind kind, const char *session,
    const char *person, const char *permissions)
{
	struct conn conn = { .push = push };
	struct id id, who;

	assert_true(id_parse(str_of(session), &id));
	assert_true(person == NULL || id_parse(str_of(person), &who));
	conn.follower = follower_hold(push, kind, &id,
	    person == NULL ? NULL : &who);
	follower_learn(push, conn.follower, str_of(permissions),
	    followers_clock(push));
	return (conn);
}

static bool
is_for(struct push *push, const char *array, const struct conn *conn)
{
	struct audience audience;
	bool is;

	audience_init(push, &audience, str_of(array));
	is = audience_has(&audience, conn);
	audience_release(push, &audience);
	return (is);
}

static void
an_audience_is_who_it_names(void **state)
{
	struct push *push = push_make(*state, 4, 1000);
	struct conn reader = follow(push, FOLLOWER_SESSION, ONE, TWO,
	    "{users:read,notes:create}");
	struct conn nobody = follow(push, FOLLOWER_NOBODY, TWO, NULL, "{}");

	assert_true(is_for(push, "{all}", &reader));
	assert_false(is_for(push, "{all}", &nobody));
	assert_true(is_for(push, "{perm:users:read}", &reader));
	assert_true(is_for(push, "{perm:audit:read,perm:notes:create}",
	    &reader));
	assert_false(is_for(push, "{perm:audit:read}", &reader));
	assert_false(is_for(push, "{perm:users:rea}", &reader));
	assert_false(is_for(push, "{perm:users:readx}", &reader));
	assert_true(is_for(push, "{user:" TWO "}", &reader));
	assert_false(is_for(push, "{user:" ONE "}", &reader));
	assert_false(is_for(push, "{}", &reader));
	assert_false(is_for(push, "{conversation:" TWO "}", &reader));
	follower_drop(push, reader.follower);
	follower_drop(push, nobody.follower);
	push_end(push);
}

static void
a_change_makes_stale_and_only_a_later_answer_fresh(void **state)
{
	struct push *push = push_make(*state, 4, 1000);
	struct conn conn = follow(push, FOLLOWER_SESSION, ONE, TWO, "{}");
	struct follower *follower = conn.follower;
	uint64_t before = followers_clock(push);
	struct id person;

	assert_true(follower_is_fresh(push, follower));
	assert_true(id_parse(STR(TWO), &person));
	person_stale(push, &person);
	assert_false(follower_is_fresh(push, follower));
	follower_learn(push, follower, STR("{users:read}"), before);
	assert_false(follower_is_fresh(push, follower));
	follower_learn(push, follower, STR("{}"), followers_clock(push));
	assert_true(follower_is_fresh(push, follower));
	/* An older answer that comes late changes nothing. */
	follower_learn(push, follower, STR("{users:read}"), before);
	assert_false(perms_meet(&follower->perms, &(struct perms){
	    .bits = { ~UINT64_C(0) } }));
	followers_stale(push);
	assert_false(follower_is_fresh(push, follower));
	follower_drop(push, follower);
	/* Somebody new, asked about before the change. */
	before = followers_clock(push);
	person_stale(push, &person);
	conn = follow(push, FOLLOWER_SESSION, ONE, TWO, "{}");
	assert_true(follower_is_fresh(push, conn.follower));
	follower_drop(push, conn.follower);
	conn.follower = follower_hold(push, FOLLOWER_SESSION, &person, &person);
	follower_learn(push, conn.follower, STR("{}"), before);
	assert_false(follower_is_fresh(push, conn.follower));
	follower_drop(push, conn.follower);
	push_end(push);
}

static void
arrays_and_ids_are_read_as_they_are_written(void **state)
{
	struct str array = STR("{a,\"b c\",perm:x:y}"), element;
	char text[UUID_SIZE];
	struct id id;

	(void)state;
	assert_true(array_next(&array, &element));
	assert_str(element, "a");
	assert_true(array_next(&array, &element));
	assert_str(element, "b c");
	assert_true(array_next(&array, &element));
	assert_str(element, "perm:x:y");
	assert_false(array_next(&array, &element));
	array = STR("{}");
	assert_false(array_next(&array, &element));
	assert_true(id_parse(STR(ONE), &id));
	id_format(&id, text);
	assert_string_equal(text, ONE);
	assert_false(id_parse(STR("01A21C83-33F7-7B56-922D-2C8920F1EDEC"), &id));
	assert_false(id_parse(STR(""), &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(an_event_is_a_record_that_can_be_sent),
		UNIT_TEST(several_changes_of_a_record_are_one),
		UNIT_TEST(what_is_not_the_same_stays_apart),
		UNIT_TEST(the_oldest_make_room),
		UNIT_TEST(an_audience_is_who_it_names),
		UNIT_TEST(a_change_makes_stale_and_only_a_later_answer_fresh),
		UNIT_TEST(arrays_and_ids_are_read_as_they_are_written),
	};

	return (cmocka_run_group_tests_name("ring", tests, NULL, NULL));
}
