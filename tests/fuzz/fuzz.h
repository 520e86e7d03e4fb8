/* SPDX-License-Identifier: ISC */
/*
 * One program a parser.  libFuzzer calls the function below with whatever it
 * makes up; without libFuzzer, replay.c calls it with the files it is given.
 *
 * A target asserts properties, not merely that nothing crashes: what was read
 * can be written and read again, and pieces do not matter.  ASSERT aborts, and
 * both libFuzzer and replay.c take that as a finding.
 */
#ifndef BUREAU_FUZZ_H
#define BUREAU_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "check.h"
#include "text.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An empty arena, the same one each time. */
static inline struct arena *
fuzz_arena(void)
{
	static struct arena *arena;

	if (arena == NULL)
		arena = arena_new(ARENA_PLAIN, 256u << 20);
	arena_reset(arena);
	return (arena);
}

static inline struct str
fuzz_text(const uint8_t *data, size_t size)
{
	return ((struct str){ (const char *)data, size });
}

#endif
