/* SPDX-License-Identifier: ISC */
/*
 * Connecting, and what becomes of a trip when that, or a statement, fails.
 */
#include "link.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "connect.h"
#include "log.h"
#include "sqlstate.h"
#include "when.h"

#define PAUSE_US	250000		/* after a connect that failed */
#define LEFT_WORK	"U0002"		/* what job_bell() says */

void
link_close(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	memset(db->prepared, 0, sizeof(db->prepared));
	for (unsigned i = 0; i < db->text_count; i++) {
		free(db->texts[i].sql);
		db->texts[i] = (struct text){ NULL, false };
	}
	db->text_count = 0;
}

/* --- failing ---------------------------------------------------------------- */

void
link_failed(struct db *db, enum err err, const char *message)
{
	if (db->err != ERR_OK)
		return;
	db->err = err;
	db->error.message = arena_strdup(db->arena, message);
}

void
link_lost(struct db *db, enum err err, const char *message)
{
	bool after_sync = db->sync_sent;

	if (after_sync)
		db->err = ERR_OK;	/* whatever was told, this matters more */
	link_failed(db, err, message);
	db->error.unknown = after_sync;
	db->error.retry = !after_sync && err != ERR_TIMEOUT;
	log_event(LOG_WARN, "db.lost", "cause", message, NULL);
	link_close(db);
	db->step_count = 0;
	db->is_open = db->sync_sent = db->in_block = db->is_copying = false;
}

void
link_refused(struct db *db, const PGresult *result)
{
	if (db->err == ERR_OK)
		db->err = sqlstate_read(db->arena, result, &db->error);
}

/* --- connecting --------------------------------------------------------------- */

static void
on_notice(void *cls, const PGresult *result)
{
	struct db *db = cls;
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (text == NULL)
		return;
	if (state != NULL && strcmp(state, LEFT_WORK) == 0) {
		db->left_work = true;
		return;
	}
	/* PostgreSQL calls this a warning and the COMMIT a success, although
	 * no standby has the data. */
	if (strstr(text, "synchronous replication") != NULL)
		db->wait_cancelled = true;
	log_event(LOG_WARN, "db.notice", "text", text, NULL);
}

bool
link_ensure(struct db *db)
{
	int64_t now = when_mono();

	if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
		return (true);
	link_close(db);
	if (now < db->not_before) {
		link_failed(db, ERR_CONNECTION_ERROR,
		    "the last connect failed a moment ago");
		return (false);
	}
	db->conn = connect_now(db->role);
	if (PQstatus(db->conn) != CONNECTION_OK ||
	    PQsetnonblocking(db->conn, 1) != 0 ||
	    PQenterPipelineMode(db->conn) != 1) {
		link_failed(db, ERR_CONNECTION_ERROR,
		    PQerrorMessage(db->conn));
		/* Spread out, so that children do not knock in step. */
		db->not_before = when_mono() + PAUSE_US / 2 +
		    random() % PAUSE_US;
		link_close(db);
		return (false);
	}
	PQsetNoticeReceiver(db->conn, on_notice, db);
	db->stats.connects++;
	return (true);
}
