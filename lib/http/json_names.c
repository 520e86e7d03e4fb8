/* SPDX-License-Identifier: ISC */
/*
 * One open-addressed table serves all open objects.  Objects close in the
 * reverse order of their opening, so names leave in the reverse order of their
 * coming, and a slot can simply be freed: no later name ever probed past it.
 */
#include "json_names.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "utf8.h"
#include "uuid.h"

#define FIRST_BITS	6
#define MERSENNE	((UINT64_C(1) << 61) - 1)

struct json_name {
	struct str	raw;
	uint64_t	hash;		/* of the decoded bytes and the object */
	size_t		first;		/* tells its object */
};

/* The decoded bytes of a raw name, one after the other. */
struct decoder {
	struct str	rest;
	char		bytes[4];	/* of the escape being read */
	size_t		at, n;
};

static void		 grow(struct json_names *names);
static uint32_t		*find_slot(const struct json_names *names,
			    const struct json_name *name);
static bool		 is_equal(const struct json_name *a,
			    const struct json_name *b);
static uint64_t		 hash_name(struct str raw, size_t first);
static int		 next_byte(struct decoder *decoder);
static bool		 take_hex4(struct str *rest, uint32_t *out);

void
json_names_init(struct json_names *names)
{
	*names = (struct json_names){ 0 };
}

void
json_names_release(struct json_names *names)
{
	free(names->names);
	free(names->slots);
	json_names_init(names);
}

enum json_names_added
json_names_add(struct json_names *names, size_t first, struct str raw)
{
	struct json_name name = { raw, hash_name(raw, first), first };
	uint32_t *slot;

	if (names->count == JSON_MAX_NAMES)
		return (JSON_NAME_TOO_MANY);
	if (names->slots == NULL || names->count * 2 >= 1u << names->bits)
		grow(names);
	slot = find_slot(names, &name);
	if (*slot != 0)
		return (JSON_NAME_AGAIN);
	names->names[names->count++] = name;
	*slot = (uint32_t)names->count;
	return (JSON_NAME_NEW);
}

void
json_names_cut(struct json_names *names, size_t first)
{
	while (names->count > first) {
		*find_slot(names, &names->names[names->count - 1]) = 0;
		names->count--;
	}
}

bool
json_unescape(struct str *rest, uint32_t *code)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	uint32_t low;

	if (rest->n < 2)
		return (false);
	letter = memchr(letters, rest->p[1], sizeof(letters) - 1);
	if (letter != NULL) {
		*code = (unsigned char)meanings[letter - letters];
		rest->p += 2;
		rest->n -= 2;
		return (true);
	}
	if (!take_hex4(rest, code) || (*code >= 0xdc00 && *code <= 0xdfff))
		return (false);
	if (*code < 0xd800 || *code > 0xdbff)
		return (true);
	if (!take_hex4(rest, &low) || low < 0xdc00 || low > 0xdfff)
		return (false);
	*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
	return (true);
}

/* Twice the slots, half as many names; the names are put in again in order. */
static void
grow(struct json_names *names)
{
	size_t slots, i;

	names->bits = names->slots == NULL ? FIRST_BITS : names->bits + 1;
	slots = (size_t)1 << names->bits;
	free(names->slots);
	names->slots = calloc(slots, sizeof(*names->slots));
	names->names = reallocarray(names->names, slots / 2,
	    sizeof(*names->names));
	if (names->slots == NULL || names->names == NULL)
		PANIC("out of memory");
	for (i = 0; i < names->count; i++)
		*find_slot(names, &names->names[i]) = (uint32_t)i + 1;
}

/* Where the name is, or the free slot where it belongs. */
static uint32_t *
find_slot(const struct json_names *names, const struct json_name *name)
{
	size_t mask = ((size_t)1 << names->bits) - 1, at;

	/* Multiplying spreads the hash; its high bits choose the slot. */
	at = (name->hash * UINT64_C(0x9e3779b97f4a7c15)) >>
	    (64 - names->bits);
	while (names->slots[at] != 0 &&
	    !is_equal(&names->names[names->slots[at] - 1], name))
		at = (at + 1) & mask;
	return (&names->slots[at]);
}

static bool
is_equal(const struct json_name *a, const struct json_name *b)
{
	struct decoder left = { .rest = a->raw }, right = { .rest = b->raw };
	int byte;

	if (a->hash != b->hash || a->first != b->first)
		return (false);
	do {
		byte = next_byte(&left);
		if (byte != next_byte(&right))
			return (false);
	} while (byte >= 0);
	return (true);
}

/* A polynomial modulo 2^61 - 1 at a secret point: two different names of n
 * bytes meet with a chance of n in 2^61, whoever chose them. */
static uint64_t
hash_name(struct str raw, size_t first)
{
	static uint64_t point;
	struct decoder decoder = { .rest = raw };
	uint64_t hash = first;
	__uint128_t next;
	int byte;

	while (point < 1u << 16) {
		random_bytes(&point, sizeof(point));
		point &= MERSENNE;
	}
	while ((byte = next_byte(&decoder)) >= 0) {
		next = (__uint128_t)hash * point + (unsigned)byte + 1;
		hash = (uint64_t)(next & MERSENNE) + (uint64_t)(next >> 61);
		if (hash >= MERSENNE)
			hash -= MERSENNE;
	}
	return (hash);
}

/* The next byte of the name, -1 at its end. */
static int
next_byte(struct decoder *decoder)
{
	uint32_t code;

	if (decoder->at < decoder->n)
		return ((unsigned char)decoder->bytes[decoder->at++]);
	if (decoder->rest.n == 0)
		return (-1);
	if (decoder->rest.p[0] == '\\') {
		if (!json_unescape(&decoder->rest, &code))
			PANIC("name was not scanned");
		decoder->n = utf8_put(code, decoder->bytes);
		decoder->at = 1;
		return ((unsigned char)decoder->bytes[0]);
	}
	decoder->rest.n--;
	return ((unsigned char)*decoder->rest.p++);
}

/* \u and four hexadecimal digits. */
static bool
take_hex4(struct str *rest, uint32_t *out)
{
	uint32_t value = 0;
	size_t i;
	char c;

	if (rest->n < 6 || rest->p[0] != '\\' || rest->p[1] != 'u')
		return (false);
	for (i = 2; i < 6; i++) {
		c = rest->p[i];
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value << 4 | (uint32_t)(c - 'A' + 10);
		else
			return (false);
	}
	rest->p += 6;
	rest->n -= 6;
	*out = value;
	return (true);
}
