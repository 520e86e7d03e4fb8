/* SPDX-License-Identifier: ISC */
/*
 * One UTF-8 character at a time, as RFC 3629 has it: no overlong forms, no
 * surrogates, nothing above U+10FFFF.
 */
#ifndef BUREAU_UTF8_H
#define BUREAU_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes (1-4) the first character of text has, and which it is; 0
 * when text is empty, malformed or cut off. */
size_t	utf8_next(const char *text, size_t n, uint32_t *code);
/* Writes the character (a scalar value) and returns its length. */
size_t	utf8_put(uint32_t code, char out[4]);

#endif
