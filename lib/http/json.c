/* SPDX-License-Identifier: ISC */
/*
 * The tree, by json-c, of a text that the scanner found beyond doubt.
 */
#include "json.h"

#include <json-c/json.h>
#include <limits.h>

#include "arena.h"
#include "check.h"

static void	 put_tree(void *tree);

bool
json_parse(struct arena *arena, struct str text, struct json_object **out,
    struct json_error *error)
{
	struct json_tokener *tokener;
	struct json_object *tree;
	bool parsed;

	if (!json_scan(text, error))
		return (false);
	ASSERT(text.n < INT_MAX);
	tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 1);
	if (tokener == NULL)
		PANIC("out of memory");
	json_tokener_set_flags(tokener,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	tree = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	/* A number alone may go on until a NUL ends it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		tree = json_tokener_parse_ex(tokener, "", 1);
	parsed = json_tokener_get_error(tokener) == json_tokener_success;
	json_tokener_free(tokener);
	if (!parsed) {
		*error = (struct json_error){ 1, 1, "It cannot be read." };
		return (false);
	}
	if (tree != NULL)
		arena_defer(arena, put_tree, tree);
	*out = tree;
	return (true);
}

bool
json_is_object(struct json_object *value)
{
	return (json_object_is_type(value, json_type_object));
}

struct json_object *
json_get(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_is_object(object) ||
	    !json_object_object_get_ex(object, name, &value))
		return (NULL);
	return (value);
}

size_t
json_count(struct json_object *array)
{
	return (json_object_is_type(array, json_type_array) ?
	    json_object_array_length(array) : 0);
}

struct json_object *
json_at(struct json_object *array, size_t i)
{
	ASSERT(i < json_count(array));
	return (json_object_array_get_idx(array, i));
}

int64_t
json_int(struct json_object *number, int64_t fallback)
{
	return (json_object_is_type(number, json_type_int) ?
	    json_object_get_int64(number) : fallback);
}

struct str
json_str(struct json_object *string)
{
	if (!json_object_is_type(string, json_type_string))
		return ((struct str){ NULL, 0 });
	return ((struct str){ json_object_get_string(string),
	    (size_t)json_object_get_string_len(string) });
}

static void
put_tree(void *tree)
{
	json_object_put(tree);
}

struct str
json_text(struct json_object *value)
{
	size_t n;
	const char *text = json_object_to_json_string_length(value,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);

	return ((struct str){ text, n });
}
