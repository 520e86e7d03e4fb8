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

#include "shared.h"

#include "check.h"
#include "log.h"
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

#define OTHER	(BOARD_ROUTES - 1)

const int board_bounds[BOARD_BUCKETS - 1] = {
	1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000
};

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
	mem->magic = BOARD_MAGIC;
	mem->layout = BOARD_LAYOUT;
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
	if (mem->magic == BOARD_MAGIC && mem->layout == BOARD_LAYOUT &&
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
	unsigned used = (unsigned)board_get(&slot->routes_used);
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
	board_put(&slot->routes_used, used + 1);
	return (used);
}

void
board_ready(struct board *board)
{
	board_put(&board->slot->busy_since, 0);
	board_put(&board->slot->state, BOARD_IDLE);
}

void
board_begin(struct board *board)
{
	board_put(&board->slot->busy_since, (uint64_t)when_mono());
	board_put(&board->slot->state, BOARD_BUSY);
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
	board_add(&entry->status[class_of(status)], 1);
	board_add(&entry->sum_us, (uint64_t)us);
	board_add(&entry->buckets[bucket_of(us)], 1);
	board_add(&board->slot->counters[BOARD_REQUESTS], 1);
	board_ready(board);
}

void
board_error(struct board *board, int code)
{
	struct shared_slot *slot = board->slot;
	unsigned used = (unsigned)board_get(&slot->errors_used), i = 0;

	while (i < used && i < BOARD_ERRORS &&
	    board_get(&slot->errors[i].code) != (uint64_t)code)
		i++;
	if (i >= BOARD_ERRORS)
		return;
	if (i == used) {
		board_put(&slot->errors[i].code, (uint64_t)code);
		board_put(&slot->errors_used, used + 1);
	}
	board_add(&slot->errors[i].count, 1);
}

/* Those of my service: how many there are, or how many are at slow work. */
static unsigned
count_service(const struct board *board, bool slow)
{
	unsigned n = 0;

	for (unsigned i = 0; i < BOARD_SLOTS; i++) {
		const struct shared_slot *slot = &board->mem->slots[i];

		if (slot == board->slot || (strncmp(slot->service,
		    board->slot->service, BOARD_NAME) == 0 &&
		    board_get(&slot->state) != BOARD_EMPTY))
			n += !slow || board_get(&slot->slow) != 0;
	}
	return (n);
}

bool
board_slow_begin(struct board *board)
{
	unsigned children = count_service(board, false);

	board_put(&board->slot->slow, 1);
	if (count_service(board, true) <= (children < 2 ? 1 : children / 2))
		return (true);
	board_put(&board->slot->slow, 0);
	return (false);
}

void
board_slow_end(struct board *board)
{
	board_put(&board->slot->slow, 0);
}

void
board_count(struct board *board, enum board_counter which, uint64_t n)
{
	board_add(&board->slot->counters[which], n);
}

void
board_gauge(struct board *board, enum board_gauge gauge, uint64_t value)
{
	board_put(&board->slot->gauges[gauge], value);
}

void
board_lag(struct board *board, int64_t us)
{
	if (us < 0)
		us = 0;
	board_add(&board->slot->lag_sum_us, (uint64_t)us);
	board_add(&board->slot->lag[bucket_of(us)], 1);
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
	board_put(&slot->busy_since, 0);
	board_put(&slot->slow, 0);
	board_put(&slot->state, BOARD_STARTING);
	board_put(&slot->started, (uint64_t)when_now());
	board_put(&slot->generation, generation);
	board_put(&slot->pid, (uint64_t)getpid());
	board_add(&slot->counters[BOARD_STARTS], 1);
}

void
board_vacate(struct board *board, unsigned n)
{
	struct shared_slot *slot = slot_at(board, n);

	board_put(&slot->state, BOARD_EMPTY);
	board_put(&slot->busy_since, 0);
	for (unsigned i = 0; i < BOARD_GAUGES; i++)
		board_put(&slot->gauges[i], 0);
	board_put(&slot->slow, 0);
	board_put(&slot->pid, 0);
}

void
board_count_slot(struct board *board, unsigned slot,
    enum board_counter which, uint64_t by)
{
	board_add(&slot_at(board, slot)->counters[which], by);
}

int64_t
board_busy_for(const struct board *board, unsigned n)
{
	int64_t since = (int64_t)board_get(&slot_at(board, n)->busy_since);
	int64_t now = when_mono();

	return (since <= 0 || since > now ? 0 : now - since);
}

enum board_state
board_state(const struct board *board, unsigned n)
{
	uint64_t state = board_get(&slot_at(board, n)->state);

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
	out->pid = (pid_t)board_get(&slot->pid);
	out->started = (int64_t)board_get(&slot->started);
	out->generation = board_get(&slot->generation);
	out->state = board_state(board, n);
	out->busy_us = board_busy_for(board, n);
	for (unsigned i = 0; i < BOARD_COUNTERS; i++)
		out->counters[i] = board_get(&slot->counters[i]);
	for (unsigned i = 0; i < BOARD_GAUGES; i++)
		out->gauges[i] = board_get(&slot->gauges[i]);
	out->lag_sum_us = board_get(&slot->lag_sum_us);
	for (unsigned i = 0; i < BOARD_BUCKETS; i++)
		out->lag[i] = board_get(&slot->lag[i]);
	return (true);
}

bool
board_slot_route(const struct board *board, unsigned slot, unsigned n,
    struct board_route *out)
{
	const struct shared_route *entry;

	if (n >= BOARD_ROUTES || n >= board_get(&slot_at(board, slot)->routes_used))
		return (false);
	entry = &slot_at(board, slot)->routes[n];
	copy_text(out->label, entry->label, sizeof(out->label));
	for (unsigned i = 0; i < COUNT_OF(entry->status); i++)
		out->status[i] = board_get(&entry->status[i]);
	out->sum_us = board_get(&entry->sum_us);
	for (unsigned i = 0; i < BOARD_BUCKETS; i++)
		out->buckets[i] = board_get(&entry->buckets[i]);
	return (true);
}

bool
board_slot_error(const struct board *board, unsigned slot, unsigned n,
    int *code_out, uint64_t *count_out)
{
	const struct shared_error *error;

	if (n >= BOARD_ERRORS || n >= board_get(&slot_at(board, slot)->errors_used))
		return (false);
	error = &slot_at(board, slot)->errors[n];
	*code_out = (int)board_get(&error->code);
	*count_out = board_get(&error->count);
	return (true);
}
