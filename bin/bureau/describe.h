/* SPDX-License-Identifier: ISC */
/*
 * The API's description, for admin to answer.
 */
#ifndef BUREAU_DESCRIBE_H
#define BUREAU_DESCRIBE_H

struct site;

/* Made from the responders, in a sealed file without a name.  -1 and a sentence
 * on failure. */
int	describe_fd(const struct site *site);

#endif
