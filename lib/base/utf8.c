/* SPDX-License-Identifier: ISC */
/*
 * UTF-8 by its table: a first byte tells the length, the payload bits and the
 * least value that needs this length.
 */
#include "utf8.h"

static const struct {
	unsigned char	mask, lead;	/* first byte & mask == lead */
	uint32_t	least;		/* smaller ones are overlong */
} forms[] = {
	{ 0x80, 0x00, 0x0 },
	{ 0xe0, 0xc0, 0x80 },
	{ 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

size_t
utf8_next(const char *text, size_t n, uint32_t *code)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length, i;
	uint32_t value;

	if (n == 0)
		return (0);
	for (length = 1; length <= 4; length++)
		if ((byte[0] & forms[length - 1].mask) ==
		    forms[length - 1].lead)
			break;
	if (length > 4 || length > n)
		return (0);
	value = byte[0] & (unsigned char)~forms[length - 1].mask;
	for (i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return (0);
		value = value << 6 | (byte[i] & 0x3f);
	}
	if (value < forms[length - 1].least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return (0);
	*code = value;
	return (length);
}

size_t
utf8_put(uint32_t code, char out[4])
{
	size_t length, i;

	for (length = 4; length > 1; length--)
		if (code >= forms[length - 1].least)
			break;
	for (i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(forms[length - 1].lead | code);
	return (length);
}
