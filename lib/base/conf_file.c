/* SPDX-License-Identifier: ISC */
/*
 * Settings from files and the environment, and back into a file.
 *
 *	# A comment, or nothing.
 *	KEY=VALUE
 *	KEY="VALUE that begins or ends with a space or a quote"
 */
#include "config.h"
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "text.h"

#define FILE_MAX	(256 * 1024)
#define KEY_MAX		64
#define SENTENCE_SIZE	512

/* A file being read. */
struct source {
	const char	*path;
	conf_complain	*tell;
	void		*cls;
	unsigned	 line;
	unsigned	 seen[CONF_COUNT];	/* line of each key, 0 for none */
	bool		 right;
};

static bool	read_source(struct source *source, int fd);
static ssize_t	read_all(int fd, char *text, size_t size);
static void	read_line(struct source *source, struct str text);
static void	read_pair(struct source *source, struct str key,
		    struct str value);
static struct str unquoted(struct str value);
static bool	is_quoted(struct str value);
static bool	find_key(const char *name, enum conf_key *key);
static const char *nearest_name(const char *name);
static size_t	distance(const char *a, const char *b);
static void	mistake(struct source *source, const char *key,
		    const char *format, ...)
		    __attribute__((format(printf, 3, 4)));

bool
conf_read_file(const char *path, conf_complain *tell, void *cls)
{
	struct source source = { .path = path, .tell = tell, .cls = cls };
	bool right;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		mistake(&source, "", "%s cannot be read (%s); make it readable "
		    "for this user or name another file.", path,
		    strerror(errno));
		return (false);
	}
	right = read_source(&source, fd);
	close(fd);
	return (right);
}

bool
conf_read_fd(int fd, conf_complain *tell, void *cls)
{
	struct source source = {
		.path = "the settings handed over", .tell = tell, .cls = cls
	};

	return (read_source(&source, fd));
}

bool
conf_read_env(conf_complain *tell, void *cls)
{
	const char *value;
	bool right = true;
	size_t i;

	for (i = 0; i < CONF_COUNT; i++) {
		value = getenv(conf_rows[i].name);
		if (value == NULL)
			continue;
		if (conf_set((enum conf_key)i, value, tell, cls))
			conf_came((enum conf_key)i, CONF_BY_ENVIRONMENT);
		else
			right = false;
	}
	return (right);
}

void
conf_write(FILE *out, unsigned reader)
{
	const char *text, *quote;
	size_t i;

	for (i = 0; i < CONF_COUNT; i++) {
		if (reader != FOR_SUPERVISOR &&
		    (conf_rows[i].readers & reader) == 0)
			continue;
		text = conf_text((enum conf_key)i);
		quote = is_quoted(str_of(text)) ? "\"" : "";
		fprintf(out, "%s=%s%s%s\n", conf_rows[i].name, quote, text,
		    quote);
	}
}

static bool
read_source(struct source *source, int fd)
{
	struct str rest, line;
	char *text;
	ssize_t n;

	source->right = true;
	text = malloc(FILE_MAX);
	if (text == NULL)
		PANIC("out of memory");
	n = read_all(fd, text, FILE_MAX);
	if (n < 0)
		mistake(source, "", "%s cannot be read (%s); check that it is "
		    "a file on a sound disk.", source->path, strerror(errno));
	else if (n == FILE_MAX)
		mistake(source, "", "%s is larger than %d bytes; settings are "
		    "short, so check that this is the right file.",
		    source->path, FILE_MAX);
	else
		for (rest = (struct str){ text, (size_t)n };
		    str_split(&rest, '\n', &line);) {
			source->line++;
			read_line(source, line);
		}
	explicit_bzero(text, FILE_MAX);
	free(text);
	return (source->right);
}

/* Children share the position of an inherited descriptor, so a file is read by
 * place; what has no places (a pipe) is read as it comes. */
static ssize_t
read_all(int fd, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size) {
		got = pread(fd, text + n, size - n, (off_t)n);
		if (got < 0 && errno == ESPIPE)
			got = read(fd, text + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return (-1);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return ((ssize_t)n);
}

static void
read_line(struct source *source, struct str text)
{
	struct str key, value;

	value = text = str_trim(text);
	if (text.n == 0 || text.p[0] == '#')
		return;
	str_split(&value, '=', &key);
	if (value.p == NULL || memchr(text.p, '\0', text.n) != NULL) {
		mistake(source, "", "Line %u of %s is not a setting; write "
		    "KEY=VALUE, or put # in front of a comment.", source->line,
		    source->path);
		return;
	}
	read_pair(source, str_trim(key), unquoted(str_trim(value)));
}

static void
read_pair(struct source *source, struct str key, struct str value)
{
	char name[KEY_MAX + 1], *text;
	enum conf_key row;

	snprintf(name, sizeof(name), "%.*s",
	    key.n > KEY_MAX ? KEY_MAX : (int)key.n, key.p);
	if (!find_key(name, &row)) {
		mistake(source, name, "%s in line %u of %s is not a setting; "
		    "did you mean %s?", name, source->line, source->path,
		    nearest_name(name));
		return;
	}
	if (source->seen[row] != 0)
		mistake(source, name, "%s stands in line %u and again in line "
		    "%u of %s; keep one of them.", name, source->seen[row],
		    source->line, source->path);
	source->seen[row] = source->line;
	text = strndup(value.p, value.n);
	if (text == NULL)
		PANIC("out of memory");
	if (conf_set(row, text, source->tell, source->cls))
		conf_came(row, CONF_BY_FILE);
	else
		source->right = false;
	explicit_bzero(text, value.n);
	free(text);
}

static struct str
unquoted(struct str value)
{
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
	    value.p[0] == value.p[value.n - 1])
		return ((struct str){ value.p + 1, value.n - 2 });
	return (value);
}

/* Would reading take something off this value? */
static bool
is_quoted(struct str value)
{
	return (!str_same(str_trim(value), value) ||
	    !str_same(unquoted(value), value));
}

static bool
find_key(const char *name, enum conf_key *key)
{
	size_t i;

	for (i = 0; i < CONF_COUNT; i++)
		if (strcmp(conf_rows[i].name, name) == 0) {
			*key = (enum conf_key)i;
			return (true);
		}
	return (false);
}

static const char *
nearest_name(const char *name)
{
	size_t best = SIZE_MAX, apart, i;
	const char *nearest = "";

	for (i = 0; i < CONF_COUNT; i++) {
		apart = distance(name, conf_rows[i].name);
		if (apart < best) {
			best = apart;
			nearest = conf_rows[i].name;
		}
	}
	return (nearest);
}

static int
upper(char c)
{
	return (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* How many letters must be added, taken or changed to make a out of b, which
 * is in capitals. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[KEY_MAX + 1], lengths[2] = { strlen(a), strlen(b) };
	size_t i, j, corner, above;

	ASSERT(lengths[1] <= KEY_MAX);
	for (j = 0; j <= lengths[1]; j++)
		row[j] = j;
	for (i = 1; i <= lengths[0]; i++) {
		corner = row[0];
		row[0] = i;
		for (j = 1; j <= lengths[1]; j++) {
			above = row[j];
			row[j] = corner + (upper(a[i - 1]) != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			corner = above;
		}
	}
	return (row[lengths[1]]);
}

static void
mistake(struct source *source, const char *key, const char *format, ...)
{
	char sentence[SENTENCE_SIZE];
	va_list args;

	source->right = false;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (source->tell != NULL)
		source->tell(source->cls, key, sentence);
}
