/* SPDX-License-Identifier: ISC */
/*
 * Signing in, staying signed in, signing out.
 *
 * Signing in takes two transactions with the hash between them: looking up,
 * and either a session or a counted failure.  An address that nobody has goes
 * the same way, with a hash of nobody's.
 */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "refresh.h"

#define SIGN_IN_PAGE	"/sign-in/"

static route_run login, refresh, logout;

static const struct param login_params[] = {
	{ "email", PARAM_LINE, .required = true, .max = 254,
	  .doc = "E-mail address or user name." },
	{ "password", PARAM_SECRET, .required = true, .max = 1024,
	  .doc = "The password." },
	{ "otp", PARAM_LINE, .max = 20,
	  .doc = "Code of the second factor, where one is due." },
	{ "cookie", PARAM_BOOL,
	  .doc = "Keep the tokens out of the body: cookies only." },
	PARAMS_END
};

static const struct param refresh_params[] = {
	{ "refreshToken", PARAM_LINE, .max = 200,
	  .doc = "The refresh token, where it is not in the cookie." },
	PARAMS_END
};

static const struct param logout_params[] = {
	{ "allDevices", PARAM_BOOL, .doc = "End every session." },
	PARAMS_END
};

const struct route session_routes[] = {
	{ POST, "/auth/login", .need = PERM_PUBLIC, .tx = TX_WRITE,
	  .params = login_params, .run = login, .returns = "SignedIn",
	  .secret = true, .page = SIGN_IN_PAGE, .doc = "Sign in." },
	{ POST, "/auth/refresh-token", .need = PERM_PUBLIC, .tx = TX_WRITE,
	  .params = refresh_params, .run = refresh, .returns = "SignedIn",
	  .secret = true, .doc = "Trade the refresh token for new tokens." },
	{ POST, "/auth/logout", .need = PERM_PUBLIC, .tx = TX_WRITE,
	  .params = logout_params, .run = logout, .returns = "Message",
	  .secret = true, .page = SIGN_IN_PAGE, .doc = "Sign out." },
	ROUTES_END
};

/* What is being tried, between the two transactions. */
struct attempt {
	const char	*key;		/* address as it is counted */
	const char	*locked;	/* seconds left; NULL: it is not */
	const char	*user;		/* id; NULL: nobody has it */
	const char	*hash;
	const char	*changed;	/* when the password was chosen */
	bool		 active;
	bool		 proven;	/* the address is known to be theirs */
};

/* A denial that must be told: written, then answered. */
static enum err
refuse(struct req *rq, const struct attempt *try, const char *outcome,
    enum err err, const char *detail)
{
	enum err failed;

	req_query(rq, Q_LOGIN_REFUSE, "user", try->user, "outcome", outcome,
	    NULL);
	if ((failed = req_results(rq)) != ERR_OK)
		return (failed);
	return (req_fail(rq, err, detail));
}

static enum err
locked(struct req *rq, const struct attempt *try)
{
	if (try->locked != NULL)
		answer_header(rq, "Retry-After", try->locked);
	return (refuse(rq, try, "locked", ERR_ACCOUNT_LOCKED, NULL));
}

static enum err
look(struct req *rq, struct attempt *try)
{
	struct db_rows *found;
	struct str key;
	enum err err;

	if (!text_fold(rq->arena, str_trim(req_str(rq, "email")), &key))
		return (req_fail(rq, ERR_INVALID_CREDENTIALS, NULL));
	found = req_query(rq, Q_LOGIN_LOOK, "key", key.p, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	try->key = db_text(found, 0, "key");
	try->locked = db_text(found, 0, "locked");
	try->user = db_text(found, 0, "user");
	try->hash = db_text(found, 0, "hash");
	try->changed = db_text(found, 0, "changed");
	try->active = try->user != NULL &&
	    db_text(found, 0, "active")[0] == 't';
	try->proven = try->user != NULL &&
	    db_text(found, 0, "proven")[0] == 't';
	return (ERR_OK);
}

static enum err
count_failure(struct req *rq, const struct attempt *try)
{
	const char *max = arena_printf(rq->arena, "%lld",
	    (long long)conf_int(CONF_MAX_LOGIN_FAILURES));
	enum err err;

	req_query(rq, Q_LOGIN_FAIL, "key", try->key, "max", max, "lock",
	    auth_interval(rq, CONF_LOCKOUT), "user", try->user, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	return (req_fail(rq, ERR_INVALID_CREDENTIALS, NULL));
}

static enum err
begin(struct req *rq, const struct attempt *try)
{
	struct db_rows *session, *me;
	const char *hash = NULL;
	enum err err;

	if (secret_is_outdated(try->hash) && (err = secret_hash(rq,
	    req_str(rq, "password"), &hash)) != ERR_OK)
		return (err);
	keep_leave_former(rq);
	session = req_query(rq, Q_LOGIN_START, "key", try->key, "user",
	    try->user, "changed", try->changed,
	    "idle", auth_interval(rq, CONF_JWT_REFRESH_EXPIRES_IN),
	    "max", auth_interval(rq, CONF_SESSION_MAX_AGE), NULL);
	if (hash != NULL)
		req_query(rq, Q_CREDENTIAL_UPGRADE, "hash", hash, "user",
		    try->user, NULL);
	me = req_query(rq, Q_ME, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	if (db_count(session) == 0)
		return (req_fail(rq, ERR_INVALID_CREDENTIALS, NULL));
	if (db_text(session, 0, "session") == NULL)
		return (locked(rq, try));
	return (keep_tokens(rq, try->user, db_text(session, 0, "session"), 0,
	    me, req_bool(rq, "cookie") || rq->is_form));
}

static bool
needs_proof(void)
{
	return (strncmp(conf_text(CONF_REGISTRATION), "domain:", 7) == 0);
}

static enum err
login(struct req *rq)
{
	struct attempt try = { .key = NULL };
	bool right = false;
	enum err err;

	if (req_has(rq, "otp"))
		return (req_fail_field(rq, ERR_INVALID_INPUT, "otp",
		    "A second factor is not set up here."));
	if ((err = look(rq, &try)) != ERR_OK)
		return (err);
	if (try.locked != NULL)
		return (locked(rq, &try));
	err = secret_verify(rq, req_str(rq, "password"), try.hash, &right);
	if (err != ERR_OK)
		return (err);
	if (!right)
		return (count_failure(rq, &try));
	/* Only to who knows the password. */
	if (!try.active)
		return (refuse(rq, &try, "refused", ERR_ACCOUNT_REVOKED,
		    NULL));
	if (needs_proof() && !try.proven) {
		req_query(rq, Q_CODE_REMIND, "user", try.user, NULL);
		return (refuse(rq, &try, "refused",
		    ERR_INSUFFICIENT_PERMISSIONS, "This address has not been "
		    "verified yet; a code was sent to it."));
	}
	return (begin(rq, &try));
}

/* --- refresh ------------------------------------------------------------------ */

static enum err
refresh_failed(struct req *rq, const char *outcome)
{
	keep_nothing(rq);
	if (strcmp(outcome, "revoked") == 0)
		return (req_fail(rq, ERR_ACCOUNT_REVOKED, NULL));
	return (req_fail(rq, ERR_TOKEN_INVALID,
	    strcmp(outcome, "reused") == 0 ? "This refresh token was used "
	    "before; the session has been ended." : NULL));
}

static enum err
refresh(struct req *rq)
{
	struct refresh token;
	struct db_rows *next;
	const char *outcome;
	bool by_cookie;
	enum err err;

	if (!keep_find(rq, req_str(rq, "refreshToken"), &token, &by_cookie))
		return (refresh_failed(rq, "ended"));
	next = req_query(rq, Q_SESSION_REFRESH, "session", token.session,
	    "generation", arena_printf(rq->arena, "%lld",
		(long long)token.generation),
	    "grace", auth_interval(rq, CONF_REFRESH_GRACE),
	    "idle", auth_interval(rq, CONF_JWT_REFRESH_EXPIRES_IN), NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	outcome = db_text(next, 0, "outcome");
	if (strcmp(outcome, "rotated") != 0 && strcmp(outcome, "replayed") != 0)
		return (refresh_failed(rq, outcome));
	return (keep_tokens(rq, db_text(next, 0, "user"), token.session,
	    strtoll(db_text(next, 0, "generation"), NULL, 10), NULL,
	    by_cookie));
}

/* --- sign out -------------------------------------------------------------------- */

static enum err
logout(struct req *rq)
{
	struct refresh token;
	bool by_cookie;
	const char *session = NULL;
	enum err err;

	if (keep_find(rq, (struct str){ NULL, 0 }, &token, &by_cookie))
		session = token.session;
	if (req_bool(rq, "allDevices"))
		req_query(rq, Q_SESSION_LEAVE_ALL, "session", session, NULL);
	else
		req_query(rq, Q_SESSION_LEAVE, "session", session, "reason",
		    "signed out", NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	keep_nothing(rq);
	return (answer_message(rq, "You are signed out."));
}
