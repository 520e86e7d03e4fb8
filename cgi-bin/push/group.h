/* SPDX-License-Identifier: ISC */
/*
 * Audiences that are a list of people: conversation:ID, article:ID and what other
 * resources will have.  Who is in one says audience_members(); what it said is kept
 * until an event audience_changed ends it.
 *
 * A group is held by the events that are for it and by the streams of its page.
 */
#ifndef BUREAU_GROUP_H
#define BUREAU_GROUP_H

#include "id.h"
#include "push.h"
#include "text.h"

struct group {
	struct group	*next;		/* in the same bucket */
	char		*name;
	unsigned	 held;
	struct id	*members;	/* sorted; malloc() */
	unsigned	 count;
	bool		 is_public;	/* anybody is in it, signed in or not */
	uint64_t	 stale, fresh;	/* as of followers */
	bool		 is_asked;
};

struct groups	*groups_new(void);
void		 groups_free(struct groups **groups);

struct group	*group_hold(struct push *push, struct str name);
void		 group_drop(struct push *push, struct group *group);	/* or NULL */
bool		 group_is_fresh(const struct group *group);
bool		 group_has(const struct group *group, const struct id *person);
/* Who is in it may have changed. */
void		 group_stale(struct push *push, struct str name);
/* Ask about those that are not fresh. */
void		 groups_refresh(struct push *push);

#endif
