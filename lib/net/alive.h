/* SPDX-License-Identifier: ISC */
/*
 * Whoever has something sent is asked, at least once a second while we wait for
 * others, whether to go on; false: give up.
 */
#ifndef BUREAU_ALIVE_H
#define BUREAU_ALIVE_H

#include <stdbool.h>

typedef bool	net_alive(void *cls);

#endif
