/* SPDX-License-Identifier: ISC */
/*
 * Codes by mail for whoever is signed in: they verify the address, or allow one
 * change that needs to be confirmed.  What a code is and how often it may be
 * asked for and tried, the database says (sql/functions/79_codes.sql).
 */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

static route_run request, verify;

#define PURPOSE { "purpose", PARAM_CHOICE, .required = true, \
	.choices = "verify-email email designation mfa-off", \
	.doc = "What the code is for." }

static const struct param request_params[] = {
	PURPOSE,
	PARAMS_END
};

static const struct param verify_params[] = {
	PURPOSE,
	CODE_PARAM,
	PARAMS_END
};

const struct route codes_routes[] = {
	{ POST, "/auth/request-otp", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .params = request_params, .run = request, .returns = "CodeSent",
	  .secret = true, .doc = "Send a code of six digits to one's address; "
	  "one a minute and ten an hour at most." },
	{ POST, "/auth/verify-otp", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .params = verify_params, .run = verify, .returns = "CodeSent",
	  .secret = true, .doc = "Confirm by a code: verifies the address, or "
	  "allows one change in this session within ten minutes." },
	ROUTES_END
};

/* With how many seconds it holds; 0: that is not said. */
static enum err
answer_code(struct req *rq, const char *message, int seconds)
{
	struct buf *out = answer_json(rq, 200);

	buf_text(out, "{\"message\":");
	buf_json(out, message, strlen(message));
	if (seconds > 0)
		buf_printf(out, ",\"expiresIn\":%d", seconds);
	buf_char(out, '}');
	return (ERR_OK);
}

static enum err
request(struct req *rq)
{
	struct db_rows *sent = req_query(rq, Q_CODE_REQUEST, NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (db_text(sent, 0, "wait") != NULL)
		return (code_wait(rq, db_text(sent, 0, "wait"), "A code was "
		    "sent just before; wait a little for the next one."));
	return (answer_code(rq, "A code was sent to your address.",
	    CODE_SECONDS));
}

static enum err
verify(struct req *rq)
{
	struct db_rows *tried = req_query(rq, Q_CODE_VERIFY, NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK || (err = code_judge(rq, tried)) != ERR_OK)
		return (err);
	if (strcmp(req_text(rq, "purpose"), "verify-email") == 0)
		return (answer_code(rq, "Your address is verified.", 0));
	return (answer_code(rq, "Confirmed; you may make the change now.",
	    CODE_SECONDS));
}

/* --- for all that take a code ---------------------------------------------------- */

enum err
code_wait(struct req *rq, const char *seconds, const char *why)
{
	answer_header(rq, "Retry-After", seconds);
	return (req_fail(rq, ERR_RATE_LIMIT_EXCEEDED, why));
}

enum err
code_judge(struct req *rq, const struct db_rows *tried)
{
	const char *outcome = db_text(tried, 0, "outcome");

	if (strcmp(outcome, "right") == 0)
		return (ERR_OK);
	if (strcmp(outcome, "often") == 0)
		return (code_wait(rq, db_text(tried, 0, "wait"), "Too many "
		    "wrong codes; wait before you try another."));
	return (req_fail_field(rq, ERR_INVALID_CREDENTIALS, "otp",
	    "The code is wrong or no longer holds."));
}
