/* SPDX-License-Identifier: ISC */
/*
 * A line is built on the stack and handed to the kernel in one call.  Stderr
 * is shared with other processes, so its O_NONBLOCK is not ours to set: a
 * socket (journald) is sent to with MSG_DONTWAIT, a pipe or terminal is opened
 * a second time without blocking, and where that cannot be, poll() is asked
 * first.
 */
#include "config.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "utf8.h"
#include "when.h"

#define LINE_MAX_BYTES	4096		/* PIPE_BUF: such a write is whole */
#define TAIL		(sizeof(",\"cut\":\"yes\"}\n") - 1)
#define WHO_SIZE	32
#define ID_SIZE		64

struct line {
	char	text[LINE_MAX_BYTES];
	size_t	len;
	bool	cut;			/* something did not fit */
};

static const char *const level_names[] = { "debug", "info", "warn", "error" };

/* The process has one log. */
static struct {
	char		who[WHO_SIZE];
	char		request[ID_SIZE];
	enum log_level	least;
	int		fd;
	bool		is_socket;
	bool		torn;		/* the last line was written in part */
	unsigned	dropped;	/* lines lost since the last one written */
} sink = { .who = "bureau", .least = LOG_INFO, .fd = STDERR_FILENO };

static void	line_begin(struct line *line, enum log_level level,
		    const char *event);
static void	line_pair(struct line *line, const char *name,
		    const char *value);
static void	line_write(struct line *line);
static void	add_string(struct line *line, const char *text);
static bool	add_escaped(struct line *line, const char *text, size_t n);
static bool	add(struct line *line, const void *data, size_t n);
static ssize_t	hand_over(const char *data, size_t n);

void
log_open(const char *who, enum log_level least)
{
	struct stat st;
	int fd;

	snprintf(sink.who, sizeof(sink.who), "%s", who);
	sink.least = least;
	if (sink.fd != STDERR_FILENO)
		close(sink.fd);
	sink.fd = STDERR_FILENO;
	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	sink.is_socket = S_ISSOCK(st.st_mode);
	if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return;
	fd = open("/proc/self/fd/2",
	    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		sink.fd = fd;
}

bool
log_level_parse(struct str text, enum log_level *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(level_names); i++)
		if (str_is(text, level_names[i])) {
			*out = (enum log_level)i;
			return (true);
		}
	return (false);
}

bool
log_wants(enum log_level level)
{
	return (level >= sink.least);
}

void
log_request(const char *id)
{
	snprintf(sink.request, sizeof(sink.request), "%s", id == NULL ? "" : id);
}

void
log_event(enum log_level level, const char *event, ...)
{
	const char *name, *value;
	struct line line;
	va_list args;
	int saved = errno;

	if (!log_wants(level))
		return;
	line_begin(&line, level, event);
	va_start(args, event);
	while ((name = va_arg(args, const char *)) != NULL) {
		value = va_arg(args, const char *);
		if (value != NULL)
			line_pair(&line, name, value);
	}
	va_end(args);
	line_write(&line);
	errno = saved;
}

static void
line_begin(struct line *line, enum log_level level, const char *event)
{
	char text[WHEN_SIZE];

	line->len = 0;
	line->cut = false;
	if (sink.torn)
		add(line, "\n", 1);
	when_format(when_now(), text);
	add(line, "{\"time\":", 8);
	add_string(line, text);
	line_pair(line, "level", level_names[level]);
	line_pair(line, "who", sink.who);
	snprintf(text, sizeof(text), "%ld", (long)getpid());
	line_pair(line, "pid", text);
	if (sink.request[0] != '\0')
		line_pair(line, "request", sink.request);
	line_pair(line, "event", event);
	if (sink.dropped > 0) {
		snprintf(text, sizeof(text), "%u", sink.dropped);
		line_pair(line, "dropped", text);
	}
}

/* A value is shortened to what fits; a name that does not is left sink. */
static void
line_pair(struct line *line, const char *name, const char *value)
{
	if (line->len + strlen(name) * 6 + sizeof(",\"\":\"\"") + TAIL >
	    sizeof(line->text)) {
		line->cut = true;
		return;
	}
	add(line, ",", 1);
	add_string(line, name);
	add(line, ":", 1);
	add_string(line, value);
}

static void
line_write(struct line *line)
{
	static const char cut[] = ",\"cut\":\"yes\"";
	ssize_t sent;

	/* add() kept the room of TAIL. */
	if (line->cut) {
		memcpy(line->text + line->len, cut, sizeof(cut) - 1);
		line->len += sizeof(cut) - 1;
	}
	memcpy(line->text + line->len, "}\n", 2);
	line->len += 2;

	sent = hand_over(line->text, line->len);
	if (sent == (ssize_t)line->len) {
		sink.dropped = 0;
		sink.torn = false;
	} else {
		sink.dropped++;
		sink.torn = sink.torn || sent > 0;
	}
}

static void
add_string(struct line *line, const char *text)
{
	size_t len = strlen(text), n;
	uint32_t code;

	add(line, "\"", 1);
	while (len > 0) {
		n = utf8_next(text, len, &code);
		if (n == 0 ? !add(line, "\xef\xbf\xbd", 3) :
		    !add_escaped(line, text, n))
			break;
		n += n == 0;
		text += n;
		len -= n;
	}
	/* add() keeps one byte of room for this quote. */
	line->text[line->len++] = '"';
}

/* One character, so that no terminal or line reader can mistake it. */
static bool
add_escaped(struct line *line, const char *text, size_t n)
{
	char escape[8];
	uint32_t code;

	utf8_next(text, n, &code);
	if (code == '"' || code == '\\') {
		escape[0] = '\\';
		escape[1] = (char)code;
		return (add(line, escape, 2));
	}
	if (code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	    code == 0x2028 || code == 0x2029) {
		snprintf(escape, sizeof(escape), "\\u%04x",
		    (unsigned)(code & 0xffff));
		return (add(line, escape, 6));
	}
	return (add(line, text, n));
}

/* All of it or nothing, with room kept for a quote and the tail. */
static bool
add(struct line *line, const void *data, size_t n)
{
	if (line->len + n > sizeof(line->text) - TAIL - 1) {
		line->cut = true;
		return (false);
	}
	memcpy(line->text + line->len, data, n);
	line->len += n;
	return (true);
}

/* What the kernel took without waiting; 0 or less when it took nothing. */
static ssize_t
hand_over(const char *data, size_t n)
{
	struct pollfd ready = { .fd = sink.fd, .events = POLLOUT };
	ssize_t sent;

	do {
		if (sink.is_socket)
			sent = send(sink.fd, data, n,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else if (poll(&ready, 1, 0) == 1)
			sent = write(sink.fd, data, n);
		else
			return (0);
	} while (sent < 0 && errno == EINTR);
	return (sent);
}
