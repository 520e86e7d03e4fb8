/* SPDX-License-Identifier: ISC */
/*
 * What the scanner accepts, json-c can read; what json-c then writes, the
 * scanner accepts; and no value is still one when its end is missing.
 */
#include "fuzz.h"

#include <json-c/json.h>
#include <string.h>

#include "json.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size), again;
	struct json_error error = { 0, 0, NULL };
	struct arena *arena = fuzz_arena();
	struct json_object *tree;

	if (!json_scan(text, &error)) {
		ASSERT(error.line > 0 && error.column > 0);
		ASSERT(error.message != NULL);
		ASSERT(!json_parse(arena, text, &tree, &error));
		return (0);
	}
	ASSERT(json_parse(arena, text, &tree, &error));
	again = str_of(json_object_to_json_string_ext(tree,
	    JSON_C_TO_STRING_PLAIN));
	ASSERT(json_scan(again, &error));

	while (text.n > 0 && strchr(" \t\r\n", text.p[text.n - 1]) != NULL)
		text.n--;
	text.n--;
	if (strchr("]}\"", text.p[text.n]) != NULL)
		ASSERT(!json_scan(text, &error));
	return (0);
}
