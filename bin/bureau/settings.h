/* SPDX-License-Identifier: ISC */
/*
 * What one row of config.def cannot say about a setting: words it may be, files
 * that must be there, settings that must fit each other.
 */
#ifndef BUREAU_SETTINGS_H
#define BUREAU_SETTINGS_H

#include <stdbool.h>

struct site;

/* False when something is wrong; each mistake is told through site->tell. */
bool	settings_check(const struct site *site);

#endif
