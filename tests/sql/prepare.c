/* SPDX-License-Identifier: ISC */
/*
 * Prepares every query of sql/queries against the database that the libpq
 * variables name, and holds what it returns against the record its block
 * claims.  Of a list, every filter and order is prepared too.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "query.h"

static PGconn *conn;
static unsigned done, failed;

static const char *const types[] = {
	[TYPE_UUID] = "uuid", [TYPE_TEXT] = "text", [TYPE_INT] = "integer",
	[TYPE_FLOAT] = "float", [TYPE_BOOL] = "boolean",
	[TYPE_TIME] = "timestamp with time zone", [TYPE_DATE] = "date",
	[TYPE_JSON] = "json", [TYPE_TEXTS] = "text[]", [TYPE_UUIDS] = "uuid[]",
};

static void
tell(int ok, const char *name, const char *what, const char *why)
{
	done++;
	if (!ok)
		failed++;
	printf("%sok %u - %s %s%s%s\n", ok ? "" : "not ", done, name, what,
	    why[0] != '\0' ? ": " : "", why);
}

static PGresult *
describe(const char *sql)
{
	PGresult *result = PQprepare(conn, "", sql, 0, NULL);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return (result);
	PQclear(result);
	return (PQdescribePrepared(conn, ""));
}

/* Does a column's type serve as what the record says? */
static int
type_fits(Oid oid, enum value_type type)
{
	static const struct { Oid oid; enum value_type type; } fits[] = {
		{ 2950, TYPE_UUID }, { 25, TYPE_TEXT }, { 1043, TYPE_TEXT },
		{ 869, TYPE_TEXT }, { 19, TYPE_TEXT },
		{ 20, TYPE_INT }, { 21, TYPE_INT }, { 23, TYPE_INT },
		{ 700, TYPE_FLOAT }, { 701, TYPE_FLOAT }, { 1700, TYPE_FLOAT },
		{ 16, TYPE_BOOL }, { 1184, TYPE_TIME }, { 1082, TYPE_DATE },
		{ 114, TYPE_JSON }, { 3802, TYPE_JSON },
		{ 1009, TYPE_TEXTS }, { 2951, TYPE_UUIDS },
	};

	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++)
		if (fits[i].oid == oid && fits[i].type == type)
			return (1);
	return (0);
}

static void
check_record(const struct query *q, const PGresult *result)
{
	const struct record_field *field = q->returns->fields;
	char why[200] = "";
	int i;

	for (i = 0; i < PQnfields(result); i++) {
		const char *name = PQfname(result, i);

		if (name[0] == '_')
			continue;
		if (field->name == NULL || strcmp(field->name, name) != 0)
			snprintf(why, sizeof(why), "column %s where the record "
			    "has %s", name, field->name ? field->name :
			    "no more");
		else if (!type_fits(PQftype(result, i), field->type))
			snprintf(why, sizeof(why), "%s is no %s (oid %u)",
			    name, types[field->type], PQftype(result, i));
		if (why[0] != '\0')
			break;
		field++;
	}
	if (why[0] == '\0' && field->name != NULL)
		snprintf(why, sizeof(why), "no column %s", field->name);
	tell(why[0] == '\0', q->name, q->returns->name, why);
}

static void
check_shape(const struct query *q, const char *what, const char *tail)
{
	char sql[32768];
	PGresult *result;

	snprintf(sql, sizeof(sql), "%s %s", q->sql, tail);
	result = describe(sql);
	tell(PQresultStatus(result) == PGRES_COMMAND_OK, q->name, what,
	    PQresultErrorMessage(result));
	PQclear(result);
}

/* A condition with nothing where the client's value is to stand. */
static void
check_condition(const struct query *q, const char *what, const char *where,
    const char *mark)
{
	char tail[2048];

	snprintf(tail, sizeof(tail), "AND (%.1900s)", where);
	for (char *at; (at = strstr(tail, mark)) != NULL;) {
		memset(at, ' ', strlen(mark));
		memcpy(at, "NULL", 4);
	}
	check_shape(q, what, tail);
}

static void
check_list(const struct query *q)
{
	char tail[2048];

	for (const struct list_field *f = q->fields; f && f->name; f++) {
		if (strstr(f->expr, LIST_VALUE) != NULL) {
			check_condition(q, f->name, f->expr, LIST_VALUE);
			continue;
		}
		snprintf(tail, sizeof(tail), "AND %s %s NULL ORDER BY %s, %s",
		    f->expr, f->type == TYPE_TEXTS || f->type == TYPE_UUIDS ?
		    "@>" : "=", f->flags & LIST_SORT ? f->expr : q->key,
		    q->key);
		check_shape(q, f->name, tail);
	}
	if (q->search != NULL && strstr(q->search, LIST_SEARCH) == NULL) {
		snprintf(tail, sizeof(tail), "AND (%.1900s) ILIKE ''",
		    q->search);
		check_shape(q, "search", tail);
	} else if (q->search != NULL) {
		check_condition(q, "search", q->search, LIST_SEARCH);
	}
	if (q->short_search != NULL)
		check_condition(q, "short", q->short_search, LIST_WORD);
}

int
main(void)
{
	conn = PQconnectdb("options='-c search_path=bureau,public'");
	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "%s", PQerrorMessage(conn));
		return (2);
	}
	for (unsigned i = 1; i < Q_COUNT; i++) {
		const struct query *q = &queries[i];
		PGresult *result = describe(q->sql);
		int ok = PQresultStatus(result) == PGRES_COMMAND_OK;

		tell(ok, q->name, "prepares", PQresultErrorMessage(result));
		if (ok && q->returns != NULL)
			check_record(q, result);
		PQclear(result);
		if (ok && q->key != NULL)
			check_list(q);
	}
	printf("1..%u\n", done);
	PQfinish(conn);
	return (failed > 0);
}
