/* SPDX-License-Identifier: ISC */
/*
 * Parameters: each type with what it takes, what it makes of it, and what it
 * refuses with which code.
 */
#include "unit.h"

#include <string.h>

#include "arena.h"
#include "buf.h"
#include "form.h"
#include "json.h"
#include "param.h"

static const struct param part[] = {
	{ "name", PARAM_LINE, .required = true, .max = 5 },
	{ "done", PARAM_BOOL },
	PARAMS_END
};

static const struct param all[] = {
	{ "line", PARAM_LINE, .max = 5 },
	{ "least", PARAM_LINE, .min = 3 },
	{ "text", PARAM_TEXT, .nullable = true },
	{ "secret", PARAM_SECRET, .min = 3, .max = 10 },
	{ "email", PARAM_EMAIL },
	{ "url", PARAM_URL },
	{ "id", PARAM_UUID },
	{ "int", PARAM_INT, .min = 1, .max = 9 },
	{ "any", PARAM_INT },
	{ "bool", PARAM_BOOL },
	{ "time", PARAM_TIME },
	{ "choice", PARAM_CHOICE, .choices = "red green" },
	{ "lines", PARAM_LINES, .many = 3, .max = 5 },
	{ "ids", PARAM_UUIDS },
	{ "number", PARAM_NUMBER },
	{ "part", PARAM_OBJECT, .of = part },
	{ "some", PARAM_OBJECT, .of = part, .partial = true },
	{ "parts", PARAM_OBJECTS, .of = part, .many = 2 },
	{ "json", PARAM_JSON, .max = 20 },
	PARAMS_END
};

struct row {
	const char	*json;		/* one member of the body */
	enum err	 err;		/* ERR_OK: taken */
	const char	*want;		/* what PostgreSQL reads; NULL: null */
	const char	*field;		/* that an error names */
};

#define ID "0192f000-0000-7000-8000-000000000001"

static const struct row rows[] = {
	{ "\"line\":\" a b \"", ERR_OK, "a b", NULL },
	{ "\"line\":\"\"", ERR_OK, "", NULL },
	{ "\"line\":\"123456\"", ERR_VALIDATION_ERROR, NULL, "line" },
	{ "\"line\":\"\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\"", ERR_OK,
	  "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", NULL },
	{ "\"line\":\"a\\nb\"", ERR_INVALID_FORMAT, NULL, "line" },
	{ "\"line\":5", ERR_INVALID_FORMAT, NULL, "line" },
	{ "\"line\":null", ERR_INVALID_FORMAT, NULL, "line" },
	{ "\"line\":[\"a\"]", ERR_INVALID_FORMAT, NULL, "line" },
	{ "\"least\":\"ab\"", ERR_VALIDATION_ERROR, NULL, "least" },
	{ "\"least\":\"\"", ERR_MISSING_REQUIRED_FIELD, NULL, "least" },
	{ "\"text\":\"a\\nb\\tc\"", ERR_OK, "a\nb\tc", NULL },
	{ "\"text\":\"a\\u0007\"", ERR_INVALID_FORMAT, NULL, "text" },
	{ "\"text\":null", ERR_OK, NULL, NULL },
	{ "\"secret\":\" a b \"", ERR_OK, " a b ", NULL },
	{ "\"secret\":\"ab\"", ERR_VALIDATION_ERROR, NULL, "secret" },
	{ "\"url\":\" https://a.example.org/x?y=1 \"", ERR_OK,
	  "https://a.example.org/x?y=1", NULL },
	{ "\"url\":\"ftp://a.example.org/\"", ERR_INVALID_FORMAT, NULL, "url" },
	{ "\"url\":\"\"", ERR_INVALID_FORMAT, NULL, "url" },
	{ "\"email\":\" Ann@Example.ORG \"", ERR_OK, "ann@example.org", NULL },
	{ "\"email\":\"ann\"", ERR_INVALID_FORMAT, NULL, "email" },
	{ "\"email\":\"a@b.c>\\r\\nRCPT\"", ERR_INVALID_FORMAT, NULL, "email" },
	{ "\"id\":\"" ID "\"", ERR_OK, ID, NULL },
	{ "\"id\":\"1\"", ERR_INVALID_FORMAT, NULL, "id" },
	{ "\"int\":9", ERR_OK, "9", NULL },
	{ "\"int\":0", ERR_VALIDATION_ERROR, NULL, "int" },
	{ "\"int\":10", ERR_VALIDATION_ERROR, NULL, "int" },
	{ "\"int\":1.5", ERR_INVALID_FORMAT, NULL, "int" },
	{ "\"int\":\"5\"", ERR_INVALID_FORMAT, NULL, "int" },
	{ "\"any\":-9223372036854775808", ERR_OK, "-9223372036854775808", NULL },
	{ "\"bool\":false", ERR_OK, "false", NULL },
	{ "\"bool\":\"false\"", ERR_INVALID_FORMAT, NULL, "bool" },
	{ "\"bool\":0", ERR_INVALID_FORMAT, NULL, "bool" },
	{ "\"time\":\"2026-02-28T23:00:00-01:00\"", ERR_OK,
	  "2026-03-01T00:00:00.000Z", NULL },
	{ "\"time\":\"2026-02-30\"", ERR_INVALID_FORMAT, NULL, "time" },
	{ "\"choice\":\"green\"", ERR_OK, "green", NULL },
	{ "\"choice\":\"gree\"", ERR_INVALID_FORMAT, NULL, "choice" },
	{ "\"choice\":\"red green\"", ERR_INVALID_FORMAT, NULL, "choice" },
	{ "\"lines\":[]", ERR_OK, "{}", NULL },
	{ "\"lines\":[\"a,b\",\"c\\\"}\\\\\",\"NULL\"]", ERR_OK,
	  "{\"a,b\",\"c\\\"}\\\\\",\"NULL\"}", NULL },
	{ "\"lines\":[\"a\",\"b\",\"c\",\"d\"]", ERR_VALIDATION_ERROR, NULL,
	  "lines" },
	{ "\"lines\":[\"a\",\"123456\"]", ERR_VALIDATION_ERROR, NULL,
	  "lines[1]" },
	{ "\"lines\":[null]", ERR_INVALID_FORMAT, NULL, "lines[0]" },
	{ "\"lines\":\"a\"", ERR_INVALID_FORMAT, NULL, "lines" },
	{ "\"ids\":[\"" ID "\"]", ERR_OK, "{\"" ID "\"}", NULL },
	{ "\"ids\":[\"x\"]", ERR_INVALID_FORMAT, NULL, "ids[0]" },
	{ "\"number\":-1.5", ERR_OK, "-1.5", NULL },
	{ "\"number\":7", ERR_OK, "7", NULL },
	{ "\"number\":\"7\"", ERR_INVALID_FORMAT, NULL, "number" },
	{ "\"number\":true", ERR_INVALID_FORMAT, NULL, "number" },
	{ "\"some\":{\"done\":true}", ERR_OK, "{\"done\":true}", NULL },
	{ "\"some\":{\"name\":\"\"}", ERR_MISSING_REQUIRED_FIELD, NULL,
	  "some.name" },
	{ "\"parts\":[{\"name\":\" e\\u0301 \"}]", ERR_OK,
	  "[{\"name\":\"\xc3\xa9\"}]", NULL },
	{ "\"part\":{\"name\":\"a/b\",\"done\":true}", ERR_OK,
	  "{\"name\":\"a/b\",\"done\":true}", NULL },
	{ "\"part\":{\"done\":true}", ERR_MISSING_REQUIRED_FIELD, NULL,
	  "part.name" },
	{ "\"part\":{\"name\":\"a\",\"x\":1}", ERR_VALIDATION_ERROR, NULL,
	  "part.x" },
	{ "\"part\":[]", ERR_INVALID_FORMAT, NULL, "part" },
	{ "\"parts\":[{\"name\":\"a\"},{\"name\":\"123456\"}]",
	  ERR_VALIDATION_ERROR, NULL, "parts[1].name" },
	{ "\"parts\":[{\"name\":\"a\"},{\"name\":\"a\"},{\"name\":\"a\"}]",
	  ERR_VALIDATION_ERROR, NULL, "parts" },
	{ "\"parts\":[1]", ERR_INVALID_FORMAT, NULL, "parts[0]" },
	{ "\"json\":{\"a\":[1,null]}", ERR_OK, "{\"a\":[1,null]}", NULL },
	{ "\"json\":{\"a\":\"0123456789012345\"}", ERR_VALIDATION_ERROR, NULL,
	  "json" },
	{ "\"what\":1", ERR_VALIDATION_ERROR, NULL, "what" },
};

static void
json_row(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	char *body = arena_printf(arena, "{%s}", row->json);
	struct json_object *object;
	struct field_errors errors = { .count = 0 };
	struct json_error where;
	struct values values;

	assert_true(json_parse(arena, str_of(body), &object, &where));
	values_init(&values, arena, all);
	param_object(arena, all, false, object, &values, &errors);
	assert_int_equal(field_errors_code(&errors), row->err);
	if (row->err != ERR_OK) {
		assert_string_equal(errors.list[0].field, row->field);
	} else if (row->want == NULL) {
		assert_int_equal(values.count, 1);
		assert_null(values.list[0].text);
	} else {
		assert_int_equal(values.count, 1);
		assert_string_equal(values.list[0].text, row->want);
	}
	arena_free(&arena);
}

static void
forms(struct arena *arena, const char *text, struct values *values,
    struct field_errors *errors)
{
	struct form form;

	assert_true(form_parse(arena, str_of(text), 100, &form));
	values_init(values, arena, all);
	errors->count = 0;
	param_form(arena, all, IN_BODY, &form, NULL, NULL, values, errors);
	param_required(all, IN_BODY, values, errors);
}

static void
a_form_gives_the_same_values(void **state)
{
	struct field_errors errors;
	struct values values;

	forms(*state, "line=a&int=5&bool=on&lines=x&lines=y&ids=" ID, &values,
	    &errors);
	assert_int_equal(errors.count, 0);
	assert_string_equal(values_find(&values, "int")->text, "5");
	assert_string_equal(values_find(&values, "bool")->text, "true");
	assert_string_equal(values_find(&values, "lines")->text,
	    "{\"x\",\"y\"}");
}

static void
an_input_left_empty_was_not_given(void **state)
{
	struct field_errors errors;
	struct values values;

	forms(*state, "line=&int=&choice=", &values, &errors);
	assert_int_equal(errors.count, 0);
	assert_int_equal(values.count, 0);
}

static void
a_field_given_twice_is_refused(void **state)
{
	struct field_errors errors;
	struct values values;

	forms(*state, "line=a&line=b", &values, &errors);
	assert_int_equal(field_errors_code(&errors), ERR_INVALID_INPUT);
}

static void
a_required_list_is_not_empty(void **state)
{
	static const struct param needed[] = {
		{ "lines", PARAM_LINES, .required = true },
		{ "parts", PARAM_OBJECTS, .required = true, .of = part },
		PARAMS_END
	};
	struct field_errors errors = { .count = 0 };
	struct json_object *object;
	struct json_error where;
	struct values values;

	values_init(&values, *state, needed);
	assert_true(json_parse(*state, STR("{\"lines\":[],\"parts\":[]}"),
	    &object, &where));
	param_object(*state, needed, false, object, &values, &errors);
	assert_int_equal(errors.count, 2);
	for (size_t i = 0; i < errors.count; i++)
		assert_int_equal(errors.list[i].err,
		    ERR_MISSING_REQUIRED_FIELD);
}

static void
what_is_partial_may_leave_out_what_is_required(void **state)
{
	struct field_errors errors = { .count = 0 };
	struct json_object *object;
	struct json_error where;
	struct values values;

	values_init(&values, *state, part);
	assert_true(json_parse(*state, STR("{\"done\":true}"), &object,
	    &where));
	param_object(*state, part, true, object, &values, &errors);
	assert_int_equal(errors.count, 0);
	param_object(*state, part, false, object, &values, &errors);
	assert_int_equal(field_errors_code(&errors),
	    ERR_MISSING_REQUIRED_FIELD);
}

static void
a_form_takes_numbers(void **state)
{
	struct field_errors errors;
	struct values values;

	forms(*state, "number=-0.5e3", &values, &errors);
	assert_int_equal(errors.count, 0);
	assert_string_equal(values_find(&values, "number")->text, "-0.5e3");
	forms(*state, "number=[1]", &values, &errors);
	assert_int_equal(field_errors_code(&errors), ERR_INVALID_FORMAT);
	forms(*state, "number=1x", &values, &errors);
	assert_int_equal(field_errors_code(&errors), ERR_INVALID_FORMAT);
}

static void
many_errors_do_not_overflow(void **state)
{
	struct field_errors errors = { .count = 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		field_error(&errors, "x", ERR_INVALID_FORMAT, "y");
	assert_int_equal(errors.count, COUNT_OF(errors.list));
	assert_int_equal(field_errors_code(&errors), ERR_VALIDATION_ERROR);
}

static void
the_schema_is_json(void **state)
{
	struct json_object *object;
	struct json_error where;
	struct buf out;

	buf_init(&out, *state, 65536);
	params_schema(&out, all, IN_BODY, false);
	if (!json_parse(*state, (struct str){ out.data, out.len }, &object,
	    &where))
		fail_msg("%s at %u: %s", where.message, where.column, out.data);
}

int
main(void)
{
	static struct unit_list list;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		unit_add(&list, rows[i].json, json_row, &rows[i]);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(a_form_gives_the_same_values);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(an_input_left_empty_was_not_given);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(a_field_given_twice_is_refused);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(a_required_list_is_not_empty);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(what_is_partial_may_leave_out_what_is_required);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(a_form_takes_numbers);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(many_errors_do_not_overflow);
	list.tests[list.count++] = (struct CMUnitTest)
	    UNIT_TEST(the_schema_is_json);
	return (unit_run(&list, "param"));
}
