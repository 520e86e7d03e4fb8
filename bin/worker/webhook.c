/* SPDX-License-Identifier: ISC */
/*
 * Tells one webhook of one event, as Standard Webhooks has it: a POST signed with
 * the secret that receiver and we share, and while one is being replaced, with
 * both.  What to send and how it went are functions of the database, which also
 * decides when a receiver is given up; all we know is the job.
 */
#include "worker.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "conf.h"
#include "db.h"
#include "hash.h"
#include "http.h"
#include "when.h"

#define PATIENCE_US	INT64_C(10000000)
#define SIGNED_MAX	(1024 * 1024)
#define AFTER_MOST	INT64_C(21600)	/* a receiver may ask us to wait, s */

struct message {
	const char	*id;
	const char	*url;
	const char	*secret, *former;	/* hexadecimal; former may be NULL */
	const char	*body;
};

static bool	load(struct work *work, struct db_rows **out);
static void	post(struct work *work, const struct message *message,
		    struct http_reply *out);
static void	add_signature(struct buf *out, struct arena *arena,
		    const char *secret, struct str text);
static struct str from_hex(struct arena *arena, const char *hex);
static bool	is_success(const struct http_reply *reply);
static const char *explain(struct arena *arena, const struct http_reply *reply);
static void	tell(struct work *work, const struct http_reply *reply);

enum job_end
webhook_send(struct work *work)
{
	struct message message;
	struct http_reply reply;
	struct db_rows *rows;

	if (!load(work, &rows))
		return (JOB_BACK);
	/* Deleted, or switched off. */
	if (db_count(rows) == 0)
		return (JOB_CANCELLED);
	/* A worker before us was lost when it had told. */
	if (strcmp(db_text(rows, 0, "state"), "delivered") == 0)
		return (JOB_DONE);
	message = (struct message){
		.id = db_text(rows, 0, "message"),
		.url = db_text(rows, 0, "url"),
		.secret = db_text(rows, 0, "secret"),
		.former = db_text(rows, 0, "former"),
		.body = db_text(rows, 0, "body")
	};
	post(work, &message, &reply);
	if (reply.stopped)
		return (JOB_CANCELLED);
	tell(work, &reply);
	if (is_success(&reply))
		return (JOB_DONE);
	if (reply.status == 429 || reply.status == 503)
		work->job->after = reply.retry_after < AFTER_MOST ?
		    reply.retry_after : AFTER_MOST;
	return (work_failed(work, reply.status == 410 ? JOB_FAILED : JOB_AGAIN,
	    explain(work->arena, &reply)));
}

/* False: the database is away. */
static bool
load(struct work *work, struct db_rows **out)
{
	db_begin(work->db, work->arena, when_mono() + PATIENCE_US);
	*out = db_add(work->db, Q_WEBHOOK_LOAD, (const char *const[]){
	    work->job->id, work->job->attempt });
	return (db_commit(work->db) == ERR_OK);
}

/* webhook-timestamp is when it is sent, not when it happened: receivers refuse
 * what is old, lest somebody repeats it. */
static void
post(struct work *work, const struct message *message, struct http_reply *out)
{
	const char *at = arena_printf(work->arena, "%lld",
	    (long long)when_now() / 1000);
	struct buf text, signature;
	const char *headers[5] = { "Content-Type: application/json" };

	buf_init(&text, work->arena, SIGNED_MAX);
	buf_printf(&text, "%s.%s.%s", message->id, at, message->body);
	ASSERT(!text.failed);
	buf_init(&signature, work->arena, 256);
	buf_text(&signature, "webhook-signature:");
	add_signature(&signature, work->arena, message->secret,
	    (struct str){ text.data, text.len });
	if (message->former != NULL)
		add_signature(&signature, work->arena, message->former,
		    (struct str){ text.data, text.len });
	headers[1] = arena_printf(work->arena, "webhook-id: %s", message->id);
	headers[2] = arena_printf(work->arena, "webhook-timestamp: %s", at);
	headers[3] = signature.data;
	http_post(work->arena, &(struct http_call){
		.url = message->url, .headers = headers,
		.body = str_of(message->body),
		.allow = conf_text(CONF_WEBHOOKS_ALLOW),
		.alive = work_alive, .cls = work
	}, out);
}

static void
add_signature(struct buf *out, struct arena *arena, const char *secret,
    struct str text)
{
	unsigned char digest[HASH_SIZE];

	hash_hmac_sha256(from_hex(arena, secret), text, digest);
	buf_text(out, " v1,");
	buf_base64(out, digest, sizeof(digest));
}

/* What encode(…, 'hex') wrote. */
static struct str
from_hex(struct arena *arena, const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *bytes = arena_alloc(arena, n + 1), digits[3] = "";

	for (size_t i = 0; i < n; i++) {
		memcpy(digits, hex + 2 * i, 2);
		bytes[i] = (char)strtol(digits, NULL, 16);
	}
	return ((struct str){ bytes, n });
}

static bool
is_success(const struct http_reply *reply)
{
	return (reply->status >= 200 && reply->status < 300);
}

static const char *
explain(struct arena *arena, const struct http_reply *reply)
{
	if (is_success(reply))
		return (NULL);
	if (reply->status == 0)
		return (reply->error);
	if (reply->status >= 300 && reply->status < 400)
		return (arena_printf(arena, "It answered with a redirect "
		    "(%d), which is not followed.", reply->status));
	return (arena_printf(arena, "It answered %d.", reply->status));
}

/* What a person may read of an answer: without what PostgreSQL cannot hold. */
static const char *
readable(struct arena *arena, struct str body)
{
	char *text = arena_memdup(arena, body.p != NULL ? body.p : "", body.n);

	for (size_t i = 0; i < body.n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	while (body.n > 0 && !text_is_utf8((struct str){ text, body.n })) {
		/* Cut within a sign at its end, or no text at all. */
		body.n--;
		text[body.n] = '\0';
	}
	return (text);
}

/* When the database is away now, the job's end is told later and says the same. */
static void
tell(struct work *work, const struct http_reply *reply)
{
	struct arena *arena = work->arena;

	db_begin(work->db, arena, when_mono() + PATIENCE_US);
	db_writes(work->db);
	db_add(work->db, Q_WEBHOOK_TOLD, (const char *const[]){
	    work->job->id, work->job->attempt,
	    is_success(reply) ? "t" : "f",
	    reply->status == 0 ? NULL : arena_printf(arena, "%d",
	    reply->status), arena_printf(arena, "%lld", (long long)reply->ms),
	    explain(arena, reply), readable(arena, reply->body) });
	(void)db_commit(work->db);
}
