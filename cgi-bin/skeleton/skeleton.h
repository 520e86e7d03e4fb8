/* SPDX-License-Identifier: ISC */
/*
 * The resources of the skeleton responder, one table each.
 */
#ifndef BUREAU_SKELETON_H
#define BUREAU_SKELETON_H

#include "app.h"

extern const struct route notes_routes[];

#endif
