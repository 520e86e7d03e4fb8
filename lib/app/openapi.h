/* SPDX-License-Identifier: ISC */
/*
 * The API's description over all responders: each prints its own part
 * (`--describe`, see describe.c), and here they become one OpenAPI 3.1 document.
 */
#ifndef BUREAU_OPENAPI_H
#define BUREAU_OPENAPI_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * Run bureau-NAME in the folder for every name (NULL ends) and write the
 * document.  False when a program fails or two claim the same; `why` is then
 * a sentence.
 */
bool	openapi_write(struct buf *out, const char *folder,
	    const char *const *names, char *why, size_t len);

#endif
