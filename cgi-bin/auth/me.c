/* SPDX-License-Identifier: ISC */
/*
 * One's own profile.
 */
#include "auth.h"

#include <string.h>

#include "check.h"

static route_run update;

static const struct param me_params[] = {
	{ "fullName", PARAM_LINE, .min = 1, .max = 200,
	  .doc = "What others see." },
	{ "email", PARAM_EMAIL,
	  .doc = "E-mail address; needs a code, and then to be verified." },
	{ "userName", PARAM_LINE, .min = 3, .max = 64, .nullable = true,
	  .folded = true,
	  .doc = "Signs in as well as the address does; without @." },
	{ "profilePic", PARAM_LINE, .max = 2048, .nullable = true,
	  .doc = "A small picture as a data URL; null for the initials." },
	{ "designation", PARAM_LINE, .max = 200, .nullable = true,
	  .doc = "Job title; needs a code." },
	{ "locale", PARAM_LINE, .min = 2, .max = 35,
	  .doc = "Language, as in en or de-AT." },
	{ "theme", PARAM_CHOICE, .choices = "system light dark",
	  .doc = "How pages look." },
	PARAMS_END
};

#define ME(name) { GET, name, .need = PERM_SIGNED_IN, .tx = TX_READ, \
	.query = Q_ME, .doc = "Who is signed in." }
#define UPDATE(method, name) { method, name, .need = PERM_SIGNED_IN, \
	.tx = TX_WRITE, .params = me_params, .run = update, \
	.current = Q_ME, .returns = "Me", .doc = "Change one's profile." }

const struct route me_routes[] = {
	ME("/auth/me"),
	ME("/auth/check"),
	UPDATE(PATCH, "/auth/me"),
	UPDATE(PUT, "/auth/update-profile"),
	ROUTES_END
};

static bool
is_picture(struct str url)
{
	static const char *const kinds[] = {
		"data:image/png;base64,", "data:image/jpeg;base64,",
		"data:image/webp;base64,"
	};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_starts(url, kinds[i]) && strspn(url.p +
		    strlen(kinds[i]), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789+/=") ==
		    url.n - strlen(kinds[i]))
			return (true);
	return (false);
}

/* Whether it may become theirs; who asks without a code is told nothing. */
static enum err
judge_email(struct req *rq)
{
	struct db_rows *judged = req_query(rq, Q_EMAIL_JUDGE, NULL);
	const char *outcome;
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	outcome = db_text(judged, 0, "outcome");
	if (!register_domain_fits(req_text(rq, "email")))
		return (req_fail_field(rq, ERR_VALIDATION_ERROR, "email",
		    "Addresses of this domain are not accepted here."));
	if (strcmp(outcome, "taken") == 0)
		return (req_fail_field(rq, ERR_RESOURCE_ALREADY_EXISTS,
		    "email", "There is an account with this address already."));
	return (strcmp(outcome, "often") == 0 ? code_wait(rq, "3600", NULL) :
	    ERR_OK);
}

static enum err
update(struct req *rq)
{
	struct str picture = req_str(rq, "profilePic");
	struct str name = req_str(rq, "userName");
	enum err err;

	if (picture.p != NULL && !is_picture(picture))
		return (req_fail_field(rq, ERR_INVALID_FORMAT, "profilePic",
		    "It must be a PNG, JPEG or WebP picture as a data URL."));
	if (name.p != NULL && strpbrk(name.p, "@ ") != NULL)
		return (req_fail_field(rq, ERR_INVALID_FORMAT, "userName",
		    "It must not contain @ or spaces."));
	if (req_has(rq, "email") && (err = judge_email(rq)) != ERR_OK)
		return (err);
	return (answer_query(rq, Q_ME_UPDATE));
}
