/* SPDX-License-Identifier: ISC */
/*
 * How every child of the supervisor begins: named in the log, its memory closed
 * to others of its user id, its settings read, its bell found.
 */
#ifndef BUREAU_PROCESS_H
#define BUREAU_PROCESS_H

void	process_begin(const char *name);

#endif
