/* SPDX-License-Identifier: ISC */
/*
 * Filling lighttpd's template.
 *
 * lighttpd is started as its own user, never as root.  What only root may read,
 * the TLS key, is therefore copied to where that user alone can read it.
 */
#include "config.h"

#include "edge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "conf.h"
#include "site.h"

#define CONF_MAX	262144

struct placeholder {
	const char	*name;		/* with its @ on both sides */
	const char	*value;
};

const char *
edge_path(const struct site *site)
{
	return (arena_printf(site->arena, "%s/lighttpd.conf", site->run));
}

/* Whether lines that begin with `#word ` are live. */
static bool
is_on(const struct site *site, const char *word)
{
	if (strcmp(word, "tls") == 0)
		return (conf_text(CONF_TLS_CERT_FILE)[0] != '\0');
	if (strcmp(word, "proxy") == 0)
		return (conf_text(CONF_TRUSTED_PROXIES)[0] != '\0');
	if (strcmp(word, "docs") == 0)
		return (conf_bool(CONF_DOCS));
	if (strcmp(word, "user") == 0)
		return (false);		/* it is started as that user */
	return (site_has_responder(site, word));
}

/* The `#word ` at the start of a line, taken off; false when there is none. */
static bool
take_word(struct str *line, char *word, size_t size)
{
	size_t n = 1;

	if (line->n < 2 || line->p[0] != '#' || line->p[1] == ' ')
		return (false);
	while (n < line->n && line->p[n] >= 'a' && line->p[n] <= 'z')
		n++;
	if (n == 1 || n >= line->n || line->p[n] != ' ' || n - 1 >= size)
		return (false);
	memcpy(word, line->p + 1, n - 1);
	word[n - 1] = '\0';
	line->p += n + 1;
	line->n -= n + 1;
	return (true);
}

static bool
add_line(struct buf *out, struct str line, const struct placeholder *holders)
{
	while (line.n > 0) {
		const struct placeholder *h = holders;

		if (line.p[0] == '@')
			while (h->name != NULL && !str_starts(line, h->name))
				h++;
		if (line.p[0] != '@' || h->name == NULL) {
			buf_char(out, line.p[0]);
			line.p++;
			line.n--;
			continue;
		}
		if (strpbrk(h->value, "$\\\n\r") != NULL)
			return (complain("lighttpd's configuration cannot hold "
			    "the value %s", h->value));
		buf_text(out, h->value);
		line.p += strlen(h->name);
		line.n -= strlen(h->name);
	}
	buf_char(out, '\n');
	return (true);
}

/* "192.0.2.1 10.0.0.0/8" to `"192.0.2.1" => "trust", …`. */
static const char *
trusted(const struct site *site)
{
	struct str rest = str_of(conf_text(CONF_TRUSTED_PROXIES)), address;
	struct buf list;

	buf_init(&list, site->arena, 8192);
	while (str_split(&rest, ' ', &address)) {
		if (address.n == 0)
			continue;
		buf_printf(&list, "%s\"%.*s\" => \"trust\"",
		    list.len > 0 ? ", " : "", (int)address.n, address.p);
	}
	return (list.data);
}

/* An IPv6 address in brackets, as lighttpd and URLs want it. */
static const char *
listen_address(const struct site *site)
{
	const char *listen = conf_text(CONF_LISTEN);

	return (strchr(listen, ':') == NULL || listen[0] == '[' ? listen :
	    arena_printf(site->arena, "[%s]", listen));
}

/* Where lighttpd's user can read the certificate. */
static bool
place_certificate(const struct site *site, const char **path_out)
{
	const char *path = conf_text(CONF_TLS_CERT_FILE);
	struct str pem;

	*path_out = path;
	if (path[0] == '\0' || site->web.uid == 0)
		return (true);
	if (!read_file(site->arena, path, &pem))
		return (complain("cannot read TLS_CERT_FILE %s: %s", path,
		    strerror(errno)));
	*path_out = arena_printf(site->arena, "%s/tls.pem", site->run);
	return (write_file(*path_out, pem, 0400, site->web));
}

/*
 * Connections in this many descriptors: each that is handed on takes two.  What is
 * left is for files, and push keeps below it (cgi-bin/push/limits.c).
 */
static long long
connections(rlim_t files)
{
	return ((long long)(files * 47 / 100));
}

static struct rlimit
file_limit(void)
{
	struct rlimit files = { 0 };

	getrlimit(RLIMIT_NOFILE, &files);
	return (files);
}

static bool
fill(const struct site *site, struct str template, struct buf *out)
{
	struct rlimit files = file_limit();
	const struct placeholder holders[] = {
		{ "@HOME@", site->home },
		{ "@RUN@", site->run },
		{ "@WWW@", arena_printf(site->arena, "%s/www", site->data) },
		{ "@LISTEN@", listen_address(site) },
		{ "@PORT@", arena_printf(site->arena, "%lld",
		    (long long)conf_int(CONF_PORT)) },
		{ "@FILES@", arena_printf(site->arena, "%lld",
		    (long long)files.rlim_cur) },
		{ "@CONNECTIONS@", arena_printf(site->arena, "%lld",
		    connections(files.rlim_cur)) },
		{ "@ENVIRONMENT@", conf_text(CONF_ENVIRONMENT) },
		{ "@TRUSTED_PROXIES@", trusted(site) },
		{ "@TLS_CERT_FILE@", NULL },
		{ NULL, NULL }
	};
	struct placeholder all[COUNT_OF(holders)];
	struct str line;
	char word[32];

	memcpy(all, holders, sizeof(all));
	if (!place_certificate(site, &all[COUNT_OF(all) - 2].value))
		return (false);
	while (str_split(&template, '\n', &line)) {
		if (take_word(&line, word, sizeof(word)) && !is_on(site, word))
			continue;
		if (line.n > 0 && line.p[0] == '#')
			continue;
		if (!add_line(out, line, all))
			return (false);
	}
	ASSERT(!out->failed);
	return (true);
}

/* lighttpd's own opinion. */
static bool
is_accepted(const char *lighttpd, const char *path)
{
	const char *const argv[] = { lighttpd, "-tt", "-f", path, NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execv(lighttpd, (char *const *)argv);
		_exit(127);
	}
	return (pid > 0 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/*
 * A comment that stands for what else a running lighttpd has read: the
 * certificate and its own program.
 */
static void
add_marks(const char *lighttpd, struct buf *out)
{
	const char *const files[] = { lighttpd, conf_text(CONF_TLS_CERT_FILE) };
	struct stat st;

	buf_text(out, "# of");
	for (unsigned i = 0; i < COUNT_OF(files); i++)
		if (stat(files[i], &st) == 0)
			buf_printf(out, " %llu.%lld.%ld",
			    (unsigned long long)st.st_ino,
			    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	buf_char(out, '\n');
}

bool
edge_write(const struct site *site, const char *lighttpd, bool *changed_out)
{
	const char *source = arena_printf(site->arena,
	    "%s/etc/lighttpd.conf.in", site->data);
	const struct owner self = { "", 0, 0 };
	const char *draft;
	struct str template, before;
	struct buf out;

	if (!read_file(site->arena, source, &template))
		return (complain("cannot read %s: %s; set BUREAU_DATA to where "
		    "Bureau's files are", source, strerror(errno)));
	buf_init(&out, site->arena, CONF_MAX);
	add_marks(lighttpd, &out);
	if (!fill(site, template, &out))
		return (false);
	*changed_out = !read_file(site->arena, edge_path(site), &before) ||
	    !str_same(before, (struct str){ out.data, out.len });
	if (!*changed_out)
		return (true);
	/* Put in place when it is accepted: a restart reads what is there. */
	draft = arena_printf(site->arena, "%s.new", edge_path(site));
	if (!write_file(draft, (struct str){ out.data, out.len }, 0644, self))
		return (false);
	if (!is_accepted(lighttpd, draft))
		return (complain("lighttpd does not accept %s; what it said is "
		    "above", draft));
	return (rename(draft, edge_path(site)) == 0 || complain("cannot rename "
	    "%s: %s", draft, strerror(errno)));
}
