/* SPDX-License-Identifier: ISC */
/*
 * Reads the plans of what is asked of customers, in the database that the libpq
 * variables name and that tests/bench/customers/fixture.sql has filled: each must
 * use an index, with the values at hand and without them: the one that was made for
 * it or, of what every fifth row has, that of the order.  None may walk the table.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "query.h"

/* What is asked for, beside what the query itself says. */
struct shape {
	enum query_id	 query;
	const char	*values;	/* of the query's parameters */
	const char	*field;		/* filtered by; "search" and "short", too */
	const char	*value;		/* the filter's, as SQL */
	const char	*rest;		/* cursor and order */
	const char	*index;		/* that must be used */
};

#define NEWEST	"ORDER BY c.created_at DESC, c.id DESC LIMIT 51"
#define BY_NAME	"ORDER BY c.name, c.id LIMIT 51"
#define DEEP	"AND (c.created_at, c.id) < (now() - interval '40 days', " \
		"'01900000-0000-7000-8000-000000000000') "
#define SOMEBODY "'01900000-0000-7000-8000-000000000000'"
#define NOTHING	"NULL, NULL, NULL"

static const struct shape shapes[] = {
	{ Q_CUSTOMER_LIST, NULL, NULL, NULL, NEWEST, "customers_created" },
	{ Q_CUSTOMER_LIST, NULL, NULL, NULL, DEEP NEWEST, "customers_created" },
	{ Q_CUSTOMER_LIST, NULL, NULL, NULL, BY_NAME, "customers_name" },
	{ Q_CUSTOMER_LIST, NULL, NULL, NULL, "ORDER BY c.last_activity_at "
	  "DESC, c.id DESC LIMIT 51", "customers_activity" },
	{ Q_CUSTOMER_LIST, NULL, "status", "'pending'", NEWEST, "using customers_" },
	{ Q_CUSTOMER_LIST, NULL, "status", "'blocked'", NEWEST, "customers_status" },
	{ Q_CUSTOMER_LIST, NULL, "ownerId", SOMEBODY, NEWEST, "customers_owner" },
	{ Q_CUSTOMER_LIST, NULL, "countryCode", "'PL'", NEWEST, "using customers_" },
	{ Q_CUSTOMER_LIST, NULL, "tags", "'rare'", NEWEST, "customers_tags" },
	{ Q_CUSTOMER_LIST, NULL, "email", "'x@example.org'", NEWEST, "customers_email" },
	{ Q_CUSTOMER_LIST, NULL, "phone", "'+491000000007'", NEWEST, "customers_phone_key" },
	{ Q_CUSTOMER_LIST, NULL, "name", "'Kara Bar'", NEWEST, "customers_name" },
	{ Q_CUSTOMER_LIST, NULL, "groupId", SOMEBODY, NEWEST, "customer_group_members_" },
	{ Q_CUSTOMER_LIST, NULL, "search", "'%zzzzq%'", NEWEST, "customers_search" },
	{ Q_CUSTOMER_LIST, NULL, "search", "'%zzzzq%'", BY_NAME, "customers_search" },
	{ Q_CUSTOMER_LIST, NULL, "search", "'% zq%'", NEWEST, "customers_search" },
	{ Q_CUSTOMER_LIST, NULL, "short", "'\346\235\216\344\270\200'", NEWEST, "customers_grams" },
	{ Q_CUSTOMER_GROUP_CUSTOMERS, SOMEBODY, NULL, NULL, BY_NAME, "customer_group_members_" },
	{ Q_CUSTOMER_GET, SOMEBODY, NULL, NULL, "", "customers_pkey" },
	{ Q_CUSTOMER_DELETE, SOMEBODY ", NULL", NULL, NULL, "", "customers_pkey" },
	{ Q_CUSTOMER_NOTE_LIST, SOMEBODY, NULL, NULL, "ORDER BY n.created_at DESC, "
	  "n.id DESC LIMIT 51", "customer_notes_customer" },
	{ Q_CUSTOMER_STATISTICS, NOTHING, NULL, NULL, "",
	  "Index Only Scan using customers_created" },
};

static PGconn *conn;

static PGresult *
run(const char *sql)
{
	PGresult *result = PQexec(conn, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
	    PQresultStatus(result) != PGRES_COMMAND_OK)
		printf("# %s", PQresultErrorMessage(result));
	return (result);
}

/* A condition with the value where the client's is to stand. */
static void
add_condition(char *sql, size_t size, const char *where, const char *mark,
    const char *value)
{
	size_t n = strlen(sql);
	const char *at;

	n += (size_t)snprintf(sql + n, size - n, " AND (");
	while ((at = strstr(where, mark)) != NULL) {
		n += (size_t)snprintf(sql + n, size - n, "%.*s%s",
		    (int)(at - where), where, value);
		where = at + strlen(mark);
	}
	snprintf(sql + n, size - n, "%s)", where);
}

static void
add_filter(char *sql, size_t size, const struct query *q,
    const struct shape *shape)
{
	const struct list_field *f = q->fields;
	char where[2048];

	if (strcmp(shape->field, "search") == 0) {
		add_condition(sql, size, q->search, LIST_SEARCH, shape->value);
		return;
	}
	if (strcmp(shape->field, "short") == 0) {
		add_condition(sql, size, q->short_search, LIST_WORD,
		    shape->value);
		return;
	}
	while (strcmp(f->name, shape->field) != 0)
		f++;
	if (strstr(f->expr, LIST_VALUE) != NULL)
		snprintf(where, sizeof(where), "%s", f->expr);
	else if (f->type == TYPE_TEXTS)
		snprintf(where, sizeof(where), "%s @> ARRAY[" LIST_VALUE "]",
		    f->expr);
	else
		snprintf(where, sizeof(where), "%s = " LIST_VALUE, f->expr);
	add_condition(sql, size, where, LIST_VALUE, shape->value);
}

/* Whether the plan uses the index and walks nothing; else it is shown. */
static int
plan_is_right(const char *explain, const struct shape *shape)
{
	PGresult *plan = run(explain);
	int uses = 0, walks = 0;

	for (int i = 0; i < PQntuples(plan); i++) {
		const char *line = PQgetvalue(plan, i, 0);

		uses |= strstr(line, shape->index) != NULL;
		walks |= strstr(line, "Seq Scan on customers ") != NULL;
	}
	for (int i = 0; i < PQntuples(plan) && (!uses || walks); i++)
		printf("# %s\n", PQgetvalue(plan, i, 0));
	PQclear(plan);
	return (uses && !walks);
}

static int
try_shape(const struct shape *shape, const char *mode)
{
	const struct query *q = &queries[shape->query];
	char sql[32768], explain[1024];
	int right;

	snprintf(sql, sizeof(sql), "SET plan_cache_mode = force_%s_plan; "
	    "PREPARE shape AS %s", mode, q->sql);
	if (shape->field != NULL)
		add_filter(sql, sizeof(sql), q, shape);
	strncat(sql, " ", sizeof(sql) - strlen(sql) - 1);
	strncat(sql, shape->rest, sizeof(sql) - strlen(sql) - 1);
	PQclear(run(sql));
	snprintf(explain, sizeof(explain), "EXPLAIN EXECUTE shape%s%s%s",
	    shape->values != NULL ? "(" : "",
	    shape->values != NULL ? shape->values : "",
	    shape->values != NULL ? ")" : "");
	right = plan_is_right(explain, shape);
	PQclear(run("DEALLOCATE shape"));
	return (right);
}

int
main(void)
{
	static const char *const modes[] = { "custom", "generic" };
	unsigned done = 0, failed = 0;

	conn = PQconnectdb("options='-c search_path=bureau,public'");
	if (PQstatus(conn) != CONNECTION_OK) {
		fprintf(stderr, "%s", PQerrorMessage(conn));
		return (2);
	}
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		for (unsigned m = 0; m < 2; m++) {
			int right = try_shape(&shapes[i], modes[m]);

			failed += !right;
			printf("%sok %u - %s %s %s uses %s (%s plan)\n",
			    right ? "" : "not ", ++done,
			    queries[shapes[i].query].name,
			    shapes[i].field != NULL ? shapes[i].field : "",
			    shapes[i].rest, shapes[i].index, modes[m]);
		}
	}
	printf("1..%u\n", done);
	PQfinish(conn);
	return (failed > 0);
}
