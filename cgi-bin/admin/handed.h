/* SPDX-License-Identifier: ISC */
/*
 * What the supervisor hands to admin alone, as the descriptor BUREAU_EXTRA_FD: one
 * line with the settings in force, and the API's description behind it.  Both are
 * JSON, and empty (p NULL) on plain CGI, where nobody hands them.
 */
#ifndef BUREAU_HANDED_H
#define BUREAU_HANDED_H

#include "text.h"

extern struct str handed_settings, handed_description;

/* Map it, once: children share its pages. */
void	handed_open(void);

#endif
