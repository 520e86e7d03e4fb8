/* SPDX-License-Identifier: ISC */
/*
 * An arena is a list of blocks, newest first; allocating moves a mark in the
 * newest one.  The oldest block survives a reset, so that an ordinary request
 * never calls malloc().
 *
 * With ARENA_DEBUG a block is exactly one allocation and none survives.
 */
#include "config.h"
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define BLOCK_SIZE	(64 * 1024)	/* what is asked of malloc() at least */
#define ALIGNMENT	_Alignof(max_align_t)

struct block {
	struct block	*older;
	char		*data;		/* its own malloc() */
	size_t		 size;		/* bytes of data */
	size_t		 used;		/* bytes handed out from data */
};

struct deferred {
	struct deferred	*older;
	void		(*undo)(void *what);
	void		*what;
};

struct arena {
	struct block	*blocks;	/* newest first */
	struct deferred	*deferred;	/* newest first */
	size_t		 limit;
	size_t		 used;		/* since the last reset */
	size_t		 peak;
	bool		 wiping;
};

static void		 block_drop(struct arena *arena);
static void		 block_clear(const struct arena *arena,
			    struct block *block);
static void		*block_take(struct arena *arena, size_t size);
static struct block	*block_add(struct arena *arena, size_t size);
static void		*must_malloc(size_t size);

struct arena *
arena_new(enum arena_kind kind, size_t limit)
{
	struct arena *arena;

	arena = must_malloc(sizeof(*arena));
	*arena = (struct arena){
		.limit = limit,
		.wiping = kind == ARENA_WIPING,
	};
	return (arena);
}

void
arena_reset(struct arena *arena)
{
	struct deferred *last;

	/* An undo may itself allocate or defer. */
	while ((last = arena->deferred) != NULL) {
		arena->deferred = last->older;
		last->undo(last->what);
	}
#ifdef ARENA_DEBUG
	while (arena->blocks != NULL)
		block_drop(arena);
#else
	while (arena->blocks != NULL && arena->blocks->older != NULL)
		block_drop(arena);
	if (arena->blocks != NULL && arena->blocks->size > BLOCK_SIZE)
		block_drop(arena);
	if (arena->blocks != NULL)
		block_clear(arena, arena->blocks);
#endif
	arena->used = 0;
}

void
arena_free(struct arena **arena)
{
	if (*arena == NULL)
		return;
	arena_reset(*arena);
	while ((*arena)->blocks != NULL)
		block_drop(*arena);
	free(*arena);
	*arena = NULL;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	if (size == 0)
		size = 1;
	if (size > arena->limit - arena->used)
		PANIC("arena limit");
	arena->used += size;
	if (arena->used > arena->peak)
		arena->peak = arena->used;
	return (memset(block_take(arena, size), 0, size));
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		PANIC("arena array size");
	return (arena_alloc(arena, total));
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return (arena_memdup(arena, text, strlen(text)));
}

char *
arena_memdup(struct arena *arena, const void *data, size_t len)
{
	char *copy;

	ASSERT(len < SIZE_MAX);
	copy = arena_alloc(arena, len + 1);
	if (len > 0)
		memcpy(copy, data, len);
	return (copy);
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return (text);
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text, brief[128];
	int len;

	/* Mostly it is short, and written once; a secret is wiped here, too. */
	va_copy(again, args);
	len = vsnprintf(brief, sizeof(brief), format, again);
	va_end(again);
	ASSERT(len >= 0);
	if ((size_t)len < sizeof(brief)) {
		text = arena_memdup(arena, brief, (size_t)len);
	} else {
		text = arena_alloc(arena, (size_t)len + 1);
		vsnprintf(text, (size_t)len + 1, format, args);
	}
	if (arena->wiping)
		explicit_bzero(brief, sizeof(brief));
	return (text);
}

void
arena_defer(struct arena *arena, void (*undo)(void *what), void *what)
{
	struct deferred *entry;

	entry = arena_alloc(arena, sizeof(*entry));
	*entry = (struct deferred){ arena->deferred, undo, what };
	arena->deferred = entry;
}

size_t
arena_used(const struct arena *arena)
{
	return (arena->used);
}

size_t
arena_peak(const struct arena *arena)
{
	return (arena->peak);
}

/* Room for size bytes, from the newest block or a new one. */
static void *
block_take(struct arena *arena, size_t size)
{
#ifdef ARENA_DEBUG
	return (block_add(arena, size)->data);
#else
	struct block *block = arena->blocks;
	size_t rounded;
	char *data;

	rounded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	ASSERT(rounded >= size);
	if (block == NULL || block->size - block->used < rounded)
		block = block_add(arena,
		    rounded > BLOCK_SIZE ? rounded : BLOCK_SIZE);
	data = block->data + block->used;
	block->used += rounded;
	return (data);
#endif
}

static struct block *
block_add(struct arena *arena, size_t size)
{
	struct block *block;

	block = must_malloc(sizeof(*block));
	*block = (struct block){
		.older = arena->blocks,
		.data = must_malloc(size),
		.size = size,
#ifdef ARENA_DEBUG
		.used = size,
#endif
	};
	arena->blocks = block;
	return (block);
}

static void
block_drop(struct arena *arena)
{
	struct block *block = arena->blocks;

	block_clear(arena, block);
	arena->blocks = block->older;
	free(block->data);
	free(block);
}

static void
block_clear(const struct arena *arena, struct block *block)
{
	if (arena->wiping)
		explicit_bzero(block->data, block->used);
	block->used = 0;
}

static void *
must_malloc(size_t size)
{
	void *memory;

	memory = malloc(size);
	if (memory == NULL)
		PANIC("out of memory");
	return (memory);
}
