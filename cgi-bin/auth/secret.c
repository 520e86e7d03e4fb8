/* SPDX-License-Identifier: ISC */
/*
 * Passwords.  Hashing costs tens of megabytes and a tenth of a second, so only
 * a few children may be at it at once; the others wait, and then give up.
 */
#include "auth.h"

#include "arena.h"
#include "gate.h"
#include "log.h"
#include "password.h"
#include "when.h"

#define PATIENCE_US 3000000

enum err
secret_judge(struct req *rq, const char *field, struct str password,
    const char *email, const char *name)
{
	enum password_fault fault = password_judge(password, str_of(email),
	    str_of(name));

	if (fault == PASSWORD_FINE)
		return (ERR_OK);
	return (req_fail_field(rq, ERR_VALIDATION_ERROR, field,
	    password_fault_text(fault)));
}

static enum err
enter(struct req *rq, struct cost *cost)
{
	if (!password_cost(cost))
		return (req_fail_cause(rq, ERR_SERVICE_UNAVAILABLE,
		    "the cost of passwords is wrong"));
	if (!gate_enter(when_mono() + PATIENCE_US))
		return (req_fail_cause(rq, ERR_SERVICE_UNAVAILABLE,
		    "too many passwords at once"));
	return (ERR_OK);
}

enum err
secret_hash(struct req *rq, struct str password, const char **out)
{
	char hash[PASSWORD_HASH_SIZE];
	struct cost cost;
	enum err err = enter(rq, &cost);
	bool ok;

	if (err != ERR_OK)
		return (err);
	ok = password_hash(password, &cost, hash);
	gate_leave();
	if (!ok)
		return (req_fail_cause(rq, ERR_SERVICE_UNAVAILABLE,
		    "hashing failed"));
	*out = arena_strdup(rq->arena, hash);
	return (ERR_OK);
}

enum err
secret_verify(struct req *rq, struct str password, const char *hash,
    bool *right)
{
	struct cost cost;
	enum err err = enter(rq, &cost);

	if (err != ERR_OK)
		return (err);
	*right = hash != NULL ? password_verify(password, hash) :
	    password_verify_nobody(password, &cost);
	gate_leave();
	return (ERR_OK);
}

bool
secret_is_outdated(const char *hash)
{
	struct cost cost;

	return (password_cost(&cost) && password_is_outdated(hash, &cost));
}
