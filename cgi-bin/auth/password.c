/* SPDX-License-Identifier: ISC */
/*
 * Changing one's password: the old one is asked for, tries are counted as at
 * sign-in, and every other session ends.
 */
#include "auth.h"

#include "arena.h"

static route_run change;

static const struct param change_params[] = {
	{ "currentPassword", PARAM_SECRET, .required = true, .max = 1024,
	  .doc = "The password as it is." },
	{ "newPassword", PARAM_SECRET, .required = true, .max = 1024,
	  .doc = "At least 8 characters, and not a common one." },
	PARAMS_END
};

const struct route password_routes[] = {
	{ POST, "/auth/change-password", .need = PERM_SIGNED_IN,
	  .tx = TX_WRITE, .params = change_params, .run = change,
	  .returns = "Message", .secret = true,
	  .doc = "Change the password; ends all other sessions." },
	ROUTES_END
};

static enum err
wrong(struct req *rq, const char *email)
{
	enum err err;

	req_query(rq, Q_PASSWORD_WRONG, "email", email, "max",
	    arena_printf(rq->arena, "%lld",
		(long long)conf_int(CONF_MAX_LOGIN_FAILURES)),
	    "lock", auth_interval(rq, CONF_LOCKOUT), NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	return (req_fail_field(rq, ERR_INVALID_CREDENTIALS, "currentPassword",
	    "This is not your password."));
}

static enum err
store(struct req *rq)
{
	const char *hash;
	enum err err = secret_hash(rq, req_str(rq, "newPassword"), &hash);

	if (err != ERR_OK)
		return (err);
	req_query(rq, Q_PASSWORD_SET, "hash", hash, NULL);
	req_query(rq, Q_PASSWORD_END_OTHERS, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	return (answer_message(rq, "The password is changed; all other "
	    "sessions have ended."));
}

static enum err
change(struct req *rq)
{
	struct db_rows *mine = req_query(rq, Q_PASSWORD_LOOK, NULL);
	bool right;
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (rq->caller.session == NULL)
		return (req_fail(rq, ERR_INSUFFICIENT_PERMISSIONS,
		    "A personal token cannot change the password."));
	if (db_count(mine) == 0)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	if (db_text(mine, 0, "locked") != NULL)
		return (req_fail(rq, ERR_ACCOUNT_LOCKED, NULL));
	err = secret_verify(rq, req_str(rq, "currentPassword"),
	    db_text(mine, 0, "hash"), &right);
	if (err != ERR_OK)
		return (err);
	if (!right)
		return (wrong(rq, db_text(mine, 0, "email")));
	err = secret_judge(rq, "newPassword", req_str(rq, "newPassword"),
	    db_text(mine, 0, "email"), db_text(mine, 0, "name"));
	return (err != ERR_OK ? err : store(rq));
}
