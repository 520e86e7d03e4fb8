/* SPDX-License-Identifier: ISC */
/*
 * The auth responder: people's own accounts, and the only one that sees
 * password hashes and signs tokens.
 */
#ifndef BUREAU_AUTH_H
#define BUREAU_AUTH_H

#include "app.h"
#include "conf.h"

extern const struct route session_routes[];	/* login, refresh, logout */
extern const struct route register_routes[];
extern const struct route me_routes[];
extern const struct route password_routes[];
extern const struct route sessions_routes[];
extern const struct route tokens_routes[];
extern const struct route codes_routes[];
extern const struct route recover_routes[];	/* reset, verify */

/* --- keep.c: what a browser or a client keeps of a session ------------------ */

/* Read the keys this needs; ends the process when one is missing. */
void	keep_open(void);
/* Answer with tokens of this session, in cookies and, unless quiet, in the
 * body; user: the person's row, which the answer repeats, or NULL. */
enum err keep_tokens(struct req *rq, const char *user_id, const char *session,
	    int64_t generation, const struct db_rows *user, bool quiet);
/* Make the browser forget both. */
void	keep_nothing(struct req *rq);
/* The refresh token of the request, from its cookie or from `given`. */
struct refresh;
bool	keep_find(struct req *rq, struct str given, struct refresh *out,
	    bool *by_cookie);

/* A session that the browser still has is not carried on: it ends with what is
 * asked next. */
void	keep_leave_former(struct req *rq);

/* --- codes.c: codes by mail -------------------------------------------------- */

#define CODE_SECONDS	600	/* how long a code, and what it allows, holds */
#define CODE_PARAM { "otp", PARAM_LINE, .required = true, .max = 20, \
	.doc = "The six digits; spaces do not matter." }

/* 429, with when to try again. */
enum err code_wait(struct req *rq, const char *seconds, const char *why);
/* What came of trying a code: ERR_OK when it was right. */
enum err code_judge(struct req *rq, const struct db_rows *tried);

/* --- register.c --------------------------------------------------------------- */

/* Whether REGISTRATION has room for this address: of any domain, or of the one
 * it names. */
bool	register_domain_fits(const char *email);

/* --- secret.c: passwords, behind the gate ------------------------------------ */

/* Is this one acceptable?  If not, the field is named. */
enum err secret_judge(struct req *rq, const char *field, struct str password,
	    const char *email, const char *name);
/* Hash, or verify; hash NULL: nobody's, in like time.  5001 when too many are
 * at it already. */
enum err secret_hash(struct req *rq, struct str password, const char **out);
enum err secret_verify(struct req *rq, struct str password, const char *hash,
	    bool *right);
bool	secret_is_outdated(const char *hash);

/* A number of seconds of the settings as an interval of PostgreSQL. */
const char *auth_interval(struct req *rq, enum conf_key key);

#endif
