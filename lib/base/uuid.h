/* SPDX-License-Identifier: ISC */
/*
 * UUID version 7: sortable by time, random in the rest.
 */
#ifndef BUREAU_UUID_H
#define BUREAU_UUID_H

#include <stddef.h>

#define UUID_SIZE 37		/* canonical text and its NUL */

void	uuid_v7(char out[UUID_SIZE]);
/* Bytes from the kernel's generator; ends the process if it has none. */
void	random_bytes(void *out, size_t len);

#endif
