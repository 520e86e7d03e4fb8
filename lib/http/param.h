/* SPDX-License-Identifier: ISC */
/*
 * Parameters: what a route takes, as rows, and how they become checked values.
 *
 * Every value is kept as the text that PostgreSQL will read, so that a query
 * can be bound by name without C in between; handlers that need a number or a
 * truth value ask for it.  Text is UTF-8 in normal form C, without control
 * characters; a PARAM_LINE has no line break either and is trimmed.
 */
#ifndef BUREAU_PARAM_H
#define BUREAU_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "text.h"

struct arena;
struct json_object;
struct form;
struct buf;

enum param_type {
	PARAM_LINE,		/* text on one line; min, max in code points */
	PARAM_TEXT,		/* text of several lines */
	PARAM_SECRET,		/* bytes as they came, never trimmed or logged */
	PARAM_EMAIL,		/* kept folded, for comparing */
	PARAM_URL,		/* of http or https, that we shall call */
	PARAM_UUID,
	PARAM_INT,		/* min..max is its range */
	PARAM_NUMBER,		/* with a fraction, maybe */
	PARAM_BOOL,
	PARAM_TIME,		/* RFC 3339 */
	PARAM_CHOICE,		/* one of `choices`, separated by spaces */
	PARAM_LINES,		/* array of PARAM_LINE; at most `many` */
	PARAM_UUIDS,		/* array of ids */
	PARAM_OBJECT,		/* object whose members are the rows of `of` */
	PARAM_OBJECTS,		/* array of such objects */
	PARAM_JSON		/* any object; max in bytes */
};

enum param_place {
	IN_BODY,		/* of POST, PUT, PATCH; of DELETE, too */
	IN_QUERY,
	IN_PATH
};

struct param {
	const char		*name;
	enum param_type		 type;
	enum param_place	 in;
	bool			 required;	/* and not empty */
	bool			 partial;	/* an object that may leave out any member */
	bool			 nullable;	/* JSON null is a value */
	bool			 folded;	/* a line kept folded, for comparing */
	int64_t			 min, max;
	unsigned		 many;		/* entries of an array */
	const char		*choices;
	const struct param	*of;
	const char		*doc;
};
#define PARAMS_END { .name = NULL }

/* A parameter that was given; text is NULL for JSON null. */
struct value {
	const struct param	*param;
	const char		*text;
	size_t			 len;
};

struct values {
	struct value		*list;
	size_t			 count, room;
};

/* What is wrong with one field. */
struct field_error {
	const char		*field;
	enum err		 err;
	const char		*message;
};

struct field_errors {
	struct field_error	 list[32];
	size_t			 count;
};

void	values_init(struct values *values, struct arena *arena,
	    const struct param *params);
const struct value *values_find(const struct values *values, const char *name);

/* Check one text against its row and add it to values. */
void	param_text(struct arena *arena, const struct param *param,
	    struct str text, struct values *values, struct field_errors *errors);
/* All members of a JSON object against the rows IN_BODY; unknown ones are
 * errors, missing required ones too, unless it is partial. */
void	param_object(struct arena *arena, const struct param *params,
	    bool partial, struct json_object *object, struct values *values,
	    struct field_errors *errors);
/* The same for form fields or a query string (place says which rows).  A field
 * for which skip() is true is left to others. */
void	param_form(struct arena *arena, const struct param *params,
	    enum param_place place, const struct form *form,
	    bool (*skip)(const char *name, const void *cls), const void *cls,
	    struct values *values, struct field_errors *errors);
void	param_required(const struct param *params, enum param_place place,
	    const struct values *values, struct field_errors *errors);

void	field_error(struct field_errors *errors, const char *field,
	    enum err err, const char *message);
/* The one code that stands for all of them; ERR_OK when there are none. */
enum err field_errors_code(const struct field_errors *errors);

/* The JSON Schema of a row or of a table of rows. */
void	param_schema(struct buf *out, const struct param *param);
void	params_schema(struct buf *out, const struct param *params,
	    enum param_place place, bool partial);

#endif
