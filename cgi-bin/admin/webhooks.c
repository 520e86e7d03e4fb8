/* SPDX-License-Identifier: ISC */
/*
 * Webhooks: which other systems are told of what, and what they were told.
 *
 * A secret is made here, told once and never read again: this responder may set
 * it, only the worker's own function reads it.  That a webhook which is switched
 * off is told no more, and that rotation keeps the old secret for a day, is for
 * triggers to see to (sql/functions/82_webhooks.sql).
 */
#include "admin.h"

#include <string.h>

#include "buf.h"
#include "uuid.h"

#define SECRET_SIZE	32	/* bytes; Standard Webhooks asks for 24 to 64 */

static route_run create, rotate;

#define EVENTS_DOC "Of what to tell: users.created (or updated, deleted, " \
	"restored), users.* or *."

static const struct param webhook_create[] = {
	{ "url", PARAM_URL, .required = true,
	  .doc = "Where to POST to: https://… or http://…" },
	{ "events", PARAM_LINES, .required = true, .many = 50, .max = 100,
	  .doc = EVENTS_DOC },
	{ "description", PARAM_LINE, .max = 500, .doc = "What it is for." },
	PARAMS_END
};

static const struct param webhook_update[] = {
	{ "url", PARAM_URL, .doc = "Where to POST to: https://… or http://…" },
	{ "events", PARAM_LINES, .many = 50, .max = 100, .doc = EVENTS_DOC },
	{ "description", PARAM_LINE, .max = 500, .doc = "What it is for." },
	{ "isActive", PARAM_BOOL, .doc = "False: nothing is sent, and what "
	  "waits is cancelled.  True: told of what happens from now on, also "
	  "after it was switched off for failing." },
	PARAMS_END
};

const struct route webhooks_routes[] = {
	{ GET, "/webhooks", .need = PERM_WEBHOOKS_MANAGE, .tx = TX_READ,
	  .list = Q_WEBHOOK_LIST, .doc = "List the webhooks." },
	{ POST, "/webhooks", .need = PERM_WEBHOOKS_MANAGE, .tx = TX_WRITE,
	  .params = webhook_create, .run = create, .returns = "NewWebhook",
	  .status = 201, .secret = true,
	  .doc = "Make a webhook; its secret is told this once." },
	{ GET, "/webhooks/{id}", .need = PERM_WEBHOOKS_MANAGE, .tx = TX_READ,
	  .query = Q_WEBHOOK_GET, .doc = "Read a webhook." },
	{ PATCH, "/webhooks/{id}", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_WRITE, .params = webhook_update,
	  .query = Q_WEBHOOK_UPDATE, .current = Q_WEBHOOK_GET,
	  .doc = "Change a webhook, or switch it off and on." },
	{ DELETE, "/webhooks/{id}", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_WRITE, .query = Q_WEBHOOK_DELETE, .current = Q_WEBHOOK_GET,
	  .status = 204, .doc = "Delete a webhook; it can be restored." },
	{ POST, "/webhooks/{id}/restore", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_WRITE, .query = Q_WEBHOOK_RESTORE,
	  .current = Q_WEBHOOK_GET, .doc = "Restore a deleted webhook." },
	{ POST, "/webhooks/{id}/rotate", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_WRITE, .run = rotate, .current = Q_WEBHOOK_GET,
	  .returns = "NewWebhook", .secret = true,
	  .doc = "Give it a new secret, told this once; the old one signs "
	  "along for 24 hours." },
	{ POST, "/webhooks/{id}/test", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_WRITE, .query = Q_WEBHOOK_PING, .status = 201,
	  .doc = "Send it the event ping." },
	{ GET, "/webhooks/{id}/deliveries", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_READ, .list = Q_DELIVERY_LIST,
	  .doc = "List what it was told in the last 30 days." },
	{ GET, "/deliveries/{id}", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_READ, .query = Q_DELIVERY_GET,
	  .doc = "Read a delivery: what was sent, and how each try went." },
	{ POST, "/deliveries/{id}/redeliver", .need = PERM_WEBHOOKS_MANAGE,
	  .tx = TX_WRITE, .query = Q_WEBHOOK_REDELIVER, .status = 201,
	  .doc = "Send a message again, under the id it had, behind what "
	  "waits." },
	ROUTES_END
};

/* 32 random bytes as PostgreSQL reads a bytea. */
static const char *
make_secret(struct arena *arena)
{
	unsigned char raw[SECRET_SIZE];
	struct buf hex;

	random_bytes(raw, sizeof(raw));
	buf_init(&hex, arena, 2 * SECRET_SIZE + 2);
	buf_text(&hex, "\\x");
	buf_hex(&hex, raw, sizeof(raw));
	explicit_bzero(raw, sizeof(raw));
	return (hex.data);
}

static enum err
create(struct req *rq)
{
	struct db_rows *made = req_query(rq, Q_WEBHOOK_CREATE, "secret",
	    make_secret(rq->arena), NULL);
	enum err err = req_results(rq);

	return (err != ERR_OK ? err : answer_row(rq, made));
}

static enum err
rotate(struct req *rq)
{
	struct db_rows *row = req_query(rq, Q_WEBHOOK_ROTATE, "secret",
	    make_secret(rq->arena), NULL);
	enum err err = req_results(rq);

	return (err != ERR_OK ? err : db_count(row) > 0 ?
	    answer_row(rq, row) : answer_missed(rq));
}
