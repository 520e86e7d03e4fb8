/* SPDX-License-Identifier: ISC */
/*
 * Parameters as JSON Schema, for the description of the API.
 */
#include "param_kind.h"

#include <string.h>

#include "buf.h"

static void
schema_choices(struct buf *out, const char *choices)
{
	struct str rest = str_of(choices), choice;
	const char *comma = "";

	buf_text(out, ",\"enum\":[");
	while (str_split(&rest, ' ', &choice)) {
		buf_text(out, comma);
		buf_json(out, choice.p, choice.n);
		comma = ",";
	}
	buf_char(out, ']');
}

static void
schema_count(struct buf *out, const struct param *param)
{
	if (param->required)
		buf_text(out, ",\"minItems\":1");
	buf_printf(out, ",\"maxItems\":%u",
	    param->many > 0 ? param->many : ITEM_MAX);
}

static void
schema_bounds(struct buf *out, const struct param *param)
{
	bool is_text = param->type <= PARAM_SECRET;

	if (param->type != PARAM_INT && !is_text)
		return;
	if (param->min != 0)
		buf_printf(out, ",\"%s\":%lld",
		    is_text ? "minLength" : "minimum", (long long)param->min);
	if (param->max != 0)
		buf_printf(out, ",\"%s\":%lld",
		    is_text ? "maxLength" : "maximum", (long long)param->max);
}

void
param_schema(struct buf *out, const struct param *param)
{
	bool nested = param->type == PARAM_OBJECT ||
	    param->type == PARAM_OBJECTS;

	if (param->nullable)
		buf_text(out, "{\"anyOf\":[");
	if (nested) {
		if (param->type == PARAM_OBJECTS)
			buf_text(out, "{\"type\":\"array\",\"items\":");
		params_schema(out, param->of, IN_BODY, param->partial);
		if (param->type == PARAM_OBJECTS) {
			schema_count(out, param);
			buf_char(out, '}');
		}
	} else {
		buf_char(out, '{');
		buf_text(out, param_kinds[param->type].schema);
		if (param->choices != NULL)
			schema_choices(out, param->choices);
		schema_bounds(out, param);
		if (param_kinds[param->type].is_array)
			schema_count(out, param);
		if (param->doc != NULL && !param->nullable) {
			buf_text(out, ",\"description\":");
			buf_json(out, param->doc, strlen(param->doc));
		}
		buf_char(out, '}');
	}
	if (param->nullable)
		buf_text(out, ",{\"type\":\"null\"}]}");
}

void
params_schema(struct buf *out, const struct param *params,
    enum param_place place, bool partial)
{
	const char *comma = "";

	buf_text(out, "{\"type\":\"object\",\"additionalProperties\":false,"
	    "\"properties\":{");
	for (const struct param *p = params; p != NULL && p->name; p++) {
		if (p->in != place)
			continue;
		buf_printf(out, "%s\"%s\":", comma, p->name);
		param_schema(out, p);
		comma = ",";
	}
	buf_char(out, '}');
	comma = ",\"required\":[";
	for (const struct param *p = params; p != NULL && p->name; p++) {
		if (p->in != place || !p->required || partial)
			continue;
		buf_printf(out, "%s\"%s\"", comma, p->name);
		comma = ",";
	}
	buf_text(out, comma[1] == '\0' ? "]}" : "}");
}
