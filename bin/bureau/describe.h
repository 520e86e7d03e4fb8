/* SPDX-License-Identifier: ISC */
/*
 * What admin is handed to answer with: the settings in force in the first line,
 * the API's description behind it.
 */
#ifndef BUREAU_DESCRIBE_H
#define BUREAU_DESCRIBE_H

struct buf;
struct site;

/* Both in a sealed file without a name.  -1 and a sentence on failure. */
int	describe_fd(const struct site *site);

/* The settings as JSON without a line break; of secrets only whether they are
 * set. */
void	effective_write(const struct site *site, struct buf *out);

#endif
