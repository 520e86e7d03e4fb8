/* SPDX-License-Identifier: ISC */
/*
 * For whom an event is, read once and then held against each connection.
 *
 *	all			everybody who is signed in
 *	perm:NAME		who holds the permission
 *	user:ID			one person
 *	conversation:ID …	its members (group.h)
 *	article:ID		the streams of its public page, as long as it is one;
 *				who sees it otherwise holds a permission
 */
#ifndef BUREAU_AUDIENCE_H
#define BUREAU_AUDIENCE_H

#include "follower.h"
#include "id.h"
#include "text.h"

#define AUDIENCE_MAX	256	/* names an audience may have */

struct conn;
struct group;

struct audience {
	bool		 is_all;
	bool		 has_groups;
	struct perms	 perms;
	struct id	*users;		/* malloc() */
	unsigned	 user_count;
	struct group	**groups;	/* malloc(); held */
	unsigned	 group_count;
};

/* array: as PostgreSQL writes it. */
void	audience_init(struct push *push, struct audience *audience,
	    struct str array);
void	audience_release(struct push *push, struct audience *audience);
/* Whether it is known who that is. */
bool	audience_is_known(const struct audience *audience);
bool	audience_has(const struct audience *audience, const struct conn *conn);

#endif
