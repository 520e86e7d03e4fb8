/* SPDX-License-Identifier: ISC */
/*
 * The API's description as a file, for admin to answer.
 */
#ifndef BUREAU_DESCRIBE_H
#define BUREAU_DESCRIBE_H

#include <stdbool.h>

struct site;

/* Where it is: run/openapi.json. */
const char	*describe_path(const struct site *site);
/* Make it anew from the responders; false and a sentence on failure. */
bool		 describe_write(const struct site *site);

#endif
