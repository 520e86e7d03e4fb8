/* SPDX-License-Identifier: ISC */
/*
 * Becoming somebody: registering, and accepting an invitation.  Who may, and
 * with which role, the setting REGISTRATION and the database say; a client never
 * chooses a role.
 */
#include "auth.h"

#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "hash.h"

#define REGISTER_PAGE	"/register/"
#define VERIFY_PAGE	"/verify/"

static route_run join, accept_invitation;

static const struct param register_params[] = {
	{ "fullName", PARAM_LINE, .required = true, .max = 200,
	  .doc = "What others see." },
	{ "email", PARAM_EMAIL, .required = true, .doc = "E-mail address." },
	{ "password", PARAM_SECRET, .required = true, .max = 1024,
	  .doc = "At least 8 characters, and not a common one." },
	{ "cookie", PARAM_BOOL,
	  .doc = "Keep the tokens out of the body: cookies only." },
	PARAMS_END
};

static const struct param accept_params[] = {
	{ "token", PARAM_LINE, .required = true, .max = 200,
	  .doc = "From the invitation's link." },
	{ "fullName", PARAM_LINE, .required = true, .max = 200,
	  .doc = "What others see." },
	{ "password", PARAM_SECRET, .required = true, .max = 1024,
	  .doc = "At least 8 characters, and not a common one." },
	{ "cookie", PARAM_BOOL,
	  .doc = "Keep the tokens out of the body: cookies only." },
	PARAMS_END
};

#define REGISTER(name) { POST, name, .need = PERM_PUBLIC, .tx = TX_WRITE, \
	.params = register_params, .run = join, .returns = "SignedIn", \
	.status = 201, .secret = true, .page = REGISTER_PAGE, \
	.doc = "Register, where registration is open." }

const struct route register_routes[] = {
	REGISTER("/auth/register"),
	REGISTER("/auth/signup"),
	{ POST, "/auth/accept-invitation", .need = PERM_PUBLIC,
	  .tx = TX_WRITE, .params = accept_params, .run = accept_invitation,
	  .returns = "SignedIn", .status = 201, .secret = true,
	  .page = REGISTER_PAGE, .doc = "Accept an invitation." },
	ROUTES_END
};

bool
register_domain_fits(const char *email)
{
	const char *rule = conf_text(CONF_REGISTRATION);
	const char *at = strrchr(email, '@');

	return (strncmp(rule, "domain:", 7) != 0 ||
	    (at != NULL && strcasecmp(at + 1, rule + 7) == 0));
}

/* Whether REGISTRATION lets this address in. */
static bool
is_welcome(const char *email)
{
	return (strcmp(conf_text(CONF_REGISTRATION), "invite") != 0 &&
	    register_domain_fits(email));
}

static enum err
not_welcome(struct req *rq)
{
	return (req_fail(rq, ERR_INSUFFICIENT_PERMISSIONS,
	    strcmp(conf_text(CONF_REGISTRATION), "invite") == 0 ?
	    "Registration is by invitation only." :
	    "Registration is for other addresses only."));
}

/* Tells that an account exists, but not without end. */
static enum err
taken(struct req *rq)
{
	struct db_rows *count = req_query(rq, Q_REGISTER_COUNT, NULL);
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (db_text(count, 0, "ok")[0] != 't') {
		answer_header(rq, "Retry-After", "3600");
		return (req_fail(rq, ERR_RATE_LIMIT_EXCEEDED, NULL));
	}
	return (req_fail_field(rq, ERR_RESOURCE_ALREADY_EXISTS, "email",
	    "There is an account with this address already."));
}

/* The language that the browser asks for first; NULL: it does not say. */
static const char *
language(struct req *rq)
{
	struct str tags = req_header(rq, "HTTP_ACCEPT_LANGUAGE");
	size_t n = 0;

	while (n < tags.n && isalpha((unsigned char)tags.p[n]))
		n++;
	return (n == 2 || n == 3 ? arena_memdup(rq->arena, tags.p, n) : NULL);
}

/* What is asked for whoever has just become the caller. */
struct newcomer {
	struct db_rows	*session, *me;	/* NULL: gets no session yet */
};

static void
ask_newcomer(struct req *rq, const char *hash, const char *how,
    struct newcomer *out)
{
	req_query(rq, Q_NEWCOMER_CREDENTIAL, "hash", hash, NULL);
	if (how == NULL)
		return;
	out->session = req_query(rq, Q_NEWCOMER_SESSION, "how", how,
	    "idle", auth_interval(rq, CONF_JWT_REFRESH_EXPIRES_IN),
	    "max", auth_interval(rq, CONF_SESSION_MAX_AGE), NULL);
	out->me = req_query(rq, Q_ME, NULL);
}

static enum err
answer_newcomer(struct req *rq, const char *user,
    const struct newcomer *newcomer)
{
	struct buf *out;

	if (newcomer->session != NULL)
		return (keep_tokens(rq, user,
		    db_text(newcomer->session, 0, "session"), 0,
		    newcomer->me, req_bool(rq, "cookie") || rq->is_form));
	rq->next = VERIFY_PAGE "#sent";
	out = answer_json(rq, 201);
	buf_text(out, "{\"id\":");
	buf_json(out, user, strlen(user));
	buf_text(out, ",\"message\":\"A code was sent to your address; "
	    "verify it, then sign in.\"}");
	return (ERR_OK);
}

/* open: also if somebody else was first in the meantime. */
static enum err
create(struct req *rq, bool open, bool with_session)
{
	struct newcomer newcomer = { NULL, NULL };
	const char *hash, *id;
	struct db_rows *user;
	enum err err = secret_hash(rq, req_str(rq, "password"), &hash);

	if (err != ERR_OK)
		return (err);
	keep_leave_former(rq);
	if (!open)
		req_query(rq, Q_REGISTER_TURN, NULL);
	user = req_query(rq, Q_REGISTER_USER, "open", open ? "t" : "f",
	    "locale", language(rq), NULL);
	req_query(rq, Q_NEWCOMER_WELCOME, NULL);
	ask_newcomer(rq, hash, with_session ? "registration" : NULL,
	    &newcomer);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	id = db_text(user, 0, "user");
	return (id[0] == '\0' ? not_welcome(rq) :
	    answer_newcomer(rq, id, &newcomer));
}

static enum err
join(struct req *rq)
{
	const char *email = req_text(rq, "email");
	struct db_rows *state;
	bool first;
	enum err err = secret_judge(rq, "password", req_str(rq, "password"),
	    email, req_text(rq, "fullName"));

	if (err != ERR_OK)
		return (err);
	state = req_query(rq, Q_REGISTER_LOOK, NULL);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	first = db_text(state, 0, "first")[0] == 't';
	if (!first && !is_welcome(email))
		return (not_welcome(rq));
	if (db_text(state, 0, "taken")[0] == 't')
		return (taken(rq));
	return (create(rq, is_welcome(email), first ||
	    strcmp(conf_text(CONF_REGISTRATION), "open") == 0));
}

static enum err
accept_invitation(struct req *rq)
{
	struct newcomer newcomer;
	struct db_rows *user;
	const char *hash;
	enum err err = secret_judge(rq, "password", req_str(rq, "password"),
	    NULL, req_text(rq, "fullName"));

	if (err != ERR_OK || (err = secret_hash(rq, req_str(rq, "password"),
	    &hash)) != ERR_OK)
		return (err);
	keep_leave_former(rq);
	user = req_query(rq, Q_INVITATION_ACCEPT, "hash",
	    hash_bytea(rq->arena, req_str(rq, "token")), NULL);
	req_query(rq, Q_INVITATION_NAME, NULL);
	ask_newcomer(rq, hash, "invitation", &newcomer);
	if ((err = req_results(rq)) != ERR_OK)
		return (err);
	return (answer_newcomer(rq, db_text(user, 0, "user"), &newcomer));
}
