/* SPDX-License-Identifier: ISC */
/*
 * Which files a child may touch, by Landlock.
 *
 * A responder needs no file of ours: settings, socket and board come as open
 * descriptors.  So it may read what programs and libraries are made of and write
 * to a scratch folder, and finds everything else closed, the secrets of its own
 * user included.  A process so confined cannot look into others either, not even
 * of its own kind.  Its Unix sockets, PostgreSQL's among them, are not files here.
 */
#ifndef BUREAU_CONFINE_H
#define BUREAU_CONFINE_H

#include <stdbool.h>

/*
 * Confine this process and what it executes, for good.  Each list of
 * folders and files ends in NULL; what is not there is left out.  False when this kernel
 * cannot; nothing has changed then.
 */
bool	confine(const char *const *may_read, const char *const *may_write);
/* This kernel can. */
bool	confine_is_there(void);

#endif
