/* SPDX-License-Identifier: ISC */
/*
 * For who cannot sign in: a new password, or the proof of an address, by a code.
 *
 * Whether an address belongs to anybody is told by nothing here.  Asking for a
 * code only leaves a job; trying one is counted by what was typed, known or not,
 * and the costly hash comes after a code that was right.
 */
#include "auth.h"

#include "arena.h"

#define RESET_PAGE	"/reset/"
#define VERIFY_PAGE	"/verify/"

static route_run forgot, reset, verify;

#define EMAIL { "email", PARAM_EMAIL, .required = true, \
	.doc = "E-mail address of the account." }

static const struct param forgot_params[] = {
	EMAIL,
	PARAMS_END
};

static const struct param reset_params[] = {
	EMAIL,
	CODE_PARAM,
	{ "newPassword", PARAM_SECRET, .required = true, .max = 1024,
	  .doc = "At least 8 characters, and not a common one." },
	PARAMS_END
};

static const struct param verify_params[] = {
	EMAIL,
	CODE_PARAM,
	PARAMS_END
};

const struct route recover_routes[] = {
	{ POST, "/auth/forgot-password", .need = PERM_PUBLIC, .tx = TX_WRITE,
	  .params = forgot_params, .run = forgot, .returns = "Message",
	  .status = 202, .secret = true, .page = RESET_PAGE,
	  .doc = "Have a code sent for a new password; answered alike for "
	  "every address." },
	{ POST, "/auth/reset-password", .need = PERM_PUBLIC, .tx = TX_WRITE,
	  .params = reset_params, .run = reset, .returns = "Message",
	  .secret = true, .page = RESET_PAGE,
	  .doc = "Choose a new password by a code; ends every session." },
	{ POST, "/auth/verify-email", .need = PERM_PUBLIC, .tx = TX_WRITE,
	  .params = verify_params, .run = verify, .returns = "Message",
	  .secret = true, .page = VERIFY_PAGE,
	  .doc = "Verify an address by the code that was sent to it." },
	ROUTES_END
};

/* A link only where no stranger could choose where it leads. */
static enum err
forgot(struct req *rq)
{
	const char *site = req_public_url();
	struct db_rows *asked = req_query(rq, Q_FORGOT_ASK, "link",
	    site != NULL ? arena_printf(rq->arena, "%s" RESET_PAGE "#code",
		site) : NULL, NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (db_text(asked, 0, "wait") != NULL)
		return (code_wait(rq, db_text(asked, 0, "wait"), NULL));
	return (answer_message(rq, "If there is an account with this address, "
	    "a code is on its way to it."));
}

static enum err
try_reset(struct req *rq, const char *hash)
{
	struct db_rows *tried = req_query(rq, Q_PASSWORD_RESET, "hash", hash,
	    NULL);
	enum err err = req_results(rq);

	return (err != ERR_OK ? err : code_judge(rq, tried));
}

static enum err
reset(struct req *rq)
{
	struct str password = req_str(rq, "newPassword");
	const char *hash;
	enum err err = secret_judge(rq, "newPassword", password,
	    req_text(rq, "email"), NULL);

	if (err != ERR_OK || (err = try_reset(rq, NULL)) != ERR_OK ||
	    (err = secret_hash(rq, password, &hash)) != ERR_OK ||
	    (err = try_reset(rq, hash)) != ERR_OK)
		return (err);
	keep_nothing(rq);
	return (answer_message(rq, "The password is changed; all sessions "
	    "have ended. Sign in with the new one."));
}

static enum err
verify(struct req *rq)
{
	struct db_rows *tried = req_query(rq, Q_EMAIL_VERIFY, NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK || (err = code_judge(rq, tried)) != ERR_OK)
		return (err);
	return (answer_message(rq, "The address is verified."));
}
