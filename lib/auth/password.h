/* SPDX-License-Identifier: ISC */
/*
 * Passwords: which are taken, and how they are kept.
 *
 * A password is text in normal form C, so that it is the same from every
 * keyboard, and otherwise as it was typed: nothing is trimmed, folded or cut
 * off.  It is kept as scrypt in the form of libscrypt, `$s1$NNrrpp$salt$hash`,
 * with its cost inside, so that old hashes verify when the cost is raised.
 *
 * Copies made here are in memory that is wiped before the call returns.  A hash
 * takes a tenth of a second: enter the gate (gate.h) first.
 */
#ifndef BUREAU_PASSWORD_H
#define BUREAU_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define PASSWORD_MIN		8	/* code points */
#define PASSWORD_MAX		256
#define PASSWORD_BYTES_MAX	1024
#define PASSWORD_HASH_SIZE	128	/* of the text, its NUL included */

struct cost {
	uint64_t	n;		/* a power of two */
	uint32_t	r, p;
};

enum password_fault {
	PASSWORD_FINE,
	PASSWORD_MALFORMED,		/* not UTF-8, or a NUL in it */
	PASSWORD_SHORT,
	PASSWORD_LONG,
	PASSWORD_COMMON			/* among the first to be guessed */
};

/* May this be somebody's password?  email, name: whose; they are as easily
 * guessed as the product's own name.  Either may be { NULL, 0 }. */
enum password_fault	password_judge(struct str password, struct str email,
			    struct str name);
/* What to tell the person; NULL for PASSWORD_FINE. */
const char		*password_fault_text(enum password_fault fault);

/* The cost the settings ask for; false, after one log line, when it is not one
 * that password_hash() takes. */
bool	password_cost(struct cost *out);

/* False when the password is malformed. */
bool	password_hash(struct str password, const struct cost *cost,
	    char out[PASSWORD_HASH_SIZE]);
/* False for a wrong password, and for a hash that is damaged or absurd. */
bool	password_verify(struct str password, const char *hash);
/* Takes as long as a verification and is always false: for addresses that
 * nobody has, so that time tells nothing. */
bool	password_verify_nobody(struct str password, const struct cost *cost);
/* The hash was made at another cost. */
bool	password_is_outdated(const char *hash, const struct cost *cost);

#endif
