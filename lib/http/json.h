/* SPDX-License-Identifier: ISC */
/*
 * JSON that arrives, strictly as RFC 8259 has it.
 *
 * json-c is lenient where leniency hurts: of two equal names the last wins, a
 * NUL ends a name, large integers are cut.  So a text is scanned first, and
 * only what is beyond doubt is parsed.  Beside what the grammar forbids we
 * refuse equal names in one object, \u0000 (PostgreSQL text cannot hold it),
 * nesting over JSON_MAX_DEPTH, integers beyond 64 bits and numbers beyond
 * a double.
 */
#ifndef BUREAU_JSON_H
#define BUREAU_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define JSON_MAX_DEPTH	32

struct arena;
struct json_object;

struct json_error {
	unsigned	 line, column;	/* from 1; columns are characters */
	const char	*message;	/* what is wrong there; a sentence */
};

/* Judges a whole text in linear time; error is filled in when it is refused. */
bool		 json_scan(struct str text, struct json_error *error);
/* Scans and parses; the tree is freed when the arena is reset.  The text
 * `null` gives true and a NULL tree. */
bool		 json_parse(struct arena *arena, struct str text,
		    struct json_object **out, struct json_error *error);
bool		 json_is_object(struct json_object *value);
/* A member; NULL where there is none, where it is null, and of what is no object. */
struct json_object *json_get(struct json_object *object, const char *name);
/* Entries of an array: how many (0 of what is none), and one of them. */
size_t		 json_count(struct json_object *array);
struct json_object *json_at(struct json_object *array, size_t i);
/* A whole number; fallback for a value of another type. */
int64_t		 json_int(struct json_object *number, int64_t fallback);
/* The bytes of a JSON string, valid as long as it is; { NULL, 0 } for a value
 * of another type. */
struct str	 json_str(struct json_object *string);
/* It as text, on one line; valid as long as it is. */
struct str	 json_text(struct json_object *value);

#endif
