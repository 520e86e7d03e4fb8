/* SPDX-License-Identifier: ISC */
/*
 * Rate limits that hold over all children: GCRA on a fixed table of atomics.
 * A child changes a cell by compare-and-swap and holds nothing in between, so one
 * that is killed anywhere stalls nobody and costs its own request at most.
 */
#include "config.h"

#include "shared.h"

#include <string.h>

#include "check.h"
#include "when.h"

/*
 * A cell is 16 bits of fingerprint over 48 bits of time: the moment, in
 * microseconds since the board was made, when the key's debt is paid.
 */
#define PAID_BITS	48
#define PAID_MASK	((UINT64_C(1) << PAID_BITS) - 1)

static int64_t
paid_at(uint64_t cell)
{
	return ((int64_t)(cell & PAID_MASK));
}

static uint64_t
limit_hash(const struct shared *mem, enum limit_kind kind, const void *key,
    size_t len)
{
	uint8_t salted[SIPHASH_KEY];

	memcpy(salted, mem->key, sizeof(salted));
	salted[0] ^= (uint8_t)kind;
	return (siphash(salted, key, len));
}

/*
 * The cell that is the key's, else one that is free, else the one that owes
 * less; *seen is what stood there.
 */
static counter *
limit_cell(struct shared *mem, uint64_t hash, int64_t now, uint64_t *seen)
{
	counter *a = &mem->cells[hash % BOARD_CELLS];
	counter *b = &mem->cells[(hash >> 16) % BOARD_CELLS];
	uint64_t in_a = board_get(a), in_b = board_get(b), print = hash >> PAID_BITS;

	if (in_a >> PAID_BITS != print && (in_b >> PAID_BITS == print ||
	    (paid_at(in_a) > now && paid_at(in_b) < paid_at(in_a)))) {
		*seen = in_b;
		return (b);
	}
	*seen = in_a;
	return (a);
}

static int64_t
seconds_up(int64_t us)
{
	return (us <= 0 ? 0 : (us + 999999) / 1000000);
}

/* The rule itself.  paid: when the debt so far is paid; *next: with this one. */
static bool
limit_rule(int64_t paid, int64_t now, int64_t max, int64_t window_us,
    int64_t *next, struct limit_state *out)
{
	int64_t step = window_us / max > 0 ? window_us / max : 1;
	int64_t left;

	if (paid < now)
		paid = now;
	*next = paid + step;
	left = now + step * max - *next;
	out->limit = max;
	out->remaining = left < 0 ? 0 : left / step;
	out->reset = seconds_up((left < 0 ? paid : *next) - now);
	out->retry_after = seconds_up(-left);
	return (left >= 0);
}

/* What the table says to one request more; what stands there with it is *next,
 * what stood there *seen. */
static bool
limit_look(struct board *board, uint64_t hash, int64_t max, int64_t window_us,
    counter **cell, uint64_t *seen, uint64_t *next, struct limit_state *out)
{
	struct shared *mem = board->mem;
	uint64_t print = hash >> PAID_BITS;
	int64_t now = when_mono() - mem->since_mono, paid, then;
	bool allowed;

	ASSERT(max > 0 && window_us > 0);
	*cell = limit_cell(mem, hash, now, seen);
	paid = *seen >> PAID_BITS == print ? paid_at(*seen) : 0;
	allowed = limit_rule(paid, now, max, window_us, &then, out);
	*next = print << PAID_BITS | ((uint64_t)then & PAID_MASK);
	if (!allowed)
		board_count(board, BOARD_LIMITED, 1);
	return (allowed);
}

bool
board_allow(struct board *board, enum limit_kind kind, const void *key,
    size_t len, int64_t max, int64_t window_us, struct limit_state *out)
{
	uint64_t hash = limit_hash(board->mem, kind, key, len), seen, next;
	struct limit_state ignored;
	counter *cell;

	if (out == NULL)
		out = &ignored;
	do {
		if (!limit_look(board, hash, max, window_us, &cell, &seen,
		    &next, out))
			return (false);
	} while (!atomic_compare_exchange_strong(cell, &seen, next));
	return (true);
}

bool
board_would_allow(struct board *board, enum limit_kind kind, const void *key,
    size_t len, int64_t max, int64_t window_us, struct limit_state *out)
{
	uint64_t hash = limit_hash(board->mem, kind, key, len), seen, next;
	struct limit_state ignored;
	counter *cell;

	return (limit_look(board, hash, max, window_us, &cell, &seen, &next,
	    out != NULL ? out : &ignored));
}
