/* SPDX-License-Identifier: ISC */
/*
 * JSON and forms against the rows of a route.  Both end in take_text(), where
 * the type judges one text: a form has nothing else, JSON has numbers, truth
 * values, arrays and objects around it.
 */
#include "param_kind.h"

#include <string.h>

#include <json-c/json.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "form.h"
#include "json.h"

static void	json_value(struct arena *arena, const struct param *param,
		    struct json_object *json, const char *name,
		    struct values *values, struct field_errors *errors);

void
values_init(struct values *values, struct arena *arena,
    const struct param *params)
{
	size_t n = 0;

	while (params != NULL && params[n].name != NULL)
		n++;
	/* Path values of names without a row come on top. */
	values->room = n + 8;
	values->count = 0;
	values->list = arena_array(arena, values->room, sizeof(*values->list));
}

const struct value *
values_find(const struct values *values, const char *name)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->list[i].param->name, name) == 0)
			return (&values->list[i]);
	return (NULL);
}

static void
values_add(struct values *values, const struct param *param, struct str text)
{
	ASSERT(values->count < values->room);
	values->list[values->count++] =
	    (struct value){ param, text.p, text.n };
}

/* --- errors ------------------------------------------------------------- */

void
field_error(struct field_errors *errors, const char *field, enum err err,
    const char *message)
{
	if (errors->count < COUNT_OF(errors->list))
		errors->list[errors->count++] =
		    (struct field_error){ field, err, message };
}

enum err
field_errors_code(const struct field_errors *errors)
{
	if (errors->count == 0)
		return (ERR_OK);
	for (size_t i = 0; i < errors->count; i++)
		if (errors->list[i].err == ERR_INVALID_INPUT ||
		    errors->list[i].err == ERR_RESOURCE_NOT_FOUND)
			return (errors->list[i].err);
	return (errors->count == 1 ? errors->list[0].err :
	    ERR_VALIDATION_ERROR);
}

/* Check and keep one text; for an array, it becomes an entry in `array`.  Returns it
 * as it is kept, or { NULL, 0 }. */
static struct str
take_text(struct arena *arena, const struct param *param, const char *name,
    struct str in, struct buf *array, struct values *values,
    struct field_errors *errors)
{
	const char *message = "It has the wrong form.";
	struct str out = { NULL, 0 };
	enum err err;

	if (param_kinds[param->type].check == NULL) {
		field_error(errors, name, ERR_INVALID_FORMAT,
		    "It must be sent as JSON.");
		return (out);
	}
	err = param_kinds[param->type].check(arena, param, in, &out, &message);
	if (err != ERR_OK) {
		field_error(errors, name, err, message);
		return ((struct str){ NULL, 0 });
	}
	out.p = arena_memdup(arena, out.p, out.n);
	if (array == NULL) {
		values_add(values, param, out);
		return (out);
	}
	/* An entry of a PostgreSQL array literal. */
	buf_text(array, array->len == 1 ? "\"" : ",\"");
	for (size_t i = 0; i < out.n; i++) {
		if (out.p[i] == '"' || out.p[i] == '\\')
			buf_char(array, '\\');
		buf_char(array, out.p[i]);
	}
	buf_char(array, '"');
	return (out);
}

void
param_text(struct arena *arena, const struct param *param, struct str text,
    struct values *values, struct field_errors *errors)
{
	(void)take_text(arena, param, param->name, text, NULL, values, errors);
}

static void
array_open(struct arena *arena, struct buf *array)
{
	buf_init(array, arena, 1024 * 1024);
	buf_char(array, '{');
}

static bool
count_fits(const struct param *param, const char *name, size_t count,
    struct field_errors *errors)
{
	size_t many = param->many > 0 ? param->many : ITEM_MAX;

	if (count > many)
		field_error(errors, name, ERR_VALIDATION_ERROR,
		    "It has too many entries.");
	else if (count == 0 && param->required)
		field_error(errors, name, ERR_MISSING_REQUIRED_FIELD,
		    "It must not be empty.");
	else
		return (true);
	return (false);
}

static void
array_close(const struct param *param, const char *name, struct buf *array,
    size_t count, struct values *values, struct field_errors *errors)
{
	buf_char(array, '}');
	if (!count_fits(param, name, count, errors))
		return;
	if (array->failed)
		field_error(errors, name, ERR_VALIDATION_ERROR,
		    "It is too large.");
	else
		values_add(values, param,
		    (struct str){ array->data, array->len });
}

/* --- JSON ----------------------------------------------------------------- */

static const struct param *
param_find(const struct param *params, enum param_place place,
    struct str name)
{
	for (; params != NULL && params->name != NULL; params++)
		if (params->in == place && str_is(name, params->name))
			return (params);
	return (NULL);
}

/* What text a scalar of the right JSON type stands for. */
static bool
json_scalar(struct arena *arena, const struct param *param,
    struct json_object *json, struct str *out)
{
	switch (param->type) {
	case PARAM_INT:
		if (!json_object_is_type(json, json_type_int))
			return (false);
		*out = str_of(arena_printf(arena, "%lld",
		    (long long)json_object_get_int64(json)));
		return (true);
	case PARAM_NUMBER:
		if (!json_object_is_type(json, json_type_int) &&
		    !json_object_is_type(json, json_type_double))
			return (false);
		*out = str_of(json_object_get_string(json));
		return (true);
	case PARAM_BOOL:
		if (!json_object_is_type(json, json_type_boolean))
			return (false);
		*out = json_object_get_boolean(json) ? STR("true") :
		    STR("false");
		return (true);
	default:
		if (!json_object_is_type(json, json_type_string))
			return (false);
		*out = json_str(json);
		return (true);
	}
}

/* So does the tree keep it, for an object is passed on as text. */
static void
json_keep(struct json_object *json, struct str text)
{
	if (text.p != NULL && json_object_is_type(json, json_type_string))
		json_object_set_string_len(json, text.p, (int)text.n);
}

static void
json_scalars(struct arena *arena, const struct param *param,
    struct json_object *json, const char *name, struct values *values,
    struct field_errors *errors)
{
	size_t n = json_object_array_length(json);
	struct buf array;

	array_open(arena, &array);
	for (size_t i = 0; i < n && i <= ITEM_MAX * 10; i++) {
		const char *at = arena_printf(arena, "%s[%zu]", name, i);
		struct json_object *entry = json_object_array_get_idx(json, i);
		struct str text;

		if (json_scalar(arena, param, entry, &text))
			json_keep(entry, take_text(arena, param, at, text,
			    &array, values, errors));
		else
			field_error(errors, at, ERR_INVALID_FORMAT,
			    "It must be a text.");
	}
	array_close(param, name, &array, n, values, errors);
}

static struct str
json_plain(struct arena *arena, struct json_object *json)
{
	size_t n;
	const char *text = json_object_to_json_string_length(json,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);

	return ((struct str){ arena_memdup(arena, text, n), n });
}

/* Members of an object against rows; names in errors begin with prefix. */
static void
json_members(struct arena *arena, const struct param *params, bool partial,
    struct json_object *object, const char *prefix, struct values *values,
    struct field_errors *errors)
{
	json_object_object_foreach(object, key, member) {
		const char *name = arena_printf(arena, "%s%s", prefix, key);
		const struct param *param = param_find(params, IN_BODY,
		    str_of(key));

		if (param == NULL)
			field_error(errors, name, ERR_VALIDATION_ERROR,
			    "This field is not known here.");
		else
			json_value(arena, param, member, name, values, errors);
	}
	for (; params != NULL && params->name != NULL && !partial; params++)
		if (params->in == IN_BODY && params->required &&
		    !json_object_object_get_ex(object, params->name, NULL))
			field_error(errors, arena_printf(arena, "%s%s", prefix,
			    params->name), ERR_MISSING_REQUIRED_FIELD,
			    "It is required.");
}

/* A nested object: its members are checked, and its text, with these as they are kept, is
 * passed on. */
static void
json_nested(struct arena *arena, const struct param *param,
    struct json_object *object, const char *prefix,
    struct field_errors *errors)
{
	struct values members;

	values_init(&members, arena, param->of);
	json_members(arena, param->of, param->partial, object, prefix,
	    &members, errors);
}

static void
json_objects(struct arena *arena, const struct param *param,
    struct json_object *json, const char *name, struct values *values,
    struct field_errors *errors)
{
	size_t n = json_object_array_length(json);

	if (!count_fits(param, name, n, errors))
		return;
	for (size_t i = 0; i < n; i++) {
		struct json_object *entry = json_object_array_get_idx(json, i);
		const char *at = arena_printf(arena, "%s[%zu]", name, i);

		if (json_object_is_type(entry, json_type_object))
			json_nested(arena, param, entry,
			    arena_printf(arena, "%s.", at), errors);
		else
			field_error(errors, at, ERR_INVALID_FORMAT,
			    "It must be an object.");
	}
	values_add(values, param, json_plain(arena, json));
}

static void
json_object_value(struct arena *arena, const struct param *param,
    struct json_object *json, const char *name, struct values *values,
    struct field_errors *errors)
{
	struct str text;

	if (!json_object_is_type(json, json_type_object)) {
		field_error(errors, name, ERR_INVALID_FORMAT,
		    "It must be an object.");
		return;
	}
	if (param->type == PARAM_OBJECT)
		json_nested(arena, param, json,
		    arena_printf(arena, "%s.", name), errors);
	text = json_plain(arena, json);
	if (param->max > 0 && text.n > (size_t)param->max)
		field_error(errors, name, ERR_VALIDATION_ERROR,
		    "It is too large.");
	else
		values_add(values, param, text);
}

static void
json_value(struct arena *arena, const struct param *param,
    struct json_object *json, const char *name, struct values *values,
    struct field_errors *errors)
{
	struct str text;

	if (json == NULL) {
		if (param->nullable)
			values_add(values, param, (struct str){ NULL, 0 });
		else
			field_error(errors, name, param->required ?
			    ERR_MISSING_REQUIRED_FIELD : ERR_INVALID_FORMAT,
			    "It must not be null.");
	} else if (param_kinds[param->type].is_array) {
		if (!json_object_is_type(json, json_type_array))
			field_error(errors, name, ERR_INVALID_FORMAT,
			    "It must be an array.");
		else if (param->type == PARAM_OBJECTS)
			json_objects(arena, param, json, name, values, errors);
		else
			json_scalars(arena, param, json, name, values, errors);
	} else if (param_kinds[param->type].check == NULL) {
		json_object_value(arena, param, json, name, values, errors);
	} else if (json_scalar(arena, param, json, &text)) {
		json_keep(json, take_text(arena, param, name, text, NULL,
		    values, errors));
	} else {
		field_error(errors, name, ERR_INVALID_FORMAT,
		    param->type == PARAM_INT ? "It must be a whole number." :
		    param->type == PARAM_NUMBER ? "It must be a number." :
		    param->type == PARAM_BOOL ? "It must be true or false." :
		    "It must be a text.");
	}
}

void
param_object(struct arena *arena, const struct param *params, bool partial,
    struct json_object *object, struct values *values,
    struct field_errors *errors)
{
	json_members(arena, params, partial, object, "", values, errors);
}

/* --- forms and query strings ---------------------------------------------- */

static const char *
allowed_names(struct arena *arena, const struct param *params,
    enum param_place place)
{
	struct buf names;

	buf_init(&names, arena, 2000);
	for (; params != NULL && params->name != NULL; params++)
		if (params->in == place)
			buf_printf(&names, "%s%s", names.len > 0 ? ", " : "",
			    params->name);
	return (names.len > 0 ? names.data : "none");
}

static void
form_array(struct arena *arena, const struct param *param,
    const struct form *form, struct values *values,
    struct field_errors *errors)
{
	struct buf array;
	size_t n = 0;

	if (values_find(values, param->name) != NULL)
		return;			/* its other fields were taken along */
	array_open(arena, &array);
	for (size_t i = 0; i < form->count; i++) {
		if (!str_is(form->fields[i].name, param->name))
			continue;
		(void)take_text(arena, param, param->name,
		    form->fields[i].value, &array, values, errors);
		n++;
	}
	array_close(param, param->name, &array, n, values, errors);
}

static void
form_field(struct arena *arena, const struct param *param,
    const struct form *form, struct str text, struct values *values,
    struct field_errors *errors)
{
	if (param_kinds[param->type].is_array)
		form_array(arena, param, form, values, errors);
	else if (values_find(values, param->name) != NULL)
		field_error(errors, param->name, ERR_INVALID_INPUT,
		    "It is given twice.");
	else if (text.n == 0 && param->in == IN_BODY && !param->required)
		return;			/* an input left empty */
	else
		(void)take_text(arena, param, param->name, text, NULL, values,
		    errors);
}

void
param_form(struct arena *arena, const struct param *params,
    enum param_place place, const struct form *form,
    bool (*skip)(const char *name, const void *cls), const void *cls,
    struct values *values, struct field_errors *errors)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct field *field = &form->fields[i];
		const char *name = arena_memdup(arena, field->name.p,
		    field->name.n);
		const struct param *param = param_find(params, place,
		    field->name);

		if (skip != NULL && skip(name, cls))
			continue;
		if (param != NULL)
			form_field(arena, param, form, field->value, values,
			    errors);
		else
			field_error(errors, name, place == IN_QUERY ?
			    ERR_INVALID_INPUT : ERR_VALIDATION_ERROR,
			    arena_printf(arena,
			    "This name is not known here; allowed: %s.",
			    allowed_names(arena, params, place)));
	}
}

void
param_required(const struct param *params, enum param_place place,
    const struct values *values, struct field_errors *errors)
{
	for (; params != NULL && params->name != NULL; params++) {
		bool told = false;

		if (params->in != place || !params->required ||
		    values_find(values, params->name) != NULL)
			continue;
		for (size_t i = 0; i < errors->count; i++)
			told |= strcmp(errors->list[i].field,
			    params->name) == 0;
		if (!told)
			field_error(errors, params->name,
			    ERR_MISSING_REQUIRED_FIELD, "It is required.");
	}
}
