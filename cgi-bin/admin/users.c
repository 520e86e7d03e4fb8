/* SPDX-License-Identifier: ISC */
/*
 * People.  Who may act on whom, and that a chairperson is left, is for triggers
 * to say; so is all that follows from revoking: authorize() refuses the very
 * next request, and sessions end in the same transaction.
 */
#include "admin.h"

#include <string.h>

#include "arena.h"
#include "hash.h"

#define SECRET_SIZE	32	/* bytes of an invitation's secret */

static route_run invite, invite_again;

static const struct param user_create[] = {
	{ "fullName", PARAM_LINE, .required = true, .min = 1, .max = 200,
	  .doc = "How they are called." },
	{ "email", PARAM_EMAIL, .required = true,
	  .doc = "What they will sign in with." },
	{ "role", PARAM_LINE, .required = true, .min = 1, .max = 50,
	  .doc = "Name of a role whose permissions the caller holds." },
	{ "designation", PARAM_LINE, .min = 1, .max = 200, .nullable = true,
	  .doc = "Job title." },
	PARAMS_END
};

static const struct param user_update[] = {
	{ "role", PARAM_LINE, .min = 1, .max = 50,
	  .doc = "Name of a role whose permissions the caller holds." },
	{ "permissions", PARAM_LINES, .many = 200, .max = 100,
	  .doc = "Beyond the role's: names, and wildcards like customers:*." },
	{ "designation", PARAM_LINE, .min = 1, .max = 200, .nullable = true,
	  .doc = "Job title; null clears it." },
	PARAMS_END
};

const struct route users_routes[] = {
	{ GET, "/users", .need = PERM_USERS_READ, .tx = TX_READ,
	  .list = Q_USER_LIST, .doc = "List people, revoked ones too." },
	{ POST, "/users", .need = PERM_USERS_CREATE, .tx = TX_WRITE,
	  .params = user_create, .run = invite, .returns = "Invitation",
	  .status = 201, .secret = true,
	  .doc = "Invite somebody; the link is told this once." },
	{ GET, "/users/directory", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_USER_DIRECTORY,
	  .doc = "List the names of everybody who has access." },
	{ GET, "/users/{id}", .need = PERM_USERS_READ, .tx = TX_READ,
	  .query = Q_USER_GET, .doc = "Read one person's account." },
	{ PATCH, "/users/{id}", .need = PERM_USERS_UPDATE, .tx = TX_WRITE,
	  .params = user_update, .query = Q_USER_UPDATE, .current = Q_USER_GET,
	  .doc = "Change somebody's role, permissions or designation." },
	{ POST, "/users/{id}/invite", .need = PERM_USERS_CREATE,
	  .tx = TX_WRITE, .run = invite_again, .returns = "Invitation",
	  .status = 201, .secret = true,
	  .doc = "Make a new invitation for somebody who has not accepted; the "
	  "old link stops working." },
	{ POST, "/users/{id}/revoke", .need = PERM_USERS_REVOKE,
	  .tx = TX_WRITE, .query = Q_USER_REVOKE, .current = Q_USER_GET,
	  .doc = "Revoke somebody's access, in force for their next request." },
	{ POST, "/users/{id}/restore", .need = PERM_USERS_REVOKE,
	  .tx = TX_WRITE, .query = Q_USER_RESTORE, .current = Q_USER_GET,
	  .doc = "Give somebody their access back." },
	{ GET, "/permissions", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_PERMISSION_LIST, .doc = "List what may be allowed." },
	ROUTES_END
};

/* A new secret; only its hash is stored. */
static struct str
make_secret(struct req *rq)
{
	unsigned char raw[SECRET_SIZE];
	struct str secret;

	random_bytes(raw, sizeof(raw));
	secret = text_base64url(rq->arena, raw, sizeof(raw));
	explicit_bzero(raw, sizeof(raw));
	return (secret);
}

static enum err
answer_invited(struct req *rq, const struct db_rows *user, const char *url)
{
	struct buf *out;

	if (db_count(user) == 0)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	out = answer_json(rq, 201);
	buf_text(out, "{\"user\":");
	db_json(user, 0, out);
	buf_text(out, ",\"inviteUrl\":");
	buf_json(out, url, strlen(url));
	buf_char(out, '}');
	answer_headerf(rq, "Location", API_BASE "/users/%s",
	    db_text(user, 0, "id"));
	return (ERR_OK);
}

/* Its link goes to the person by mail, and to who invites in the answer.  Behind
 * the #, so that the secret reaches no server's log. */
static enum err
make_invitation(struct req *rq, enum query_id query,
    const struct db_rows *user)
{
	struct str secret = make_secret(rq);
	const char *url = arena_printf(rq->arena, "%s/invitation/#%s",
	    req_site_url(rq), secret.p);
	enum err err;

	req_query(rq, query, "hash", hash_bytea(rq->arena, secret),
	    "link", url, NULL);
	err = req_results(rq);
	return (err != ERR_OK ? err : answer_invited(rq, user, url));
}

static enum err
invite(struct req *rq)
{
	return (make_invitation(rq, Q_USER_INVITATION,
	    req_query(rq, Q_USER_INVITE, NULL)));
}

static enum err
invite_again(struct req *rq)
{
	return (make_invitation(rq, Q_USER_INVITATION_AGAIN,
	    req_query(rq, Q_USER_GET, NULL)));
}
