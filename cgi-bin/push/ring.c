/* SPDX-License-Identifier: ISC */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "id.h"

struct ring {
	struct entry	**list;		/* by seq % room */
	unsigned	 room;
	size_t		 bytes, bytes_max;
	int64_t		 tail, head;
};

struct ring *
ring_new(const struct limits *limits)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	ASSERT(ring != NULL);
	ring->room = limits->ring;
	ring->bytes_max = limits->ring_bytes;
	ring->list = calloc(ring->room, sizeof(struct entry *));
	ASSERT(ring->list != NULL);
	return (ring);
}

static struct entry **
slot(const struct ring *ring, int64_t seq)
{
	return (&ring->list[seq % ring->room]);
}

static void
drop_oldest(struct push *push, struct ring *ring)
{
	struct entry **oldest = slot(ring, ++ring->tail);

	ring->bytes -= (*oldest)->record.n;
	entry_free(push, *oldest);
	*oldest = NULL;
}

void
ring_clear(struct push *push, int64_t head)
{
	struct ring *ring = push->ring;

	while (ring->tail < ring->head)
		drop_oldest(push, ring);
	ring->tail = ring->head = head;
}

void
ring_free(struct push *push, struct ring **ring)
{
	ring_clear(push, 0);
	free((*ring)->list);
	free(*ring);
	*ring = NULL;
}

void
ring_add(struct push *push, struct entry *entry)
{
	struct ring *ring = push->ring;

	ASSERT(entry->seq == ring->head + 1);
	while (ring->head - ring->tail >= ring->room ||
	    (ring->head > ring->tail &&
	    ring->bytes + entry->record.n > ring->bytes_max))
		drop_oldest(push, ring);
	*slot(ring, entry->seq) = entry;
	ring->bytes += entry->record.n;
	ring->head = entry->seq;
}

int64_t
ring_head(const struct ring *ring)
{
	return (ring->head);
}

int64_t
ring_tail(const struct ring *ring)
{
	return (ring->tail);
}

const struct entry *
ring_at(const struct ring *ring, int64_t seq)
{
	ASSERT(seq > ring->tail && seq <= ring->head);
	return (*slot(ring, seq));
}

/* --- one of several ---------------------------------------------------------------- */

const char *
ring_action(const char *before, const char *after)
{
	if (strcmp(before, "created") == 0 && strcmp(after, "updated") == 0)
		return ("created");
	return (after);
}

static bool
same_text(const char *a, const char *b)
{
	return (a == b || (a != NULL && b != NULL && strcmp(a, b) == 0));
}

/* Who may see the one may see the other, and both say the same record changed. */
static bool
is_same_record(const struct entry *a, const struct entry *b)
{
	return (same_text(a->resource_id, b->resource_id) &&
	    same_text(a->resource, b->resource) &&
	    same_text(a->audience_text, b->audience_text) &&
	    /* Of many records nobody knows whether they are the same. */
	    (a->resource_id != NULL || same_text(a->action, b->action)));
}

static bool
is_change(const struct entry *entry)
{
	return (!entry->is_silent && entry->action != NULL &&
	    strcmp(entry->kind, "refresh_data") == 0);
}

static void
merge_into(struct push *push, const char *epoch, struct entry *before,
    struct entry **after)
{
	const char *action = ring_action(before->action, (*after)->action);
	struct entry *old = *after;

	before->is_silent = true;
	if (same_text(action, old->action))
		return;
	push->ring->bytes -= old->record.n;
	*after = entry_new(push, epoch, &(struct entry_parts){
		.seq = old->seq, .audience = old->audience_text,
		.kind = old->kind, .resource = old->resource,
		.resource_id = old->resource_id, .action = action,
		.born = before->born });
	push->ring->bytes += (*after)->record.n;
	entry_free(push, old);
}

/* The places of a delivery that changes were found in, by record. */
#define SEEN_MAX	1024

static unsigned
hash_record(const struct entry *entry)
{
	const char *which = entry->resource_id != NULL ?
	    entry->resource_id : entry->action;
	uint64_t hash = id_hash(ID_HASH, which, strlen(which));

	hash = id_hash(hash, entry->resource, strlen(entry->resource));
	return ((unsigned)(hash % SEEN_MAX));
}

void
ring_merge(struct push *push, const char *epoch, int64_t after)
{
	struct ring *ring = push->ring;
	int64_t seen[SEEN_MAX] = { 0 };	/* the last place, 0: none */

	if (after < ring->tail)
		after = ring->tail;
	for (int64_t seq = after + 1; seq <= ring->head; seq++) {
		struct entry **entry = slot(ring, seq);
		int64_t *last;

		if (!is_change(*entry))
			continue;
		last = &seen[hash_record(*entry)];
		if (*last != 0 && is_same_record(*slot(ring, *last), *entry))
			merge_into(push, epoch, *slot(ring, *last), entry);
		*last = seq;
	}
}
