/* SPDX-License-Identifier: ISC */
/*
 * One installation.
 *
 * Socket paths have 107 bytes, and lighttpd's configuration and conninfo
 * strings have quoting rules; a home that is too long or too odd for these gets
 * its sockets under /tmp, in a folder only its owner could have made.
 */
#include "config.h"

#include "site.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin.h"
#include "arena.h"
#include "buf.h"
#include "check.h"
#include "conf.h"
#include "hash.h"

#define ARENA_LIMIT	(64 * 1024 * 1024)
#define RUN_MAX		80	/* so that the longest socket's name still fits */
#define WORKERS_MOST	8
#define JOBS_MOST	4	/* of the worker */
#define HASHING		3	/* of auth at once, as many as the gate lets in */
#define SPARE		10	/* connections beside the responders' */
#define PUSH_MORE	2	/* connections of push beside its first */

/* A command opens one site, for as long as it runs. */
static struct arena *lasting;

bool
complain(const char *format, ...)
{
	va_list args;

	fputs("bureau: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return (false);
}

/* --- files ------------------------------------------------------------------ */

bool
read_file(struct arena *arena, const char *path, struct str *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;
	ssize_t n;
	size_t got = 0;

	if (fd < 0)
		return (false);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return (false);
	}
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	while (got < (size_t)st.st_size &&
	    (n = read(fd, text + got, (size_t)st.st_size - got)) > 0)
		got += (size_t)n;
	close(fd);
	*out = (struct str){ text, got };
	return (true);
}

static bool
write_all(int fd, struct str text)
{
	ssize_t n;

	while (text.n > 0) {
		n = write(fd, text.p, text.n);
		if (n < 0)
			return (false);
		text.p += n;
		text.n -= (size_t)n;
	}
	return (fsync(fd) == 0);
}

static void
sync_folder(const char *path)
{
	char folder[4096];
	char *slash;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

bool
write_file(const char *path, struct str text, mode_t mode, struct owner owner)
{
	char draft[4096];
	int fd;
	bool ok;

	snprintf(draft, sizeof(draft), "%s.XXXXXX", path);
	fd = mkostemp(draft, O_CLOEXEC);
	if (fd < 0)
		return (complain("cannot write %s: %s", path,
		    strerror(errno)));
	ok = write_all(fd, text) && fchmod(fd, mode) == 0 &&
	    (owner.uid == 0 || fchown(fd, owner.uid, owner.gid) == 0);
	ok = close(fd) == 0 && ok && rename(draft, path) == 0;
	if (!ok) {
		complain("cannot write %s: %s", path, strerror(errno));
		unlink(draft);
		return (false);
	}
	sync_folder(path);
	return (true);
}

/* --- places ------------------------------------------------------------------ */

const char *
site_path(const struct site *site, const char *format, ...)
{
	va_list args;
	const char *name;

	va_start(args, format);
	name = arena_vprintf(site->arena, format, args);
	va_end(args);
	return (arena_printf(site->arena, "%s/%s", site->home, name));
}

static const char *
env_or(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return (value != NULL && value[0] != '\0' ? value : otherwise);
}

static const char *
absolute(struct arena *arena, const char *path)
{
	char here[4096];

	if (path[0] == '/' || getcwd(here, sizeof(here)) == NULL)
		return (arena_strdup(arena, path));
	return (arena_printf(arena, "%s/%s", here, path));
}

static bool
is_plain(const char *path)
{
	for (; *path != '\0'; path++)
		if (strchr(",'\"\\$ ", *path) != NULL || *path < ' ' ||
		    *path == 0x7f)
			return (false);
	return (true);
}

static const char *
run_folder(const struct site *site)
{
	const char *run = site_path(site, "run");

	if (strlen(run) <= RUN_MAX && is_plain(run))
		return (run);
	return (arena_printf(site->arena, "/tmp/bureau-%u-%.12s",
	    (unsigned)geteuid(), hash_hex(site->arena, str_of(site->home))));
}

/* The first of these users that there is. */
static struct owner
first_user(const char *const *names)
{
	struct passwd *entry;

	if (geteuid() != 0)
		return ((struct owner){ "", 0, 0 });
	for (; *names != NULL; names++) {
		entry = getpwnam(*names);
		if (entry != NULL && entry->pw_uid != 0)
			return ((struct owner){ *names, entry->pw_uid,
			    entry->pw_gid });
	}
	return ((struct owner){ "", 0, 0 });
}

struct owner
site_responder_owner(const struct site *site, const char *name)
{
	const char *const names[] = {
		arena_printf(site->arena, "bureau-%s", name), "bureau",
		"nobody", NULL
	};

	return (first_user(names));
}

/* --- settings ------------------------------------------------------------------ */

static void
tell_stderr(void *cls, const char *key, const char *sentence)
{
	(void)cls;
	(void)key;
	complain("%s", sentence);
}

bool
site_read_settings(struct site *site)
{
	const char *port = getenv("BUREAU_PORT");
	const char *own = site_path(site, "bureau.conf");
	const char *file = access(own, F_OK) == 0 ? own :
	    SYSCONFDIR "/bureau/bureau.conf";
	bool ok = true;

	conf_defaults();
	site->settings = NULL;
	if (access(file, F_OK) == 0) {
		site->settings = file;
		ok = conf_read_file(file, site->tell, site->tell_cls);
	}
	ok = conf_read_env(site->tell, site->tell_cls) && ok;
	if (port != NULL && port[0] != '\0') {
		ok = conf_set(CONF_PORT, port, site->tell,
		    site->tell_cls) && ok;
		conf_came(CONF_PORT, CONF_BY_ENVIRONMENT);
	}
	site->is_private = conf_text(CONF_DATABASE_URL)[0] == '\0';
	return (ok);
}

bool
site_open(struct site *site)
{
	return (site_open_telling(site, tell_stderr, NULL));
}

bool
site_open_telling(struct site *site, conf_complain *tell, void *cls)
{
	static const char *const cluster[] = { "postgres", "bureau", "nobody",
	    NULL };
	static const char *const web[] = { "www-data", "lighttpd", "nobody",
	    NULL };

	if (lasting == NULL)
		lasting = arena_new(ARENA_PLAIN, ARENA_LIMIT);
	*site = (struct site){ .arena = lasting,
	    .tell = tell, .tell_cls = cls };
	site->home = absolute(site->arena,
	    env_or("BUREAU_HOME", LOCALSTATEDIR "/lib/bureau"));
	site->run = run_folder(site);
	site->data = absolute(site->arena, env_or("BUREAU_DATA", PKGDATADIR));
	site->libexec = absolute(site->arena,
	    env_or("BUREAU_LIBEXEC", LIBEXECDIR));
	site->cluster = first_user(cluster);
	site->web = first_user(web);
	if (!site_read_settings(site))
		return (false);
	if (!is_plain(site->home) || !is_plain(site->data))
		return (complain("the paths %s and %s must have no spaces, "
		    "commas, quotes, backslashes or dollar signs; set "
		    "BUREAU_HOME or BUREAU_DATA to others", site->home,
		    site->data));
	return (true);
}

const char **
site_responders(const struct site *site)
{
	struct str rest = str_of(conf_text(CONF_RESPONDERS)), name;
	const char **names = arena_array(site->arena, rest.n / 2 + 2,
	    sizeof(*names));
	unsigned n = 0;

	while (str_split(&rest, ' ', &name))
		if (name.n > 0)
			names[n++] = arena_memdup(site->arena, name.p, name.n);
	return (names);
}

const char **
site_services(const struct site *site)
{
	const char **responders = site_responders(site), **names;
	unsigned n = 0;

	while (responders[n] != NULL)
		n++;
	names = arena_array(site->arena, n + 2, sizeof(*names));
	memcpy(names, responders, n * sizeof(*names));
	names[n] = "worker";
	return (names);
}

bool
site_has_responder(const struct site *site, const char *name)
{
	for (const char **names = site_responders(site); *names; names++)
		if (strcmp(*names, name) == 0)
			return (true);
	return (false);
}

/* auth has as many more as may be hashing: they must not starve the rest. */
unsigned
site_workers(const char *name)
{
	unsigned more = strcmp(name, "auth") == 0 ? HASHING : 0;
	bool worker = strcmp(name, "worker") == 0;
	unsigned most = worker ? JOBS_MOST : WORKERS_MOST;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t asked = conf_int(worker ? CONF_WORKER_CHILDREN :
	    CONF_MAX_WORKERS);

	/* One process holds all streams. */
	if (strcmp(name, "push") == 0)
		return (1);
	if (asked > 0)
		return ((unsigned)asked + more);
	if (cores < 1)
		cores = 1;
	return ((cores > most / 2 ? most : 2 * (unsigned)cores) + more);
}

unsigned
site_children(const struct site *site)
{
	unsigned children = 0;

	for (const char **names = site_services(site); *names; names++)
		children += site_workers(*names);
	return (children);
}

unsigned
site_connections(const struct site *site)
{
	return (2 * (site_children(site) + PUSH_MORE) + SPARE);
}

/* --- the database ----------------------------------------------------------------- */

static const char *
private_conninfo(const struct site *site, const char *database)
{
	return (arena_printf(site->arena, "host='%s' dbname=%s user=postgres "
	    "passfile='%s'", site->run, database,
	    site_path(site, "secrets/pgpass")));
}

const char *
site_admin_conninfo(const struct site *site)
{
	return (site->is_private ? private_conninfo(site, "bureau") :
	    conf_text(CONF_DATABASE_ADMIN_URL));
}

const char *
site_initial_conninfo(const struct site *site)
{
	return (private_conninfo(site, "postgres"));
}

const char *
site_responder_conninfo(const struct site *site)
{
	return (site->is_private ? arena_printf(site->arena,
	    "host='%s' dbname=bureau", site->run) :
	    conf_text(CONF_DATABASE_URL));
}

struct admin *
site_connect(const struct site *site)
{
	const char *conninfo = site_admin_conninfo(site);
	struct admin *admin;

	if (conninfo[0] == '\0') {
		complain("DATABASE_URL names a database of your own; set "
		    "DATABASE_ADMIN_URL to its owner's connection");
		return (NULL);
	}
	admin = admin_open(conninfo);
	if (!admin_is_open(admin)) {
		complain("cannot reach the database: %s", admin_error(admin));
		admin_close(&admin);
	}
	return (admin);
}

/* --- programs ------------------------------------------------------------------------ */

const char *
site_program(const struct site *site, const char *name)
{
	struct str rest = str_of(env_or("PATH", "/usr/bin:/bin")), folder;
	const char *path;

	while (str_split(&rest, ':', &folder)) {
		path = arena_printf(site->arena, "%.*s/%s", (int)folder.n,
		    folder.p, name);
		if (folder.n > 0 && access(path, X_OK) == 0)
			return (path);
	}
	path = arena_printf(site->arena, "/usr/sbin/%s", name);
	return (access(path, X_OK) == 0 ? path : NULL);
}

const char *
site_pg_program(const struct site *site, const char *name)
{
	const char *path = arena_printf(site->arena, "%s/%s", PGBINDIR, name);

	return (access(path, X_OK) == 0 ? path : site_program(site, name));
}

/* --- folders ------------------------------------------------------------------------- */

static bool
make_folder(const char *path, mode_t mode, struct owner owner, gid_t group)
{
	struct stat st;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return (complain("cannot make %s: %s", path, strerror(errno)));
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return (complain("%s must be a folder", path));
	if (st.st_uid != owner.uid && st.st_uid != geteuid())
		return (complain("%s belongs to user %u; give it to user %u or "
		    "choose another BUREAU_HOME", path, (unsigned)st.st_uid,
		    (unsigned)geteuid()));
	if ((geteuid() == 0 && chown(path, owner.uid, group) != 0) ||
	    chmod(path, mode) != 0)
		return (complain("cannot set owner and mode of %s: %s", path,
		    strerror(errno)));
	return (true);
}

/* A home whose sockets lie elsewhere points there. */
static void
link_run(const struct site *site)
{
	const char *link = site_path(site, "run");

	if (strcmp(link, site->run) != 0 && symlink(site->run, link) != 0 &&
	    errno != EEXIST)
		complain("cannot link %s: %s", link, strerror(errno));
}

bool
site_prepare(const struct site *site)
{
	struct owner self = { "", geteuid(), getegid() };

	/* PostgreSQL makes its socket in run/; the sticky bit keeps it off
	 * the others'. */
	if (!make_folder(site->home, 0711, self, self.gid) ||
	    !make_folder(site_path(site, "secrets"), 0700, self, self.gid) ||
	    !make_folder(site->run, geteuid() == 0 ? 01775 : 0755, self,
	    geteuid() == 0 ? site->cluster.gid : self.gid) ||
	    !make_folder(site_path(site, "cache"), 0700,
	    geteuid() == 0 ? site->web : self,
	    geteuid() == 0 ? site->web.gid : self.gid))
		return (false);
	link_run(site);
	return (true);
}
