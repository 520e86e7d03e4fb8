/* SPDX-License-Identifier: ISC */
/*
 * SipHash-2-4: a keyed 64-bit hash.  Whoever does not know the key cannot make
 * two inputs meet, so tables that strangers fill stay even.
 */
#ifndef BUREAU_SIPHASH_H
#define BUREAU_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_KEY 16

uint64_t	siphash(const uint8_t key[SIPHASH_KEY], const void *data,
		    size_t len);

#endif
