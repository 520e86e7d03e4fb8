/* SPDX-License-Identifier: ISC */
/*
 * Memory of one request.
 *
 * A responder child has one arena and resets it before every request, so
 * handlers never free.  Allocation never returns NULL: going over the limit
 * is a bug in a bound and ends the child (check.h).  What is not memory (a
 * descriptor, a database result, a JSON tree) is handed to arena_defer() and
 * undone last-in first-out by arena_reset().
 *
 * --enable-arena-debug turns every allocation into its own malloc(), so that
 * AddressSanitizer sees overruns and uses after a reset.
 */
#ifndef BUREAU_ARENA_H
#define BUREAU_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

enum arena_kind {
	ARENA_PLAIN,
	ARENA_WIPING		/* memory is overwritten before it is reused */
};

/* limit: bytes that may be handed out between two resets. */
struct arena	*arena_new(enum arena_kind kind, size_t limit);
void		 arena_reset(struct arena *arena);
void		 arena_free(struct arena **arena);

/* Zeroed, aligned for any type; size 0 gives a unique valid pointer. */
void		*arena_alloc(struct arena *arena, size_t size);
/* As arena_alloc(), for count elements; the product is overflow-checked. */
void		*arena_array(struct arena *arena, size_t count, size_t size);
/* Copies that end in NUL. */
char		*arena_strdup(struct arena *arena, const char *text);
char		*arena_memdup(struct arena *arena, const void *data, size_t len);
char		*arena_printf(struct arena *arena, const char *format, ...)
		    __attribute__((format(printf, 2, 3)));
char		*arena_vprintf(struct arena *arena, const char *format,
		    va_list args) __attribute__((format(printf, 2, 0)));

/* Call undo(what) at the next reset. */
void		 arena_defer(struct arena *arena, void (*undo)(void *what),
		    void *what);

/* Bytes handed out since the last reset, and the most there ever were. */
size_t		 arena_used(const struct arena *arena);
size_t		 arena_peak(const struct arena *arena);

#endif
