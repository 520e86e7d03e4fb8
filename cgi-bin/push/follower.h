/* SPDX-License-Identifier: ISC */
/*
 * Who follows: a follower for each session, personal token or anonymous address, and
 * the person behind several of them.
 *
 * What a follower may is kept as it was when the database was last asked.  An event
 * that may have changed it makes it stale, and to a stale follower nothing is sent
 * until the database has said again what they may; so an event behind such a change
 * never reaches who lost the right, and whoever lost access is put out.
 *
 * Stale and fresh are points of one clock that counts such changes: an answer is as
 * fresh as its question.
 */
#ifndef BUREAU_FOLLOWER_H
#define BUREAU_FOLLOWER_H

#include "id.h"
#include "perm.h"
#include "push.h"

#define PERM_WORDS	((PERM_COUNT + 63) / 64)

struct group;

struct perms {
	uint64_t	bits[PERM_WORDS];
};

struct person {
	struct person	*next;		/* in the same bucket */
	struct id	 id;
	struct follower	*followers;
	unsigned	 conns;
};

enum follower_kind { FOLLOWER_SESSION, FOLLOWER_TOKEN, FOLLOWER_NOBODY };

struct follower {
	struct follower	*next;		/* in the same bucket */
	struct follower	*sibling;	/* of the same person */
	enum follower_kind kind;
	struct id	 id;		/* of the session, token; of nobody's network */
	struct person	*person;	/* NULL: nobody */
	struct perms	 perms;
	uint64_t	 stale, fresh;	/* when it became so */
	bool		 is_over;	/* access has ended */
	bool		 is_asked;	/* the database is being asked */
	unsigned	 conns;
};

struct followers	*followers_new(void);
void		 followers_free(struct followers **followers);

/* The follower, made when there is none; held by one connection more. */
struct follower	*follower_hold(struct push *push, enum follower_kind kind,
		    const struct id *id, const struct id *person);
void		 follower_drop(struct push *push, struct follower *follower);
/* Connections of the person, or of the address. */
unsigned	 follower_conns(const struct follower *follower);

/* A permission array as PostgreSQL writes it. */
void		 perms_parse(struct str array, struct perms *out);
/* False: there is none of this name. */
bool		 perms_add(struct str name, struct perms *perms);
bool		 perms_meet(const struct perms *a, const struct perms *b);

/* --- stale and fresh ------------------------------------------------------------ */

/* The clock, to be kept with a question. */
uint64_t	 followers_clock(const struct push *push);
/* What the database said to a question of then. */
void		 follower_learn(struct push *push, struct follower *follower,
		    struct str permissions, uint64_t then);
bool		 follower_is_fresh(const struct push *push,
		    const struct follower *follower);
void		 followers_stale(struct push *push);	/* all of them */
void		 person_stale(struct push *push, const struct id *person);
void		 session_stale(struct push *push, const struct id *session);
/* Ask about those who are stale. */
void		 followers_refresh(struct push *push);

#endif
