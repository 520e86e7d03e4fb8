/* SPDX-License-Identifier: ISC */
/*
 * The settings of this process: each row's text and, for numbers, its value.
 * They are set at start and never change; a new configuration is a new child.
 */
#include "conf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "log.h"
#include "text.h"

#define SENTENCE_SIZE	512

const struct conf_row conf_rows[CONF_COUNT] = {
#define CONF(name, type, fallback, min, max, readers, doc) \
	{ #name, type, fallback, min, max, readers, doc },
#include "config.def"
#undef CONF
};

/* What a text means: a size in its type's unit, or the length of a text. */
typedef bool	value_read(struct str text, int64_t *out);

static bool	read_length(struct str text, int64_t *out);
static bool	read_int(struct str text, int64_t *out);
static bool	read_bool(struct str text, int64_t *out);

static const struct {
	value_read	*read;
	const char	*noun;
	const char	*examples;
} types[] = {
	[CONF_TEXT]	= { read_length, "a text", "plain text" },
	[CONF_SECRET]	= { read_length, "a text", "plain text" },
	[CONF_INT]	= { read_int, "a whole number", "digits" },
	[CONF_SECONDS]	= { text_seconds, "a duration", "900, 15m, 24h or 7d" },
	[CONF_BYTES]	= { text_bytes, "a size", "4096, 64k or 12m" },
	[CONF_BOOL]	= { read_bool, "a switch", "on or off" },
};

/* What a row alone cannot say. */
typedef bool	value_check(struct str text, int64_t value);

static bool	is_environment(struct str text, int64_t value);
static bool	is_log_level(struct str text, int64_t value);
static bool	is_origins(struct str text, int64_t value);
static bool	is_power_of_two(struct str text, int64_t value);
static bool	is_registration(struct str text, int64_t value);
static bool	is_responders(struct str text, int64_t value);

static const struct {
	enum conf_key	 key;
	value_check	*check;
	const char	*advice;
} checks[] = {
	{ CONF_ALLOWED_ORIGINS, is_origins,
	    "write origins like https://app.example.org, separated by single "
	    "spaces and without a path, or * alone" },
	{ CONF_ENVIRONMENT, is_environment, "write production or development" },
	{ CONF_LOG_LEVEL, is_log_level, "write debug, info, warn or error" },
	{ CONF_REGISTRATION, is_registration,
	    "write open, invite or domain:example.org" },
	{ CONF_RESPONDERS, is_responders,
	    "write names like auth admin, separated by single spaces" },
	{ CONF_SCRYPT_N, is_power_of_two,
	    "write a power of two, such as 16384, 32768 or 65536" },
};

static struct {
	char	*text;		/* malloc()ed; NULL: the fallback */
	int64_t	 value;
	enum conf_source source;
} values[CONF_COUNT];

/* Where a mistake is told. */
struct listener {
	conf_complain	*tell;
	void		*cls;
	enum conf_key	 key;
};

static bool	judge(const struct listener *who, struct str text,
		    int64_t *value);
static bool	judge_range(const struct listener *who, struct str text,
		    int64_t value);
static bool	judge_meaning(const struct listener *who, struct str text,
		    int64_t value);
static bool	mistake(const struct listener *who, const char *format, ...)
		    __attribute__((format(printf, 2, 3)));
static const char *shown(const struct conf_row *row, struct str text);
static void	log_mistake(void *cls, const char *key, const char *sentence);

void
conf_defaults(void)
{
	size_t i;

	for (i = 0; i < CONF_COUNT; i++) {
		free(values[i].text);
		values[i].text = NULL;
		values[i].source = CONF_BY_DEFAULT;
		if (!types[conf_rows[i].type].read(
		    str_of(conf_rows[i].fallback), &values[i].value))
			PANIC("fallback in config.def");
	}
}

bool
conf_set(enum conf_key key, const char *value, conf_complain *tell, void *cls)
{
	const struct listener who = { tell, cls, key };
	const struct conf_row *row = &conf_rows[key];
	int64_t number = 0;
	char *copy;

	/* Nothing, where nothing cannot be meant, is the fallback. */
	if (value[0] == '\0' &&
	    (row->min > 0 || types[row->type].read != read_length))
		value = row->fallback;
	if (!judge(&who, str_of(value), &number))
		return (false);
	copy = strdup(value);
	if (copy == NULL)
		PANIC("out of memory");
	free(values[key].text);
	values[key].text = copy;
	values[key].value = number;
	if (values[key].source == CONF_BY_DEFAULT)
		values[key].source = CONF_BY_PROGRAM;
	return (true);
}

void
conf_came(enum conf_key key, enum conf_source source)
{
	values[key].source = source;
}

enum conf_source
conf_source(enum conf_key key)
{
	return (values[key].source);
}

void
conf_load(void)
{
	const char *fd = getenv("BUREAU_CONF_FD");
	const char *path = getenv("BUREAU_CONF");
	int64_t number;
	bool right = true;

	conf_defaults();
	if (fd != NULL && !text_int(str_of(fd), 0, 1023, &number)) {
		log_mistake(NULL, "BUREAU_CONF_FD",
		    "BUREAU_CONF_FD is not the number of a descriptor.");
		right = false;
	} else if (fd != NULL) {
		right = conf_read_fd((int)number, log_mistake, NULL);
	} else if (path != NULL) {
		right = conf_read_file(path, log_mistake, NULL);
	}
	if (!conf_read_env(log_mistake, NULL) || !right)
		exit(78);		/* EX_CONFIG of sysexits.h */
}

const char *
conf_text(enum conf_key key)
{
	if (values[key].text == NULL)
		return (conf_rows[key].fallback);
	return (values[key].text);
}

int64_t
conf_int(enum conf_key key)
{
	return (values[key].value);
}

bool
conf_bool(enum conf_key key)
{
	return (values[key].value != 0);
}

bool
conf_is_set(enum conf_key key)
{
	return (strcmp(conf_text(key), conf_rows[key].fallback) != 0);
}

static bool
judge(const struct listener *who, struct str text, int64_t *value)
{
	const struct conf_row *row = &conf_rows[who->key];

	if (!text_is_clean(text, true))
		return (mistake(who, "%s holds a line break, a control "
		    "character or bytes that are not UTF-8; write plain text "
		    "on one line.", row->name));
	if (!types[row->type].read(text, value))
		return (mistake(who, "%s is %s, which is not %s; write %s.",
		    row->name, shown(row, text), types[row->type].noun,
		    types[row->type].examples));
	return (judge_range(who, text, *value) &&
	    judge_meaning(who, text, *value));
}

static bool
judge_range(const struct listener *who, struct str text, int64_t value)
{
	const struct conf_row *row = &conf_rows[who->key];

	if (row->type == CONF_BOOL ||
	    (value >= row->min && value <= row->max))
		return (true);
	if (types[row->type].read == read_length)
		return (mistake(who, "%s is %jd bytes long; write at least %jd "
		    "and at most %jd.", row->name, (intmax_t)value,
		    (intmax_t)row->min, (intmax_t)row->max));
	return (mistake(who, "%s is %s, which is out of range; write a value "
	    "from %jd to %jd%s.", row->name, shown(row, text),
	    (intmax_t)row->min, (intmax_t)row->max,
	    row->type == CONF_SECONDS ? " seconds" :
	    row->type == CONF_BYTES ? " bytes" : ""));
}

static bool
judge_meaning(const struct listener *who, struct str text, int64_t value)
{
	const struct conf_row *row = &conf_rows[who->key];
	size_t i;

	for (i = 0; i < COUNT_OF(checks); i++)
		if (checks[i].key == who->key && !checks[i].check(text, value))
			return (mistake(who, "%s is %s; %s.", row->name,
			    shown(row, text), checks[i].advice));
	return (true);
}

static bool
mistake(const struct listener *who, const char *format, ...)
{
	char sentence[SENTENCE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (who->tell != NULL)
		who->tell(who->cls, conf_rows[who->key].name, sentence);
	return (false);
}

/* The value as a sentence may show it: quoted, short, never a secret. */
static const char *
shown(const struct conf_row *row, struct str text)
{
	static char quoted[100];

	if (row->type == CONF_SECRET)
		return ("a secret not shown here");
	if (text.n > sizeof(quoted) - 3)
		return ("a long text");
	snprintf(quoted, sizeof(quoted), "'%.*s'", (int)text.n, text.p);
	return (quoted);
}

static void
log_mistake(void *cls, const char *key, const char *sentence)
{
	(void)cls;
	log_event(LOG_ERROR, "conf.mistake", "key", key, "what", sentence,
	    NULL);
}

static bool
read_length(struct str text, int64_t *out)
{
	*out = (int64_t)text.n;
	return (true);
}

static bool
read_int(struct str text, int64_t *out)
{
	return (text_int(text, INT64_MIN, INT64_MAX, out));
}

static bool
read_bool(struct str text, int64_t *out)
{
	static const struct {
		const char	*word;
		bool		 on;
	} words[] = {
		{ "on", true }, { "yes", true }, { "true", true }, { "1", true },
		{ "off", false }, { "no", false }, { "false", false },
		{ "0", false },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++)
		if (str_is(text, words[i].word)) {
			*out = words[i].on;
			return (true);
		}
	return (false);
}

static bool
is_environment(struct str text, int64_t value)
{
	(void)value;
	return (str_is(text, "production") || str_is(text, "development"));
}

static bool
is_log_level(struct str text, int64_t value)
{
	enum log_level level;

	(void)value;
	return (log_level_parse(text, &level));
}

static bool
is_origins(struct str text, int64_t value)
{
	struct str origin, host;

	(void)value;
	if (text.n == 0 || str_is(text, "*"))
		return (true);
	while (str_split(&text, ' ', &origin)) {
		if (!str_starts(origin, "https://") &&
		    !str_starts(origin, "http://"))
			return (false);
		host.p = strstr(origin.p, "//") + 2;
		host.n = origin.n - (size_t)(host.p - origin.p);
		if (host.n == 0 || memchr(host.p, '/', host.n) != NULL)
			return (false);
	}
	return (true);
}

static bool
is_power_of_two(struct str text, int64_t value)
{
	(void)text;
	return (value > 0 && (value & (value - 1)) == 0);
}

static bool
is_registration(struct str text, int64_t value)
{
	(void)value;
	return (str_is(text, "open") || str_is(text, "invite") ||
	    (str_starts(text, "domain:") && text_is_domain(
	    (struct str){ text.p + 7, text.n - 7 })));
}

static bool
is_responders(struct str text, int64_t value)
{
	struct str name;
	size_t i;

	(void)value;
	while (str_split(&text, ' ', &name)) {
		if (name.n == 0)
			return (false);
		for (i = 0; i < name.n; i++)
			if (name.p[i] < 'a' || name.p[i] > 'z')
				return (false);
	}
	return (true);
}
