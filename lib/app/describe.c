/* SPDX-License-Identifier: ISC */
/*
 * The route table as OpenAPI, one line a piece, for `bureau openapi` to put
 * together over all responders:
 *
 *	path <TAB> /api/v1/notes <TAB> get <TAB> { operation }
 *	schema <TAB> Note <TAB> { JSON Schema }
 */
#include "inner.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "check.h"

#define DESCRIBE_MAX (1024 * 1024)

static const char *const type_schemas[] = {
	[TYPE_UUID] = "\"type\":%s,\"format\":\"uuid\"",
	[TYPE_TEXT] = "\"type\":%s", [TYPE_INT] = "\"type\":%s",
	[TYPE_FLOAT] = "\"type\":%s", [TYPE_BOOL] = "\"type\":%s",
	[TYPE_TIME] = "\"type\":%s,\"format\":\"date-time\"",
	[TYPE_DATE] = "\"type\":%s,\"format\":\"date\"",
	[TYPE_JSON] = "%s",
	[TYPE_TEXTS] = "\"type\":%s,\"items\":{\"type\":\"string\"}",
	[TYPE_UUIDS] =
	    "\"type\":%s,\"items\":{\"type\":\"string\",\"format\":\"uuid\"}",
};

static const char *const type_names[] = {
	[TYPE_UUID] = "string", [TYPE_TEXT] = "string", [TYPE_INT] = "integer",
	[TYPE_FLOAT] = "number", [TYPE_BOOL] = "boolean",
	[TYPE_TIME] = "string", [TYPE_DATE] = "string", [TYPE_JSON] = NULL,
	[TYPE_TEXTS] = "array", [TYPE_UUIDS] = "array",
};

static void
field_schema(struct buf *out, enum value_type type, bool nullable)
{
	char name[32] = "";

	if (type_names[type] != NULL)
		snprintf(name, sizeof(name), nullable ? "[\"%s\",\"null\"]" :
		    "\"%s\"", type_names[type]);
	buf_char(out, '{');
	if (type != TYPE_JSON) {
		const char *at = strstr(type_schemas[type], "%s");

		buf_add(out, type_schemas[type],
		    (size_t)(at - type_schemas[type]));
		buf_text(out, name);
		buf_text(out, at + 2);
	}
	buf_char(out, '}');
}

static void
record_schema(struct buf *out, const struct record *record)
{
	const char *comma = "";

	buf_text(out, "{\"type\":\"object\",\"additionalProperties\":false,"
	    "\"properties\":{");
	for (const struct record_field *f = record->fields; f->name; f++) {
		buf_printf(out, "%s\"%s\":", comma, f->name);
		field_schema(out, f->type, f->nullable);
		comma = ",";
	}
	buf_text(out, "},\"required\":[");
	comma = "";
	for (const struct record_field *f = record->fields; f->name; f++) {
		buf_printf(out, "%s\"%s\"", comma, f->name);
		comma = ",";
	}
	buf_text(out, "]}");
}

static const struct record *
find_record(const struct route *route)
{
	if (route->returns != NULL) {
		for (unsigned i = 0; records[i] != NULL; i++)
			if (strcmp(records[i]->name, route->returns) == 0)
				return (records[i]);
		return (NULL);
	}
	return (queries[route->list != Q_NONE ? route->list :
	    route->query].returns);
}

/* --- parameters ----------------------------------------------------------------- */

static void
parameter(struct buf *out, const char *in, const char *name, bool required,
    const char *doc)
{
	if (out->data[out->len - 1] != '[')
		buf_char(out, ',');
	buf_printf(out, "{\"in\":\"%s\",\"name\":\"%s\",\"required\":%s", in,
	    name, required ? "true" : "false");
	if (doc != NULL) {
		buf_text(out, ",\"description\":");
		buf_json(out, doc, strlen(doc));
	}
	buf_text(out, ",\"schema\":");
}

static void
path_parameters(struct buf *out, const struct route *route)
{
	struct str rest = str_of(route->path + 1), piece;

	while (str_split(&rest, '/', &piece)) {
		const struct param *p = route->params;
		char name[64];

		if (piece.n < 3 || piece.p[0] != '{')
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)piece.n - 2,
		    piece.p + 1);
		while (p != NULL && p->name != NULL &&
		    (p->in != IN_PATH || strcmp(p->name, name) != 0))
			p++;
		parameter(out, "path", name, true,
		    p != NULL && p->name != NULL ? p->doc : NULL);
		param_schema(out, p != NULL && p->name != NULL ? p :
		    &(struct param){ .name = name, .type = PARAM_UUID });
		buf_char(out, '}');
	}
}

static void
sort_parameter(struct buf *out, const struct query *query)
{
	const char *comma = "";

	for (const struct list_field *f = query->fields;
	    f != NULL && f->name; f++) {
		if (!(f->flags & LIST_SORT))
			continue;
		if (comma[0] == '\0') {
			parameter(out, "query", "sort", false,
			    "Field to sort by, - before it for the other way.");
			buf_text(out, "{\"type\":\"string\",\"enum\":[");
		}
		buf_printf(out, "%s\"%s\",\"-%s\"", comma, f->name, f->name);
		comma = ",";
	}
	if (comma[0] != '\0')
		buf_text(out, "]}}");
}

static void
list_parameters(struct buf *out, const struct query *query)
{
	parameter(out, "query", "limit", false, "Rows of a page.");
	buf_text(out, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,"
	    "\"default\":50}}");
	parameter(out, "query", "after", false, "`next` of the page before.");
	buf_text(out, "{\"type\":\"string\"}}");
	parameter(out, "query", "count", false, "Adds `total`.");
	buf_text(out, "{\"type\":\"string\",\"enum\":[\"exact\"]}}");
	if (query->search != NULL) {
		parameter(out, "query", "search", false, "Text to look for.");
		buf_text(out, "{\"type\":\"string\",\"maxLength\":200}}");
	}
	sort_parameter(out, query);
}

/* A filter of an array asks for one entry. */
static void
filter(struct buf *out, const struct list_field *field, const char *op)
{
	static const enum value_type entries[] = {
		[TYPE_UUID] = TYPE_UUID, [TYPE_TEXT] = TYPE_TEXT,
		[TYPE_INT] = TYPE_INT, [TYPE_FLOAT] = TYPE_FLOAT,
		[TYPE_BOOL] = TYPE_BOOL, [TYPE_TIME] = TYPE_TIME,
		[TYPE_DATE] = TYPE_DATE, [TYPE_JSON] = TYPE_TEXT,
		[TYPE_TEXTS] = TYPE_TEXT, [TYPE_UUIDS] = TYPE_UUID,
	};
	char name[96];

	snprintf(name, sizeof(name), "%s%s", field->name, op);
	parameter(out, "query", name, false, NULL);
	if (field->choices != NULL)
		param_schema(out, &(struct param){ .type = PARAM_CHOICE,
		    .choices = field->choices });
	else
		field_schema(out, entries[field->type], false);
	buf_char(out, '}');
}

static void
filter_parameters(struct buf *out, const struct query *query)
{
	static const char *const ranges[] = {
		"[gt]", "[gte]", "[lt]", "[lte]"
	};

	for (const struct list_field *f = query->fields;
	    f != NULL && f->name; f++) {
		if (f->flags & LIST_EQ) {
			filter(out, f, "");
			filter(out, f, "[ne]");
		}
		for (unsigned i = 0; i < COUNT_OF(ranges) &&
		    (f->flags & LIST_RANGE); i++)
			filter(out, f, ranges[i]);
	}
}

static void
parameters(struct buf *out, const struct route *route)
{
	buf_text(out, ",\"parameters\":[");
	path_parameters(out, route);
	for (const struct param *p = route->params; p && p->name; p++) {
		if (p->in != IN_QUERY)
			continue;
		parameter(out, "query", p->name, p->required, p->doc);
		param_schema(out, p);
		buf_char(out, '}');
	}
	if (route->list != Q_NONE) {
		list_parameters(out, &queries[route->list]);
		filter_parameters(out, &queries[route->list]);
	}
	if (route->method == POST && !route->secret) {
		parameter(out, "header", "Idempotency-Key", false,
		    "The same key and body give the same answer for a day.");
		buf_text(out, "{\"type\":\"string\",\"maxLength\":255}}");
	}
	if (queued_may(route)) {
		parameter(out, "header", "Prefer", false,
		    "`respond-async` keeps the request and answers 202 at "
		    "once; it is run in its turn, and /requests/{id} tells "
		    "how it fares.");
		buf_text(out, "{\"type\":\"string\",\"maxLength\":1000}}");
	}
	if (route->current != Q_NONE && route->method != GET) {
		parameter(out, "header", "If-Match", false,
		    "The ETag the change stands on; 412 when it no longer "
		    "holds.");
		buf_text(out, "{\"type\":\"string\"}}");
	}
	buf_char(out, ']');
}

static void
upload_body(struct buf *out, const struct route *route)
{
	buf_text(out, ",\"requestBody\":{\"required\":true,\"content\":{"
	    "\"multipart/form-data\":{\"schema\":{\"type\":\"object\","
	    "\"required\":[\"file\"],\"properties\":{\"file\":{"
	    "\"type\":\"string\",\"format\":\"binary\"}");
	for (const struct param *p = route->params; p && p->name; p++) {
		if (p->in != IN_BODY)
			continue;
		buf_printf(out, ",\"%s\":", p->name);
		param_schema(out, p);
	}
	buf_text(out, "}}}}}");
}

static void
request_body(struct buf *out, const struct route *route)
{
	bool any = false;

	if (route->upload) {
		upload_body(out, route);
		return;
	}

	for (const struct param *p = route->params; p && p->name; p++)
		any |= p->in == IN_BODY;
	if (!any)
		return;
	buf_text(out, ",\"requestBody\":{\"required\":true,\"content\":{"
	    "\"application/json\":{\"schema\":");
	params_schema(out, route->params, IN_BODY, route->partial);
	buf_char(out, '}');
	if (route->method == POST) {
		buf_text(out, ",\"application/x-www-form-urlencoded\":"
		    "{\"schema\":");
		params_schema(out, route->params, IN_BODY, false);
		buf_char(out, '}');
	}
	buf_text(out, "}}");
}

/* --- answers ----------------------------------------------------------------------- */

static void
responses(struct buf *out, const struct route *route)
{
	const struct record *record = find_record(route);
	int status = route->status != 0 ? route->status : 200;

	buf_printf(out, ",\"responses\":{\"%d\":{\"description\":\"%s\"",
	    status, status == 204 ? "Done; no content." : "Done.");
	if (record != NULL && status != 204) {
		buf_text(out, ",\"content\":{\"application/json\":"
		    "{\"schema\":");
		if (route->list != Q_NONE || route->many)
			buf_printf(out, "{\"type\":\"object\",\"properties\":{"
			    "\"items\":{\"type\":\"array\",\"items\":"
			    "{\"$ref\":\"#/components/schemas/%s\"}},"
			    "\"next\":{\"type\":[\"string\",\"null\"]},"
			    "\"total\":{\"type\":\"integer\"}},"
			    "\"required\":[\"items\",\"next\"]}",
			    record->name);
		else
			buf_printf(out, "{\"$ref\":"
			    "\"#/components/schemas/%s\"}", record->name);
		buf_text(out, "}}");
	} else if (route->type != NULL) {
		buf_printf(out, ",\"content\":{\"%s\":{\"schema\":"
		    "{\"type\":\"string\"}}}", route->type);
	}
	buf_char(out, '}');
	if (queued_may(route) && status != 202)
		buf_text(out, ",\"202\":{\"$ref\":"
		    "\"#/components/responses/Queued\"}");
	buf_text(out, ",\"4XX\":{\"$ref\":"
	    "\"#/components/responses/Problem\"},\"5XX\":{\"$ref\":"
	    "\"#/components/responses/Problem\"}}");
}

/* "GET /notes/{id}" to getNotesById-like names that stay unique. */
static void
operation_id(struct buf *out, const struct route *route)
{
	bool upper = true;

	for (const char *c = method_names[route->method]; *c != '\0'; c++)
		buf_char(out, (char)tolower((unsigned char)*c));
	for (const char *c = route->path; *c != '\0'; c++) {
		if (*c == '{')
			buf_text(out, "By");
		if (isalnum((unsigned char)*c))
			buf_char(out, (char)(upper ?
			    toupper((unsigned char)*c) : *c));
		upper = !isalnum((unsigned char)*c);
	}
}

static void
operation(struct buf *out, const struct route *route,
    const struct responder *self)
{
	buf_printf(out, "{\"operationId\":\"");
	operation_id(out, route);
	buf_printf(out, "\",\"tags\":[\"%s\"],\"summary\":", self->title);
	buf_json(out, route->doc, strlen(route->doc));
	buf_printf(out, ",\"x-permission\":\"%s\"",
	    perm_rows[route->need].name);
	if (route->need == PERM_PUBLIC)
		buf_text(out, ",\"security\":[]");
	parameters(out, route);
	request_body(out, route);
	responses(out, route);
	buf_char(out, '}');
}

void
describe(const struct responder *self, const struct route *routes)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 64 * 1024 * 1024);
	struct buf out;
	char path[256];

	buf_init(&out, arena, DESCRIBE_MAX);
	for (const struct route *r = routes; r->path != NULL; r++) {
		const struct record *record = find_record(r);

		if (!route_full_path(r, path, sizeof(path)))
			continue;
		buf_printf(&out, "path\t%s\t", path);
		for (const char *c = method_names[r->method]; *c; c++)
			buf_char(&out, (char)tolower((unsigned char)*c));
		buf_char(&out, '\t');
		operation(&out, r, self);
		buf_char(&out, '\n');
		if (record != NULL) {
			buf_printf(&out, "schema\t%s\t", record->name);
			record_schema(&out, record);
			buf_char(&out, '\n');
		}
	}
	fwrite(out.data, 1, out.len, stdout);
	arena_free(&arena);
}
