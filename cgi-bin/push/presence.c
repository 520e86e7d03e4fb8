/* SPDX-License-Identifier: ISC */
/*
 * What the processes say to each other, in words: who says it, what, ids.
 *
 *	NAME + ID …	these came; all of them, at a greeting
 *	NAME - ID …	these went
 *	NAME = COUNT	how many there are now
 *	NAME ?		tell me all who are with you
 *	NAME x		I go
 */
#include "presence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "async.h"
#include "buf.h"
#include "follower.h"
#include "check.h"
#include "ring.h"
#include "stream.h"

#define GRACE		(10 * SECOND)	/* between two streams of a person */
#define SPEAK_GAP	(250 * MS)	/* between two things we say */
#define BEAT		(5 * SECOND)	/* how often we say how many */
#define SILENCE		(16 * SECOND)	/* after which another is gone */
#define SHOW_GAP	SECOND		/* between two lists to everybody */
#define PEERS_MAX	64
#define NAME_SIZE	17
#define SPOKEN_MAX	7000	/* bytes of a NOTIFY; 8000 are too many */
#define LIST_MAX	1000	/* people; who wants more asks for them */
#define SHOW_RATE	(20 * 1024 * 1024)	/* bytes a second for lists */

/* People, sorted. */
struct crowd {
	struct id	*list;
	unsigned	 count, room;
};

struct peer {
	char		 name[NAME_SIZE];
	struct crowd	 crowd;
	int64_t		 heard_at;
};

struct leaving {
	struct id	 id;
	int64_t		 at;
};

struct presence {
	char		 name[NAME_SIZE];
	struct crowd	 own;
	struct leaving	*leaving;	/* by time */
	unsigned	 leaving_count, leaving_room;
	struct crowd	 came, went;	/* not said yet */
	struct peer	 peers[PEERS_MAX];
	unsigned	 peer_count;
	bool		 must_ask, must_tell;	/* for all, all */
	bool		 has_changed;	/* since the last list to everybody */
	bool		 is_owed;	/* some have not had the latest one */
	unsigned	 number;	/* of the latest one */
	int64_t		 speak_at, beat_at, show_at;
};

/* --- crowds ---------------------------------------------------------------------------- */

/* Where it is, or would be. */
static unsigned
crowd_place(const struct crowd *crowd, const struct id *id)
{
	unsigned low = 0, high = crowd->count;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (id_compare(&crowd->list[mid], id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return (low);
}

static bool
crowd_has(const struct crowd *crowd, const struct id *id)
{
	unsigned at = crowd_place(crowd, id);

	return (at < crowd->count && id_same(&crowd->list[at], id));
}

/* False: it was there. */
static bool
crowd_add(struct crowd *crowd, const struct id *id)
{
	unsigned at = crowd_place(crowd, id);

	if (at < crowd->count && id_same(&crowd->list[at], id))
		return (false);
	if (crowd->count == crowd->room) {
		crowd->room = crowd->room == 0 ? 16 : 2 * crowd->room;
		crowd->list = reallocarray(crowd->list, crowd->room,
		    sizeof(*crowd->list));
		ASSERT(crowd->list != NULL);
	}
	memmove(&crowd->list[at + 1], &crowd->list[at],
	    (crowd->count - at) * sizeof(*crowd->list));
	crowd->list[at] = *id;
	crowd->count++;
	return (true);
}

static bool
crowd_remove(struct crowd *crowd, const struct id *id)
{
	unsigned at = crowd_place(crowd, id);

	if (at == crowd->count || !id_same(&crowd->list[at], id))
		return (false);
	crowd->count--;
	memmove(&crowd->list[at], &crowd->list[at + 1],
	    (crowd->count - at) * sizeof(*crowd->list));
	return (true);
}

static void
crowd_release(struct crowd *crowd)
{
	free(crowd->list);
	memset(crowd, 0, sizeof(*crowd));
}

/* --- life ------------------------------------------------------------------------------- */

struct presence *
presence_new(void)
{
	struct presence *p = calloc(1, sizeof(*p));
	uint64_t name;

	ASSERT(p != NULL);
	random_bytes(&name, sizeof(name));
	snprintf(p->name, sizeof(p->name), "%016llx",
	    (unsigned long long)name);
	p->must_ask = true;
	p->number = 1;
	return (p);
}

static void
peer_remove(struct presence *p, unsigned i)
{
	crowd_release(&p->peers[i].crowd);
	p->peers[i] = p->peers[--p->peer_count];
	p->has_changed = true;
}

void
presence_free(struct presence **presence)
{
	struct presence *p = *presence;

	while (p->peer_count > 0)
		peer_remove(p, 0);
	crowd_release(&p->own);
	crowd_release(&p->came);
	crowd_release(&p->went);
	free(p->leaving);
	free(p);
	*presence = NULL;
}

const char *
presence_name(const struct push *push)
{
	return (push->presence->name);
}

/* --- who comes and goes here ------------------------------------------------------------ */

static void
note_came(struct presence *p, const struct id *id)
{
	if (!crowd_add(&p->own, id))
		return;
	if (!crowd_remove(&p->went, id))
		crowd_add(&p->came, id);
	p->has_changed = true;
}

static void
note_went(struct presence *p, const struct id *id)
{
	if (!crowd_remove(&p->own, id))
		return;
	if (!crowd_remove(&p->came, id))
		crowd_add(&p->went, id);
	p->has_changed = true;
}

void
presence_came(struct push *push, const struct id *person)
{
	struct presence *p = push->presence;
	unsigned kept = 0;

	/* Whoever is leaving is still among our own. */
	if (!crowd_has(&p->own, person)) {
		note_came(p, person);
		return;
	}
	for (unsigned i = 0; i < p->leaving_count; i++)
		if (!id_same(&p->leaving[i].id, person))
			p->leaving[kept++] = p->leaving[i];
	p->leaving_count = kept;
}

void
presence_left(struct push *push, const struct id *person)
{
	struct presence *p = push->presence;

	if (p->leaving_count == p->leaving_room) {
		p->leaving_room = p->leaving_room == 0 ? 16 :
		    2 * p->leaving_room;
		p->leaving = reallocarray(p->leaving, p->leaving_room,
		    sizeof(*p->leaving));
		ASSERT(p->leaving != NULL);
	}
	p->leaving[p->leaving_count++] = (struct leaving){ *person,
	    push->now + GRACE };
}

static void
let_go(struct push *push)
{
	struct presence *p = push->presence;
	unsigned gone = 0;

	while (gone < p->leaving_count && push->now >= p->leaving[gone].at)
		note_went(p, &p->leaving[gone++].id);
	if (gone == 0)
		return;
	p->leaving_count -= gone;
	memmove(p->leaving, p->leaving + gone,
	    p->leaving_count * sizeof(*p->leaving));
}

/* --- what we say ---------------------------------------------------------------------------- */

static bool
speak(struct push *push, const char *text)
{
	const char *values[] = { "presence", text };

	return (async_ask(push->asking, Q_PUSH_NOTIFY, values, NULL, NULL));
}

static void
speak_word(struct push *push, const char *word)
{
	speak(push, arena_printf(push->arena, "%s %s", push->presence->name,
	    word));
}

/* In as many pieces as it takes. */
static void
speak_crowd(struct push *push, char sign, const struct crowd *crowd)
{
	char id[UUID_SIZE];
	struct buf text;

	buf_init(&text, push->arena, SPOKEN_MAX + 100);
	for (unsigned i = 0; i < crowd->count; i++) {
		if (text.len == 0)
			buf_printf(&text, "%s %c", push->presence->name, sign);
		id_format(&crowd->list[i], id);
		buf_printf(&text, " %s", id);
		if (text.len < SPOKEN_MAX - UUID_SIZE &&
		    i + 1 < crowd->count)
			continue;
		speak(push, text.data);
		buf_clear(&text);
	}
}

static void
speak_up(struct push *push)
{
	struct presence *p = push->presence;

	if (p->must_ask)
		speak_word(push, "?");
	speak_crowd(push, '-', &p->went);
	speak_crowd(push, '+', p->must_tell ? &p->own : &p->came);
	if (p->must_tell || p->must_ask || push->now >= p->beat_at) {
		speak_word(push, arena_printf(push->arena, "= %u",
		    p->own.count));
		p->beat_at = push->now + BEAT;
	}
	p->must_ask = p->must_tell = false;
	p->came.count = p->went.count = 0;
	p->speak_at = push->now + SPEAK_GAP;
}

void
presence_greet(struct push *push)
{
	push->presence->must_ask = push->presence->must_tell = true;
}

void
presence_bye(struct push *push)
{
	speak_word(push, "x");
}

/* --- what the others say --------------------------------------------------------------------- */

static unsigned
peer_find(const struct presence *p, struct str name)
{
	unsigned i = 0;

	while (i < p->peer_count && !str_is(name, p->peers[i].name))
		i++;
	return (i);
}

static struct peer *
peer_get(struct push *push, struct str name)
{
	struct presence *p = push->presence;
	unsigned i = peer_find(p, name);

	if (i == p->peer_count) {
		if (i == PEERS_MAX || name.n >= NAME_SIZE)
			return (NULL);
		p->peers[i] = (struct peer){ .heard_at = push->now };
		memcpy(p->peers[i].name, name.p, name.n);
		p->peer_count++;
	}
	p->peers[i].heard_at = push->now;
	return (&p->peers[i]);
}

static void
take_ids(struct presence *p, struct peer *peer, struct str rest, bool came)
{
	struct str word;
	struct id id;

	while (str_split(&rest, ' ', &word)) {
		if (!id_parse(word, &id))
			continue;
		if (came)
			p->has_changed |= crowd_add(&peer->crowd, &id);
		else
			p->has_changed |= crowd_remove(&peer->crowd, &id);
	}
}

/* Something was missed: begin with nobody, and have all of it told again. */
static void
take_count(struct presence *p, struct peer *peer, struct str rest)
{
	int64_t count;

	if (!text_int(rest, 0, INT32_MAX, &count) ||
	    count == peer->crowd.count)
		return;
	peer->crowd.count = 0;
	p->must_ask = true;
}

void
presence_told(struct push *push, const char *payload)
{
	struct presence *p = push->presence;
	struct str rest = str_of(payload), name, word = { "", 0 };
	struct peer *peer;

	if (!str_split(&rest, ' ', &name) || str_is(name, p->name) ||
	    !str_split(&rest, ' ', &word))
		return;
	if (str_is(word, "x")) {
		unsigned i = peer_find(p, name);

		if (i < p->peer_count)
			peer_remove(p, i);
		return;
	}
	peer = peer_get(push, name);
	if (peer == NULL)
		return;
	if (str_is(word, "?"))
		p->must_tell = true;
	else if (str_is(word, "="))
		take_count(p, peer, rest);
	else
		take_ids(p, peer, rest, str_is(word, "+"));
}

static void
forget_silent(struct push *push)
{
	struct presence *p = push->presence;

	for (unsigned i = p->peer_count; i-- > 0;)
		if (push->now >= p->peers[i].heard_at + SILENCE)
			peer_remove(p, i);
}

/* --- showing it ------------------------------------------------------------------------------- */

/* Whether somebody before this peer has them, too. */
static bool
is_listed(const struct presence *p, unsigned peers, const struct id *id)
{
	if (crowd_has(&p->own, id))
		return (true);
	for (unsigned i = 0; i < peers; i++)
		if (crowd_has(&p->peers[i].crowd, id))
			return (true);
	return (false);
}

static unsigned
write_id(struct buf *out, const struct id *id, unsigned before)
{
	char text[UUID_SIZE];

	id_format(id, text);
	buf_printf(out, "%s\"%s\"", before > 0 ? "," : "", text);
	return (before + 1);
}

/* [id, …]; how many. */
static unsigned
write_list(const struct presence *p, struct buf *out)
{
	unsigned n = 0;

	buf_char(out, '[');
	for (unsigned i = 0; i < p->own.count; i++)
		n = write_id(out, &p->own.list[i], n);
	for (unsigned k = 0; k < p->peer_count; k++) {
		const struct crowd *crowd = &p->peers[k].crowd;

		for (unsigned i = 0; i < crowd->count; i++)
			if (!is_listed(p, k, &crowd->list[i]))
				n = write_id(out, &crowd->list[i], n);
	}
	buf_char(out, ']');
	return (n);
}

void
presence_write(struct push *push, struct buf *out)
{
	buf_text(out, "{\"users\":");
	write_list(push->presence, out);
	buf_char(out, '}');
}

static bool
is_long(const struct presence *p)
{
	bool is = p->own.count > LIST_MAX;

	for (unsigned i = 0; i < p->peer_count; i++)
		is |= p->peers[i].crowd.count > LIST_MAX;
	return (is);
}

/* As an event to who is signed in; NULL: it is too long. */
static struct entry *
list_entry(struct push *push)
{
	struct buf list;

	/* Before it is written: that takes the longer the more there are. */
	if (is_long(push->presence))
		return (NULL);
	buf_init(&list, push->arena, 4 * 1024 * 1024);
	if (write_list(push->presence, &list) > LIST_MAX)
		return (NULL);
	return (entry_new(push, "", &(struct entry_parts){
		.audience = "{all}", .kind = "getOnlineUsers",
		.payload = list.data }));
}

void
presence_owe(struct push *push)
{
	push->presence->is_owed = true;
}

/* To everybody where it has changed, else to those who have just come, all at once:
 * when many come, each of them changes it. */
static void
show(struct push *push)
{
	struct presence *p = push->presence;
	struct entry *entry = list_entry(push);

	if (p->has_changed && push->now >= p->show_at) {
		p->has_changed = false;
		p->number++;
		p->show_at = push->now + SHOW_GAP;
		/* The more it is in all, the rarer. */
		if (entry != NULL)
			p->show_at += (int64_t)entry->record.n *
			    push->conn_count * SECOND / SHOW_RATE;
	}
	p->is_owed = entry != NULL &&
	    !streams_show(push, entry, p->number);
	if (entry != NULL)
		entry_free(push, entry);
}

void
presence_tick(struct push *push)
{
	struct presence *p = push->presence;
	bool has_words = p->must_ask || p->must_tell || p->came.count > 0 ||
	    p->went.count > 0 || push->now >= p->beat_at;

	let_go(push);
	forget_silent(push);
	if (has_words && push->now >= p->speak_at &&
	    async_is_up(push->asking))
		speak_up(push);
	if (p->is_owed || (p->has_changed && push->now >= p->show_at))
		show(push);
}
