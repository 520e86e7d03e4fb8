/* SPDX-License-Identifier: ISC */
/*
 * 48 bits of milliseconds, then random bits around version and variant.
 */
#include "uuid.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/types.h>

#include "check.h"
#include "when.h"

void
uuid_v7(char out[UUID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char id[16];
	uint64_t ms = (uint64_t)when_now();
	size_t i, at = 0;

	random_bytes(id + 6, sizeof(id) - 6);
	for (i = 0; i < 6; i++)
		id[i] = (unsigned char)(ms >> (40 - 8 * i));
	id[6] = 0x70 | (id[6] & 0x0f);
	id[8] = 0x80 | (id[8] & 0x3f);
	for (i = 0; i < sizeof(id); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = digits[id[i] >> 4];
		out[at++] = digits[id[i] & 15];
	}
	out[at] = '\0';
}

void
random_bytes(void *out, size_t len)
{
	char *at = out;
	ssize_t got;

	while (len > 0) {
		got = getrandom(at, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			PANIC("no random bytes");
		at += got;
		len -= (size_t)got;
	}
}
