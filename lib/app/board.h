/* SPDX-License-Identifier: ISC */
/*
 * The shared board: memory that all children of one supervisor map.
 *
 * It holds a slot for each child, with counters that outlive the child (its
 * replacement goes on counting in the same slot), and the rate limits, which
 * must hold over all children together.  Everything in it is a 64-bit atomic or
 * is written once, so a child killed at any instruction leaves nothing locked
 * and nothing broken.
 *
 * Any child may scribble over it.  Readers copy with bounds, and nothing read
 * from it decides more than a number shown or a limit: the supervisor signals
 * the pids it forked itself, never one that stands here.
 *
 * Functions that take a board never fail and never allocate.  A process that
 * was given none (plain CGI, a test) gets a private one, where all works alike.
 */
#ifndef BUREAU_BOARD_H
#define BUREAU_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BOARD_SLOTS	128	/* children of one supervisor */
#define BOARD_ROUTES	96	/* labels a child may count under */
#define BOARD_ERRORS	64	/* error codes a child may count */
#define BOARD_BUCKETS	13	/* of a latency histogram, the last is +Inf */
#define BOARD_LABEL	96	/* bytes of a route's label, its NUL included */
#define BOARD_NAME	24	/* bytes of a service's name, its NUL included */

struct board;

enum board_state {
	BOARD_EMPTY,		/* no child has this slot */
	BOARD_STARTING,		/* forked, not yet ready */
	BOARD_IDLE,
	BOARD_BUSY
};

enum board_counter {
	BOARD_REQUESTS,		/* requests answered; counted by board_end() */
	BOARD_TRIPS,		/* round trips to PostgreSQL */
	BOARD_RECONNECTS,	/* database connections made again */
	BOARD_RETRIES,		/* transactions run again after 40001, 40P01 */
	BOARD_LIMITED,		/* requests refused by board_allow() */
	BOARD_STARTS,		/* children this slot has had */
	BOARD_CRASHES,		/* ended without being asked to */
	BOARD_TIMEOUTS,		/* ended by the watchdog */
	BOARD_EVENTS_IN,	/* of push: events read from the stream */
	BOARD_EVENTS_OUT,	/* events sent, once a client */
	BOARD_STREAMS_OPENED,
	BOARD_STREAMS_CLOSED,
	BOARD_STREAMS_DROPPED,	/* their clients took nothing */
	BOARD_STREAMS_RESUMED,	/* that began where they had been */
	BOARD_STREAMS_RESET,	/* that could not */
	BOARD_COUNTERS
};

/* What a child is at now; gone when it ends. */
enum board_gauge {
	GAUGE_STREAMS,		/* of push: connections held */
	GAUGE_CAUGHT_UP,	/* when it had all events, when_mono(); 0: never */
	GAUGE_SEQUENCER,	/* 1: it gives events their order */
	BOARD_GAUGES
};

/* --- what a child does ------------------------------------------------- */

/*
 * Map the board of BUREAU_BOARD_FD and take slot BUREAU_SLOT; a private board
 * and its slot 0 when the environment names none, or one of another layout
 * (a supervisor older than this build, told in the log).
 */
struct board	*board_attach(void);

/*
 * The index to count a route under, for example "GET /api/v1/auth/me".  The same
 * label always gives the same index.  When the slot is full the last index,
 * labelled "other", stands for all that follow.
 */
unsigned	 board_route(struct board *board, const char *label);

void		 board_ready(struct board *board);	/* idle, may be swapped in */
/* A request was accepted: the watchdog's clock runs until board_end(). */
void		 board_begin(struct board *board);
/* It was answered: count it under its route, idle again.  us: its duration. */
void		 board_end(struct board *board, unsigned route, int status,
		    int64_t us);
void		 board_error(struct board *board, int code);	/* API error code */
void		 board_count(struct board *board, enum board_counter counter,
		    uint64_t n);
void		 board_gauge(struct board *board, enum board_gauge gauge,
		    uint64_t value);
/* An event was told: us after it was written. */
void		 board_lag(struct board *board, int64_t us);

/*
 * This child begins what may take long.  False when half of the children of its
 * service are at such work already: so many must be left for all else.  Of several
 * that ask at the same instant all may be refused.
 */
bool		 board_slow_begin(struct board *board);
void		 board_slow_end(struct board *board);

/* --- rate limits --------------------------------------------------------- */

/* Keys of different kinds never meet, even where their bytes are equal. */
enum limit_kind {
	LIMIT_ADDRESS,		/* an anonymous caller, by network address */
	LIMIT_GUESS,		/* tokens that are nobody's, by network address */
	LIMIT_USER,
	LIMIT_ROUTE		/* a limit of one route's own, key chosen by it */
};

struct limit_state {
	int64_t	limit;		/* the max that was asked for */
	int64_t	remaining;	/* requests that would pass right now */
	int64_t	reset;		/* seconds until the whole limit is there again */
	int64_t	retry_after;	/* seconds until one would pass; 0 when allowed */
};

/*
 * May one more request of this key pass?  GCRA: `max` at once, then one each
 * window_us / max.  Fills *out (which may be NULL) in both cases.
 *
 * The table is fixed: 65536 cells, two candidates for a key, found by SipHash
 * with a key drawn at start, told apart by a 16-bit fingerprint.  A cell whose
 * debt is paid is free.  Where both candidates are owed by others, the one with
 * the smaller debt is taken over, so a collision forgives and never accuses;
 * two keys alike in cell and fingerprint (about one pair in a billion) share.
 */
bool		 board_allow(struct board *board, enum limit_kind kind,
		    const void *key, size_t len, int64_t max, int64_t window_us,
		    struct limit_state *out);
/* The same answer without counting a request. */
bool		 board_would_allow(struct board *board, enum limit_kind kind,
		    const void *key, size_t len, int64_t max, int64_t window_us,
		    struct limit_state *out);

/* --- what the supervisor does ------------------------------------------------ */

/* A new board; the descriptor to hand down is in *fd_out, close-on-exec set. */
struct board	*board_new(int *fd_out);
void		 board_free(struct board **board);
/*
 * This process takes the slot for `service`, whose counters go on; those of
 * another service are forgotten.  Called by the forked child just before its
 * exec, so that the slot never speaks of a predecessor.
 */
void		 board_occupy(struct board *board, unsigned slot,
		    const char *service, uint64_t generation);
void		 board_vacate(struct board *board, unsigned slot);
void		 board_count_slot(struct board *board, unsigned slot,
		    enum board_counter which, uint64_t by);
/* Microseconds the slot's child has been at its request; 0 when idle. */
int64_t		 board_busy_for(const struct board *board, unsigned slot);
enum board_state board_state(const struct board *board, unsigned slot);

/* --- what readers do (metrics, status, health) ----------------------------- */

struct board_slot {
	char			service[BOARD_NAME];
	pid_t			pid;
	int64_t			started;	/* ms since 1970 */
	uint64_t		generation;	/* counts reloads */
	enum board_state	state;
	int64_t			busy_us;	/* 0 when idle */
	uint64_t		counters[BOARD_COUNTERS];
	uint64_t		gauges[BOARD_GAUGES];
	uint64_t		lag_sum_us;
	uint64_t		lag[BOARD_BUCKETS];	/* each alone, not cumulative */
};

struct board_route {
	char		label[BOARD_LABEL];
	uint64_t	status[4];	/* answers 2xx (1xx too), 3xx, 4xx, 5xx */
	uint64_t	sum_us;
	uint64_t	buckets[BOARD_BUCKETS];	/* each alone, not cumulative */
};

/* Upper bounds of the buckets in ms; the last bucket has none. */
extern const int board_bounds[BOARD_BUCKETS - 1];

/* When the board was made, ms since 1970. */
int64_t		 board_since(const struct board *board);
/* Copies; false when the slot was never used, or has no such entry: entries
 * are numbered from 0 without gaps. */
bool		 board_slot(const struct board *board, unsigned slot,
		    struct board_slot *out);
bool		 board_slot_route(const struct board *board, unsigned slot,
		    unsigned n, struct board_route *out);
bool		 board_slot_error(const struct board *board, unsigned slot,
		    unsigned n, int *code_out, uint64_t *count_out);

#endif
