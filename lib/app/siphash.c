/* SPDX-License-Identifier: ISC */
/*
 * SipHash-2-4 after the paper of Aumasson and Bernstein: four words of state,
 * two rounds for each 8 bytes of input, four rounds at the end.
 */
#include "config.h"

#include "siphash.h"

static uint64_t
rotate(uint64_t x, int bits)
{
	return (x << bits | x >> (64 - bits));
}

/* Up to 8 bytes as a little-endian number. */
static uint64_t
little_endian(const uint8_t *p, size_t n)
{
	uint64_t x = 0;

	while (n-- > 0)
		x = x << 8 | p[n];
	return (x);
}

static void
mix(uint64_t v[4], int rounds)
{
	while (rounds-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void
absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v, 2);
	v[0] ^= word;
}

uint64_t
siphash(const uint8_t key[SIPHASH_KEY], const void *data, size_t len)
{
	uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573
	};
	const uint8_t *p = data;
	size_t left = len;

	for (; left >= 8; p += 8, left -= 8)
		absorb(v, little_endian(p, 8));
	absorb(v, little_endian(p, left) | (uint64_t)len << 56);
	v[2] ^= 0xff;
	mix(v, 4);
	return (v[0] ^ v[1] ^ v[2] ^ v[3]);
}
