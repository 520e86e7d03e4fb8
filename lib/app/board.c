/* SPDX-License-Identifier: ISC */
/*
 * The shared board.
 *
 * Each slot has one writer, its child; the supervisor writes to a slot while no
 * child has it, and to counters of its own.  So labels and codes need no lock:
 * they are written first and then made visible by storing how many there are.
 * The rate limits have many writers and are changed by compare-and-swap alone.
 */
#include "config.h"

#include "board.h"

#include "check.h"
#include "log.h"
#include "siphash.h"
#include "text.h"
#include "uuid.h"
#include "when.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC	0x6272616f42757242	/* the first bytes of every board */
#define LAYOUT	1		/* count it up when a struct below changes */

#define CELLS	65536		/* of the rate limits; a power of two */
#define OTHER	(BOARD_ROUTES - 1)

typedef _Atomic uint64_t counter;

struct shared_route {
	char		label[BOARD_LABEL];
	counter		status[4];
	counter		sum_us;
	counter		buckets[BOARD_BUCKETS];
};

struct shared_error {
	counter		code;
	counter		count;
};

struct shared_slot {
	char			service[BOARD_NAME];
	counter			pid;		/* 0: no child has it */
	counter			started;
	counter			generation;
	counter			state;		/* enum board_state */
	counter			busy_since;	/* us of when_mono(), 0 when idle */
	counter			counters[BOARD_COUNTERS];
	counter			errors_used;
	counter			routes_used;
	struct shared_error	errors[BOARD_ERRORS];
	struct shared_route	routes[BOARD_ROUTES];
};

struct shared {
	uint64_t		magic;
	uint32_t		layout;
	uint32_t		size;		/* of this struct */
	int64_t			since;		/* when it was made, ms */
	int64_t			since_mono;	/* the limits' zero of time, us */
	uint8_t			key[SIPHASH_KEY];
	counter			cells[CELLS];
	struct shared_slot	slots[BOARD_SLOTS];
};

struct board {
	struct shared		*mem;
	struct shared_slot	*slot;		/* the caller's own */
};

const int board_bounds[BOARD_BUCKETS - 1] = {
	1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000
};

static uint64_t
get(const counter *c)
{
	return (atomic_load_explicit(c, memory_order_acquire));
}

static void
put(counter *c, uint64_t value)
{
	atomic_store_explicit(c, value, memory_order_release);
}

static void
add(counter *c, uint64_t n)
{
	atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

/* --- making and mapping -------------------------------------------------------- */

/* fd -1: memory of this process alone. */
static struct shared *
map(int fd)
{
	int flags = fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	void *mem = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
	    flags, fd, 0);

	return (mem == MAP_FAILED ? NULL : mem);
}

static void
fill(struct shared *mem)
{
	mem->magic = MAGIC;
	mem->layout = LAYOUT;
	mem->size = sizeof(*mem);
	mem->since = when_now();
	mem->since_mono = when_mono();
	random_bytes(mem->key, sizeof(mem->key));
}

static struct board *
handle(struct shared *mem, unsigned slot)
{
	struct board *board = calloc(1, sizeof(*board));

	ASSERT(board != NULL && mem != NULL && slot < BOARD_SLOTS);
	board->mem = mem;
	board->slot = &mem->slots[slot];
	return (board);
}

/* A number of the environment; false when it is unset or not a number. */
static bool
env_number(const char *name, int64_t max, int64_t *out)
{
	const char *value = getenv(name);

	return (value != NULL && text_int(str_of(value), 0, max, out));
}

/* The board behind fd, or NULL when it is none of this layout. */
static struct shared *
map_given(int fd)
{
	struct stat st;
	struct shared *mem;

	if (fstat(fd, &st) != 0 || st.st_size != sizeof(struct shared))
		return (NULL);
	mem = map(fd);
	if (mem == NULL)
		return (NULL);
	if (mem->magic == MAGIC && mem->layout == LAYOUT &&
	    mem->size == sizeof(*mem))
		return (mem);
	munmap(mem, sizeof(*mem));
	return (NULL);
}

struct board *
board_attach(void)
{
	struct shared *mem;
	int64_t fd, slot;

	if (env_number("BUREAU_BOARD_FD", 1 << 20, &fd) &&
	    env_number("BUREAU_SLOT", BOARD_SLOTS - 1, &slot)) {
		mem = map_given((int)fd);
		/* It stays open: lib/auth locks bytes of it (gate.h). */
		fcntl((int)fd, F_SETFD, FD_CLOEXEC);
		if (mem != NULL)
			return (handle(mem, (unsigned)slot));
		log_event(LOG_WARN, "board.private", "why",
		    "the supervisor's board has another layout; its counters "
		    "and limits are this child's own until it is restarted",
		    NULL);
	}
	mem = map(-1);
	ASSERT(mem != NULL);
	fill(mem);
	return (handle(mem, 0));
}

struct board *
board_new(int *fd_out)
{
	int fd = memfd_create("bureau-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct shared *mem;

	if (fd < 0 || ftruncate(fd, sizeof(struct shared)) != 0 ||
	    fcntl(fd, F_ADD_SEALS,
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		PANIC("no memory for the board");
	mem = map(fd);
	ASSERT(mem != NULL);
	fill(mem);
	*fd_out = fd;
	return (handle(mem, 0));
}

void
board_free(struct board **board)
{
	if (*board == NULL)
		return;
	munmap((*board)->mem, sizeof(struct shared));
	free(*board);
	*board = NULL;
}

/* --- counting ------------------------------------------------------------------- */

unsigned
board_route(struct board *board, const char *label)
{
	struct shared_slot *slot = board->slot;
	unsigned used = (unsigned)get(&slot->routes_used);
	char cut[BOARD_LABEL] = "";

	memcpy(cut, label, strnlen(label, sizeof(cut) - 1));
	for (unsigned i = 0; i < used && i < BOARD_ROUTES; i++)
		if (strcmp(slot->routes[i].label, cut) == 0)
			return (i);
	if (used > OTHER)
		return (OTHER);
	if (used == OTHER)
		memcpy(cut, "other", sizeof("other"));
	memcpy(slot->routes[used].label, cut, sizeof(cut));
	put(&slot->routes_used, used + 1);
	return (used);
}

void
board_ready(struct board *board)
{
	put(&board->slot->busy_since, 0);
	put(&board->slot->state, BOARD_IDLE);
}

void
board_begin(struct board *board)
{
	put(&board->slot->busy_since, (uint64_t)when_mono());
	put(&board->slot->state, BOARD_BUSY);
}

static unsigned
bucket_of(int64_t us)
{
	unsigned i = 0;

	while (i < BOARD_BUCKETS - 1 && us > board_bounds[i] * INT64_C(1000))
		i++;
	return (i);
}

static unsigned
class_of(int status)
{
	if (status < 300)
		return (0);
	return (status < 600 ? (unsigned)status / 100 - 2 : 3);
}

void
board_end(struct board *board, unsigned route, int status, int64_t us)
{
	struct shared_route *entry;

	ASSERT(route < BOARD_ROUTES);
	if (us < 0)
		us = 0;
	entry = &board->slot->routes[route];
	add(&entry->status[class_of(status)], 1);
	add(&entry->sum_us, (uint64_t)us);
	add(&entry->buckets[bucket_of(us)], 1);
	add(&board->slot->counters[BOARD_REQUESTS], 1);
	board_ready(board);
}

void
board_error(struct board *board, int code)
{
	struct shared_slot *slot = board->slot;
	unsigned used = (unsigned)get(&slot->errors_used), i = 0;

	while (i < used && i < BOARD_ERRORS &&
	    get(&slot->errors[i].code) != (uint64_t)code)
		i++;
	if (i >= BOARD_ERRORS)
		return;
	if (i == used) {
		put(&slot->errors[i].code, (uint64_t)code);
		put(&slot->errors_used, used + 1);
	}
	add(&slot->errors[i].count, 1);
}

void
board_count(struct board *board, enum board_counter which, uint64_t n)
{
	add(&board->slot->counters[which], n);
}

/* --- rate limits ------------------------------------------------------------------ */

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
	counter *a = &mem->cells[hash % CELLS];
	counter *b = &mem->cells[(hash >> 16) % CELLS];
	uint64_t in_a = get(a), in_b = get(b), print = hash >> PAID_BITS;

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

bool
board_allow(struct board *board, enum limit_kind kind, const void *key,
    size_t len, int64_t max, int64_t window_us, struct limit_state *out)
{
	struct shared *mem = board->mem;
	struct limit_state ignored;
	uint64_t hash, print, seen;
	int64_t now, paid, next;
	counter *cell;

	ASSERT(max > 0 && window_us > 0);
	if (out == NULL)
		out = &ignored;
	hash = limit_hash(mem, kind, key, len);
	print = hash >> PAID_BITS;
	for (;;) {
		now = when_mono() - mem->since_mono;
		cell = limit_cell(mem, hash, now, &seen);
		paid = seen >> PAID_BITS == print ? paid_at(seen) : 0;
		if (!limit_rule(paid, now, max, window_us, &next, out)) {
			board_count(board, BOARD_LIMITED, 1);
			return (false);
		}
		if (atomic_compare_exchange_strong(cell, &seen,
		    print << PAID_BITS | ((uint64_t)next & PAID_MASK)))
			return (true);
	}
}

/* --- the supervisor's part ---------------------------------------------------------- */

static struct shared_slot *
slot_at(const struct board *board, unsigned slot)
{
	ASSERT(slot < BOARD_SLOTS);
	return (&board->mem->slots[slot]);
}

void
board_occupy(struct board *board, unsigned n, const char *service,
    uint64_t generation)
{
	struct shared_slot *slot = slot_at(board, n);

	if (strncmp(slot->service, service, BOARD_NAME - 1) != 0) {
		memset(slot, 0, sizeof(*slot));
		memcpy(slot->service, service,
		    strnlen(service, BOARD_NAME - 1));
	}
	put(&slot->busy_since, 0);
	put(&slot->state, BOARD_STARTING);
	put(&slot->started, (uint64_t)when_now());
	put(&slot->generation, generation);
	put(&slot->pid, (uint64_t)getpid());
	add(&slot->counters[BOARD_STARTS], 1);
}

void
board_vacate(struct board *board, unsigned n)
{
	struct shared_slot *slot = slot_at(board, n);

	put(&slot->state, BOARD_EMPTY);
	put(&slot->busy_since, 0);
	put(&slot->pid, 0);
}

void
board_count_slot(struct board *board, unsigned slot,
    enum board_counter which, uint64_t by)
{
	add(&slot_at(board, slot)->counters[which], by);
}

int64_t
board_busy_for(const struct board *board, unsigned n)
{
	int64_t since = (int64_t)get(&slot_at(board, n)->busy_since);
	int64_t now = when_mono();

	return (since <= 0 || since > now ? 0 : now - since);
}

enum board_state
board_state(const struct board *board, unsigned n)
{
	uint64_t state = get(&slot_at(board, n)->state);

	return (state > BOARD_BUSY ? BOARD_EMPTY : (enum board_state)state);
}

/* --- readers -------------------------------------------------------------------------- */

static void
copy_text(char *to, const char *from, size_t size)
{
	memcpy(to, from, size);
	to[size - 1] = '\0';
}

int64_t
board_since(const struct board *board)
{
	return (board->mem->since);
}

bool
board_slot(const struct board *board, unsigned n, struct board_slot *out)
{
	const struct shared_slot *slot;

	if (n >= BOARD_SLOTS || board->mem->slots[n].service[0] == '\0')
		return (false);
	slot = slot_at(board, n);
	copy_text(out->service, slot->service, sizeof(out->service));
	out->pid = (pid_t)get(&slot->pid);
	out->started = (int64_t)get(&slot->started);
	out->generation = get(&slot->generation);
	out->state = board_state(board, n);
	out->busy_us = board_busy_for(board, n);
	for (unsigned i = 0; i < BOARD_COUNTERS; i++)
		out->counters[i] = get(&slot->counters[i]);
	return (true);
}

bool
board_slot_route(const struct board *board, unsigned slot, unsigned n,
    struct board_route *out)
{
	const struct shared_route *entry;

	if (n >= BOARD_ROUTES || n >= get(&slot_at(board, slot)->routes_used))
		return (false);
	entry = &slot_at(board, slot)->routes[n];
	copy_text(out->label, entry->label, sizeof(out->label));
	for (unsigned i = 0; i < COUNT_OF(entry->status); i++)
		out->status[i] = get(&entry->status[i]);
	out->sum_us = get(&entry->sum_us);
	for (unsigned i = 0; i < BOARD_BUCKETS; i++)
		out->buckets[i] = get(&entry->buckets[i]);
	return (true);
}

bool
board_slot_error(const struct board *board, unsigned slot, unsigned n,
    int *code_out, uint64_t *count_out)
{
	const struct shared_error *error;

	if (n >= BOARD_ERRORS || n >= get(&slot_at(board, slot)->errors_used))
		return (false);
	error = &slot_at(board, slot)->errors[n];
	*code_out = (int)get(&error->code);
	*count_out = get(&error->count);
	return (true);
}
