/* SPDX-License-Identifier: ISC */
#include "admin.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "log.h"

#define VALUES_MAX	16

struct admin {
	PGconn		*conn;
	PGresult	*result;	/* of the last call; may be NULL */
	char		 error[1024];
	char		 sqlstate[6];
};

static void
on_notice(void *cls, const PGresult *result)
{
	const char *level = PQresultErrorField(result,
	    PG_DIAG_SEVERITY_NONLOCALIZED);

	(void)cls;
	if (level != NULL && strcmp(level, "WARNING") == 0)
		log_event(LOG_WARN, "db.notice", "text",
		    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

/* libpq's messages are several lines, the last one empty. */
static void
keep_error(struct admin *admin, const char *message)
{
	size_t n;

	snprintf(admin->error, sizeof(admin->error), "%s", message);
	n = strlen(admin->error);
	while (n > 0 && admin->error[n - 1] == '\n')
		admin->error[--n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (admin->error[i] == '\n' || admin->error[i] == '\t')
			admin->error[i] = ' ';
}

struct admin *
admin_open(const char *conninfo)
{
	struct admin *admin = calloc(1, sizeof(*admin));
	const char *const names[] = { "dbname", "connect_timeout",
	    "client_encoding", "fallback_application_name", NULL };
	const char *const values[] = { conninfo, "5", "UTF8", "bureau", NULL };

	ASSERT(admin != NULL);
	admin->conn = PQconnectdbParams(names, values, 1);
	PQsetNoticeReceiver(admin->conn, on_notice, NULL);
	if (!admin_is_open(admin))
		keep_error(admin, PQerrorMessage(admin->conn));
	else
		admin_run(admin, "SET search_path = bureau, public");
	return (admin);
}

void
admin_close(struct admin **admin)
{
	if (*admin == NULL)
		return;
	PQclear((*admin)->result);
	PQfinish((*admin)->conn);
	free(*admin);
	*admin = NULL;
}

bool
admin_is_open(const struct admin *admin)
{
	return (PQstatus(admin->conn) == CONNECTION_OK);
}

const char *
admin_error(const struct admin *admin)
{
	return (admin->error);
}

const char *
admin_sqlstate(const struct admin *admin)
{
	return (admin->sqlstate);
}

int
admin_version(const struct admin *admin)
{
	return (PQserverVersion(admin->conn));
}

/* Keeps the result, or says why there is none. */
static bool
finish(struct admin *admin, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	const char *detail, *message, *state;
	char both[1024];
	bool ours;

	PQclear(admin->result);
	admin->result = result;
	admin->error[0] = admin->sqlstate[0] = '\0';
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	    status == PGRES_EMPTY_QUERY)
		return (true);
	message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	/* What we raise ourselves says in its detail what people are told. */
	ours = state != NULL && state[0] == 'U' && detail != NULL;
	if (message == NULL)
		message = PQerrorMessage(admin->conn);
	snprintf(both, sizeof(both), "%s%s%s", ours ? "" : message,
	    ours || detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
	keep_error(admin, both);
	snprintf(admin->sqlstate, sizeof(admin->sqlstate), "%s",
	    state != NULL ? state : "");
	return (false);
}

bool
admin_run(struct admin *admin, const char *sql)
{
	return (finish(admin, PQexec(admin->conn, sql)));
}

bool
admin_ask(struct admin *admin, enum query_id id, ...)
{
	const struct query *query = &queries[id];
	const char *values[VALUES_MAX];
	va_list args;
	int n = 0;

	va_start(args, id);
	while (n < VALUES_MAX && (values[n] = va_arg(args, const char *)))
		n++;
	va_end(args);
	ASSERT(n == (int)query->param_count);
	return (finish(admin, PQexecParams(admin->conn, query->sql, n, NULL, values,
	    NULL, NULL, 0)));
}

unsigned
admin_rows(const struct admin *admin)
{
	return ((unsigned)PQntuples(admin->result));
}

const char *
admin_value(const struct admin *admin, unsigned row, unsigned column)
{
	return (PQgetvalue(admin->result, (int)row, (int)column));
}

bool
admin_password(struct admin *admin, const char *role, const char *password)
{
	char *verifier = PQencryptPasswordConn(admin->conn, password, role,
	    "scram-sha-256");
	char *name = PQescapeIdentifier(admin->conn, role, strlen(role));
	char *literal = verifier == NULL ? NULL :
	    PQescapeLiteral(admin->conn, verifier, strlen(verifier));
	char sql[1024];
	bool ok = false;

	if (name != NULL && literal != NULL) {
		snprintf(sql, sizeof(sql), "ALTER ROLE %s PASSWORD %s", name,
		    literal);
		ok = admin_run(admin, sql);
	} else {
		keep_error(admin, PQerrorMessage(admin->conn));
	}
	PQfreemem(verifier);
	PQfreemem(name);
	PQfreemem(literal);
	return (ok);
}

bool
admin_ping(const char *conninfo)
{
	const char *const names[] = { "dbname", "connect_timeout", NULL };
	const char *const values[] = { conninfo, "5", NULL };

	return (PQpingParams(names, values, 1) == PQPING_OK);
}
