/* SPDX-License-Identifier: ISC */
/*
 * What the examinations of `bureau doctor` share: the report they tell to.
 */
#ifndef BUREAU_DOCTOR_H
#define BUREAU_DOCTOR_H

#include <stdbool.h>

#include "buf.h"
#include "site.h"

enum weight { FINE, NOTE, WRONG };

struct report {
	struct site	 site;
	struct buf	 json;
	bool		 as_json;
	unsigned	 wrong;
	bool		 running;
};

/* A sentence with something in it. */
#define SAY(r, ...) arena_printf((r)->site.arena, __VA_ARGS__)

/* mend: how; NULL where there is nothing to say. */
void	doctor_tell(struct report *r, enum weight weight, const char *what,
	    const char *mend);

/* The examination of the database, where it can be reached. */
void	doctor_database(struct report *r);

#endif
