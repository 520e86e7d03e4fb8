/* SPDX-License-Identifier: ISC */
/*
 * Results, and the writers that turn rows into JSON and CSV by the type of each
 * column.  They read PostgreSQL's text format: ISO dates in UTC.
 */
#include "rows.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "db.h"
#include "text.h"
#include "when.h"

/* Object ids of built-in types; fixed for ever in pg_type.dat. */
enum oid {
	OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23,
	OID_JSON = 114, OID_FLOAT4 = 700, OID_FLOAT8 = 701,
	OID_TEXT_ARRAY = 1009, OID_TIMESTAMPTZ = 1184, OID_NUMERIC = 1700,
	OID_UUID_ARRAY = 2951, OID_JSONB = 3802
};

struct db_rows {
	struct arena	*arena;
	PGresult	*result;	/* NULL until the trip came back */
};

struct db_rows *
rows_new(struct arena *arena)
{
	struct db_rows *rows = arena_alloc(arena, sizeof(*rows));

	rows->arena = arena;
	return (rows);
}

static void
clear(void *result)
{
	PQclear(result);
}

void
rows_keep(struct db_rows *rows, PGresult *result)
{
	rows->result = result;
	arena_defer(rows->arena, clear, result);
}

void
rows_lend(struct db_rows *rows, PGresult *result)
{
	rows->result = result;
}

const char *
rows_constraint_field(struct arena *arena, const char *constraint,
    const char *table)
{
	size_t n = table != NULL ? strlen(table) : 0;
	char *field, *out;
	const char *end;

	if (constraint == NULL || n == 0 ||
	    strncmp(constraint, table, n) != 0 || constraint[n] != '_')
		return (NULL);
	field = out = arena_strdup(arena, constraint + n + 1);
	end = strrchr(field, '_');
	if (end == NULL)
		return (NULL);
	/* user_name_key: up to the last _, in camel case. */
	for (const char *in = field; in < end; in++) {
		if (*in == '_' && in + 1 < end)
			*out++ = (char)toupper((unsigned char)*++in);
		else
			*out++ = *in;
	}
	*out = '\0';
	return (field);
}

unsigned
db_count(const struct db_rows *rows)
{
	return (rows->result == NULL ? 0 :
	    (unsigned)PQntuples(rows->result));
}

static unsigned
column_count(const struct db_rows *rows)
{
	return (rows->result == NULL ? 0 : (unsigned)PQnfields(rows->result));
}

/* By exact name; PQfnumber() would fold the case. */
static int
column_find(const struct db_rows *rows, const char *column)
{
	for (unsigned i = 0; i < column_count(rows); i++)
		if (strcmp(PQfname(rows->result, (int)i), column) == 0)
			return ((int)i);
	return (-1);
}

const char *
db_text(const struct db_rows *rows, unsigned row, const char *column)
{
	int i = column_find(rows, column);

	if (i < 0 || row >= db_count(rows) ||
	    PQgetisnull(rows->result, (int)row, i))
		return (NULL);
	return (PQgetvalue(rows->result, (int)row, i));
}

/* --- JSON ------------------------------------------------------------------- */

/* "2026-11-20 13:40:00.123456+00" to "2026-11-20T13:40:00.123Z"; infinity and
 * what is far away stay as they are. */
static struct str
time_text(const char *text, size_t len, char out[WHEN_SIZE])
{
	if (len < 22 || text[4] != '-' || text[10] != ' ' ||
	    strcmp(text + len - 3, "+00") != 0)
		return ((struct str){ text, len });
	memcpy(out, "yyyy-mm-ddThh:mm:ss.000Z", WHEN_SIZE);
	memcpy(out, text, 10);
	memcpy(out + 11, text + 11, 8);
	if (text[19] == '.')
		for (size_t i = 20; i < 23 && isdigit((unsigned char)text[i]);
		    i++)
			out[i] = text[i];
	return ((struct str){ out, WHEN_SIZE - 1 });
}

static void
json_time(struct buf *out, const char *text, size_t len)
{
	char iso[WHEN_SIZE];
	struct str time = time_text(text, len, iso);

	buf_json(out, time.p, time.n);
}

/* A quoted entry of an array literal; returns what follows it. */
static const char *
json_quoted(struct arena *arena, struct buf *out, const char *p)
{
	struct buf entry;

	buf_init(&entry, arena, 1024 * 1024);
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		buf_char(&entry, *p);
	}
	buf_json(out, entry.data, entry.len);
	return (*p == '"' ? p + 1 : p);
}

/* A bare one: PostgreSQL quotes whatever would need a backslash. */
static const char *
json_bare(struct buf *out, const char *p)
{
	size_t n = strcspn(p, ",}");

	if (n == 4 && strncmp(p, "NULL", 4) == 0)
		buf_text(out, "null");
	else
		buf_json(out, p, n);
	return (p + n);
}

/* {a,"b c"} to ["a","b c"]; one dimension. */
static void
json_array(struct arena *arena, struct buf *out, const char *p)
{
	buf_char(out, '[');
	if (*p == '{')
		p++;
	while (*p != '\0' && *p != '}') {
		p = *p == '"' ? json_quoted(arena, out, p) : json_bare(out, p);
		if (*p == ',') {
			buf_char(out, ',');
			p++;
		}
	}
	buf_char(out, ']');
}

static void
json_number(struct buf *out, const char *text, size_t len)
{
	/* NaN and Infinity have no JSON. */
	if (isdigit((unsigned char)text[0]) ||
	    (text[0] == '-' && isdigit((unsigned char)text[1])))
		buf_add(out, text, len);
	else
		buf_text(out, "null");
}

static void
json_value(const struct db_rows *rows, int row, int column, struct buf *out)
{
	const char *text = PQgetvalue(rows->result, row, column);
	size_t len = (size_t)PQgetlength(rows->result, row, column);

	if (PQgetisnull(rows->result, row, column)) {
		buf_text(out, "null");
		return;
	}
	switch ((enum oid)PQftype(rows->result, column)) {
	case OID_BOOL:
		buf_text(out, text[0] == 't' ? "true" : "false");
		break;
	case OID_INT2: case OID_INT4: case OID_INT8:
	case OID_FLOAT4: case OID_FLOAT8: case OID_NUMERIC:
		json_number(out, text, len);
		break;
	case OID_JSON: case OID_JSONB:
		buf_add(out, text, len);
		break;
	case OID_TIMESTAMPTZ:
		json_time(out, text, len);
		break;
	case OID_TEXT_ARRAY: case OID_UUID_ARRAY:
		json_array(rows->arena, out, text);
		break;
	default:
		buf_json(out, text, len);
		break;
	}
}

void
db_json(const struct db_rows *rows, unsigned row, struct buf *out)
{
	const char *before = "\"";

	ASSERT(row < db_count(rows));
	buf_char(out, '{');
	for (unsigned i = 0; i < column_count(rows); i++) {
		const char *name = PQfname(rows->result, (int)i);

		if (name[0] == '_')
			continue;
		buf_text(out, before);
		buf_text(out, name);
		buf_add(out, "\":", 2);
		json_value(rows, (int)row, (int)i, out);
		before = ",\"";
	}
	buf_char(out, '}');
}

/* --- CSV -------------------------------------------------------------------- */

void
db_csv_head(const struct db_rows *rows, struct buf *out)
{
	const char *before = "";

	for (unsigned i = 0; i < column_count(rows); i++) {
		const char *name = PQfname(rows->result, (int)i);

		if (name[0] == '_')
			continue;
		buf_text(out, before);
		buf_csv(out, name, strlen(name));
		before = ",";
	}
	buf_text(out, "\r\n");
}

/* {a,"b c"} as a;b c in out; one dimension. */
static struct str
joined(const char *p, char *out)
{
	char *end = out;
	bool quoted = false;

	for (p += *p == '{'; *p != '\0' && (quoted || *p != '}'); p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (*p == ',' && !quoted) {
			*end++ = ';';
		} else {
			if (*p == '\\' && p[1] != '\0')
				p++;
			*end++ = *p;
		}
	}
	return ((struct str){ out, (size_t)(end - out) });
}

static void
csv_value(const struct db_rows *rows, int row, int column, struct buf *out)
{
	const char *text = PQgetvalue(rows->result, row, column);
	size_t len = (size_t)PQgetlength(rows->result, row, column);
	char iso[WHEN_SIZE], *entries = NULL;
	struct str cell = { text, len };

	switch ((enum oid)PQftype(rows->result, column)) {
	case OID_TEXT_ARRAY: case OID_UUID_ARRAY:
		entries = malloc(len + 1);
		ASSERT(entries != NULL);
		cell = joined(text, entries);
		break;
	case OID_BOOL:
		cell = text[0] == 't' ? STR("true") : text[0] == 'f' ?
		    STR("false") : STR("");
		break;
	case OID_TIMESTAMPTZ:
		cell = time_text(text, len, iso);
		break;
	default:
		break;
	}
	buf_csv(out, cell.p, cell.n);
	/* Not of the arena, which grows with the rows of a file. */
	free(entries);
}

void
db_csv(const struct db_rows *rows, unsigned row, struct buf *out)
{
	const char *before = "";

	ASSERT(row < db_count(rows));
	for (unsigned i = 0; i < column_count(rows); i++) {
		if (PQfname(rows->result, (int)i)[0] == '_')
			continue;
		buf_text(out, before);
		csv_value(rows, (int)row, (int)i, out);
		before = ",";
	}
	buf_text(out, "\r\n");
}
