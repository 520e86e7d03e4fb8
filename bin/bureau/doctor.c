/* SPDX-License-Identifier: ISC */
/*
 * `bureau doctor`: what is wrong with this installation, and how to mend it.
 *
 * Each examination looks at one thing and tells a finding or two.  Nothing is
 * changed, and nothing needs to run; what can only be seen while it runs is
 * examined when it does.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin.h"
#include "arena.h"
#include "buf.h"
#include "bureau.h"
#include "check.h"
#include "confine.h"
#include "conf.h"
#include "pidfile.h"
#include "post.h"
#include "schema.h"
#include "settings.h"
#include "site.h"
#include "when.h"

#define FREE_LEAST	5		/* percent of a disk */
#define FREE_BYTES	(UINT64_C(256) << 20)
#define CLOCK_SKEW	5		/* seconds against the database's */
#define FILES_LEAST	8192		/* descriptors lighttpd is set to */
#define FINDINGS_MAX	(1 << 18)

enum weight { FINE, NOTE, WRONG };

struct report {
	struct site	 site;
	struct buf	 json;
	bool		 as_json;
	unsigned	 wrong;
	bool		 running;
};

static void
tell(struct report *r, enum weight weight, const char *what, const char *mend)
{
	static const char *const words[] = { "fine", "note", "wrong" };

	r->wrong += weight == WRONG;
	if (!r->as_json) {
		printf("%-6s %s\n", words[weight], what);
		if (mend != NULL)
			printf("       To mend it: %s\n", mend);
		return;
	}
	buf_printf(&r->json, "%s{\"weight\":\"%s\",\"finding\":",
	    r->json.len > 0 ? "," : "", words[weight]);
	buf_json(&r->json, what, strlen(what));
	if (mend != NULL) {
		buf_text(&r->json, ",\"mend\":");
		buf_json(&r->json, mend, strlen(mend));
	}
	buf_char(&r->json, '}');
}

/* A sentence with something in it. */
#define SAY(r, ...) arena_printf((r)->site.arena, __VA_ARGS__)

/* --- the machine ------------------------------------------------------------------ */

static void
examine_programs(struct report *r)
{
	static const struct {
		const char *name, *package;
		bool of_postgres;
	} programs[] = {
		{ "lighttpd", "lighttpd", false },
		{ "postgres", "postgresql-15", true },
		{ "initdb", "postgresql-15", true }
	};

	for (unsigned i = 0; i < COUNT_OF(programs); i++) {
		const char *path;

		if (programs[i].of_postgres && !r->site.is_private)
			continue;
		path = programs[i].of_postgres ?
		    site_pg_program(&r->site, programs[i].name) :
		    site_program(&r->site, programs[i].name);
		if (path != NULL)
			tell(r, FINE, SAY(r, "%s is %s", programs[i].name,
			    path), NULL);
		else
			tell(r, WRONG, SAY(r, "there is no %s",
			    programs[i].name), SAY(r, "apt-get install %s",
			    programs[i].package));
	}
}

/* What a program says of its version, as much as fits. */
static void
ask_version(const char *path, char *said, size_t size)
{
	const char *const argv[] = { path, "-v", NULL };
	ssize_t n = 0;
	int ends[2];
	pid_t pid;

	said[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execv(path, (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	if (pid > 0) {
		n = read(ends[0], said, size - 1);
		waitpid(pid, NULL, 0);
	}
	close(ends[0]);
	said[n > 0 ? n : 0] = '\0';
}

/* "lighttpd/1.4.69 (ssl) - …" */
static bool
read_version(const char *said, int64_t *minor, int64_t *patch)
{
	struct str rest = str_of(said), word;

	return (str_starts(rest, "lighttpd/1.") &&
	    str_split(&rest, '.', &word) && str_split(&rest, '.', &word) &&
	    text_int(word, 0, 9999, minor) && str_split(&rest, ' ', &word) &&
	    text_int(word, 0, 9999, patch));
}

/* What the version in Debian 12 cannot do, and what answers for it. */
static void
examine_lighttpd(struct report *r)
{
	const char *path = site_program(&r->site, "lighttpd");
	const char *version;
	int64_t minor, patch;
	char said[256];

	if (path == NULL)
		return;
	ask_version(path, said, sizeof(said));
	if (!read_version(said, &minor, &patch)) {
		tell(r, NOTE, "lighttpd does not tell its version", NULL);
		return;
	}
	version = SAY(r, "lighttpd 1.%d.%d", (int)minor, (int)patch);
	if (minor < 4 || (minor == 4 && patch < 69))
		tell(r, WRONG, SAY(r, "%s is older than 1.4.69", version),
		    "install a newer one");
	else if (minor == 4 && patch < 83)
		tell(r, NOTE, SAY(r, "%s lacks the later HTTP/2 "
		    "defences and lets X_Forwarded_For pass for "
		    "X-Forwarded-For; Bureau's configuration switches the one "
		    "off and refuses the other", version), NULL);
	else
		tell(r, FINE, version, NULL);
}

static void
examine_disk(struct report *r)
{
	struct statvfs fs;
	uint64_t bytes;
	unsigned percent;

	if (statvfs(r->site.home, &fs) != 0 || fs.f_blocks == 0)
		return;
	bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	percent = (unsigned)(fs.f_bavail * 100 / fs.f_blocks);
	if (percent < FREE_LEAST || bytes < FREE_BYTES)
		tell(r, WRONG, SAY(r, "the disk of %s has %llu MB (%u %%) left",
		    r->site.home, (unsigned long long)bytes >> 20, percent),
		    "make room: PostgreSQL stops when it is full");
	else
		tell(r, FINE, SAY(r, "the disk of %s has %llu MB (%u %%) left",
		    r->site.home, (unsigned long long)bytes >> 20, percent),
		    NULL);
	if (fs.f_favail < 1000 && fs.f_files > 0)
		tell(r, WRONG, "the disk has next to no inodes left",
		    "delete small files you do not need");
}

static void
examine_mail(struct report *r)
{
	if (post_has_server())
		tell(r, FINE, "there is a mail server; `bureau mail test "
		    "ADDRESS` tries it", NULL);
	else if (post_is_possible())
		tell(r, NOTE, "messages go to the log, for SMTP_URL is not "
		    "set", NULL);
	else
		tell(r, NOTE, "no message can be sent, codes to reset a "
		    "password among them: they wait", "set SMTP_URL and "
		    "MAIL_FROM");
}

static void
examine_files_limit(struct report *r)
{
	long most = sysconf(_SC_OPEN_MAX);

	if (geteuid() != 0 && most < FILES_LEAST)
		tell(r, NOTE, SAY(r, "a process may open %ld files; lighttpd "
		    "wants %d", most, FILES_LEAST),
		    "raise LimitNOFILE of the unit, or `ulimit -n`");
}

/* Responders that share a user id are kept apart by the kernel, if at all. */
static void
examine_separation(struct report *r)
{
	const char **names = site_responders(&r->site);
	struct owner first = { "", 0, 0 };
	bool apart = geteuid() == 0;

	if (names[0] != NULL)
		first = site_responder_owner(&r->site, names[0]);
	for (unsigned i = 0; apart && names[i] != NULL; i++)
		for (unsigned k = 0; k < i; k++)
			apart = apart && site_responder_owner(&r->site,
			    names[i]).uid != site_responder_owner(&r->site,
			    names[k]).uid;
	if (apart) {
		tell(r, FINE, "each responder has a user of its own", NULL);
		return;
	}
	tell(r, confine_is_there() ? NOTE : WRONG, SAY(r,
	    "the responders share %s%s; Landlock %s",
	    geteuid() == 0 ? "the user " : "the user that starts Bureau",
	    first.name, confine_is_there() ?
	    "keeps them from each other and from the secrets" :
	    "is not in this kernel, so a hole in one opens all"),
	    "start Bureau as root and make users bureau-auth, bureau-admin … "
	    "(`make install` brings a file for systemd-sysusers)");
}

/* --- this home ---------------------------------------------------------------------- */

static void
examine_mode(struct report *r, const char *name, mode_t most)
{
	const char *path = site_path(&r->site, "%s", name);
	struct stat st;

	if (lstat(path, &st) != 0)
		return;
	if ((st.st_mode & 07777 & ~most) != 0)
		tell(r, WRONG, SAY(r, "%s has the mode %04o", path,
		    (unsigned)st.st_mode & 07777),
		    SAY(r, "chmod %04o %s", (unsigned)most, path));
	if (st.st_uid != geteuid())
		tell(r, WRONG, SAY(r, "%s belongs to user %u", path,
		    (unsigned)st.st_uid), SAY(r, "chown %u %s",
		    (unsigned)geteuid(), path));
}

static void
examine_secrets(struct report *r)
{
	unsigned before = r->wrong;

	examine_mode(r, "secrets", 0700);
	examine_mode(r, "secrets/cluster", 0600);
	examine_mode(r, "secrets/jwt.pem", 0600);
	examine_mode(r, "secrets/jwt-retired", 0600);
	examine_mode(r, "secrets/pgpass", 0600);
	examine_mode(r, "secrets/refresh.key", 0600);
	examine_mode(r, "bureau.conf", 0640);
	examine_mode(r, "demo.txt", 0600);
	for (const char **names = site_services(&r->site); *names; names++)
		examine_mode(r, SAY(r, "secrets/db-%s", *names), 0600);
	if (r->wrong == before)
		tell(r, FINE, "secrets are for their owner alone", NULL);
}

static void
examine_sockets(struct report *r)
{
	struct stat st;

	for (const char **names = site_responders(&r->site); *names; names++) {
		const char *path = SAY(r, "%s/%s.sock", r->site.run, *names);

		if (lstat(path, &st) != 0)
			tell(r, WRONG, SAY(r, "there is no %s", path),
			    "bureau stop, and start again");
		else if (!S_ISSOCK(st.st_mode) || (st.st_mode & 0007) != 0)
			tell(r, WRONG, SAY(r, "%s is open to everybody", path),
			    SAY(r, "chmod 0660 %s", path));
		else if (geteuid() == 0 && st.st_gid != r->site.web.gid)
			tell(r, WRONG, SAY(r, "%s is not lighttpd's group's",
			    path), SAY(r, "chgrp %u %s",
			    (unsigned)r->site.web.gid, path));
	}
}

static bool
port_is_taken(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE };
	struct addrinfo *address;
	char port[16];
	int fd, on = 1;
	bool taken;

	snprintf(port, sizeof(port), "%lld", (long long)conf_int(CONF_PORT));
	if (getaddrinfo(conf_text(CONF_LISTEN), port, &hints, &address) != 0)
		return (false);
	fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	taken = bind(fd, address->ai_addr, address->ai_addrlen) != 0 &&
	    errno == EADDRINUSE;
	close(fd);
	freeaddrinfo(address);
	return (taken);
}

static void
examine_running(struct report *r)
{
	pid_t pid = pidfile_holder(&r->site);

	r->running = pid > 0;
	if (r->running) {
		tell(r, FINE, SAY(r, "bureau runs as process %d", (int)pid),
		    NULL);
		examine_sockets(r);
		return;
	}
	tell(r, NOTE, "bureau does not run", "bureau serve");
	if (port_is_taken())
		tell(r, WRONG, SAY(r, "port %lld of %s is taken by somebody "
		    "else", (long long)conf_int(CONF_PORT),
		    conf_text(CONF_LISTEN)), "end what listens there "
		    "(`ss -ltnp` tells) or set PORT to another");
	if (access(site_path(&r->site, "pg/postmaster.pid"), F_OK) == 0)
		tell(r, NOTE, "a PostgreSQL of this home may be left over from "
		    "before", "none needed: `bureau serve` ends it first");
}

/* --- the database ---------------------------------------------------------------------- */

/* A column of Q_SERVER_FACTS as a number. */
static int64_t
fact(const struct admin *admin, unsigned column)
{
	int64_t value = 0;

	text_int(str_of(admin_value(admin, 0, column)), 0, INT64_MAX, &value);
	return (value);
}

/* ahead: seconds by which the database's clock is. */
static void
examine_clock(struct report *r, int64_t ahead)
{
	if (ahead > CLOCK_SKEW || ahead < -CLOCK_SKEW)
		tell(r, WRONG, SAY(r, "the database's clock is %lld seconds "
		    "%s this one's", (long long)(ahead < 0 ? -ahead : ahead),
		    ahead < 0 ? "behind" : "ahead of"),
		    "synchronise both with NTP");
}

static void
examine_server(struct report *r, struct admin *admin)
{
	unsigned wanted = site_connections(&r->site);
	const char *sync;

	if (!admin_ask(admin, Q_SERVER_FACTS, NULL)) {
		tell(r, WRONG, SAY(r, "the database does not answer: %s",
		    admin_error(admin)), NULL);
		return;
	}
	if (fact(admin, 0) < 150000)
		tell(r, WRONG, SAY(r, "PostgreSQL is version %s",
		    admin_value(admin, 0, 0)), "install 15 or later");
	if (strcmp(admin_value(admin, 0, 1), "UTF8") != 0 ||
	    strcmp(admin_value(admin, 0, 2), "C.UTF-8") != 0)
		tell(r, WRONG, SAY(r, "the database is %s with the collation "
		    "%s", admin_value(admin, 0, 1), admin_value(admin, 0, 2)),
		    "dump it and restore it into one made with ENCODING 'UTF8' "
		    "LOCALE 'C.UTF-8' TEMPLATE template0");
	if (fact(admin, 3) < wanted)
		tell(r, WRONG, SAY(r, "max_connections is %s; responders may "
		    "open %u at a reload", admin_value(admin, 0, 3), wanted),
		    "raise it, or lower MAX_WORKERS");
	sync = admin_value(admin, 0, 4);
	if (strcmp(sync, "off") == 0 ||
	    strcmp(admin_value(admin, 0, 5), "on") != 0)
		tell(r, WRONG, SAY(r, "synchronous_commit is %s and fsync is "
		    "%s: what was acknowledged may be lost", sync,
		    admin_value(admin, 0, 5)), "set both to on");
	examine_clock(r, fact(admin, 6) - when_now() / 1000);
}

static void
examine_schema(struct report *r, struct admin *admin)
{
	switch (schema_look(&r->site, admin, true)) {
	case SCHEMA_CURRENT:
		tell(r, FINE, "the schema is this build's", NULL);
		break;
	case SCHEMA_BEHIND:
		tell(r, WRONG, "the schema is older than this build",
		    "bureau migrate");
		break;
	case SCHEMA_AHEAD:
		tell(r, WRONG, "the schema is newer than this build",
		    "install the newer version, or restore a backup");
		break;
	case SCHEMA_CHANGED:
		tell(r, WRONG, "the file of an applied migration has changed",
		    "restore it; `bureau migrate` says which");
		break;
	case SCHEMA_UNKNOWN:
		tell(r, WRONG, "the schema's history cannot be read", NULL);
		break;
	}
}

/* --- the queues ------------------------------------------------------------------------ */

#define STUCK	300		/* seconds a job may be due */

/* One row of Q_OPERATOR_QUEUES. */
static void
examine_queue(struct report *r, const struct admin *admin, unsigned row)
{
	const char *name = admin_value(admin, row, 0);
	const char *paused = admin_value(admin, row, 1);
	const char *recent = admin_value(admin, row, 8);
	int64_t oldest = 0;

	text_int(str_of(admin_value(admin, row, 7)), 0, INT64_MAX, &oldest);
	if (paused[0] != '\0')
		tell(r, NOTE, SAY(r, "the queue %s is paused since %s", name,
		    paused), SAY(r, "bureau jobs resume %s", name));
	else if (oldest > STUCK && r->running)
		tell(r, WRONG, SAY(r, "a job of the queue %s has been due for "
		    "%lld seconds", name, (long long)oldest), SAY(r, "see why "
		    "with `bureau status` and `bureau jobs list --queue %s "
		    "--state queued`; WORKER_CHILDREN says how many work at "
		    "the same time", name));
	if (strcmp(recent, "0") != 0)
		tell(r, NOTE, SAY(r, "%s jobs of the queue %s failed for good "
		    "within a day", recent, name), SAY(r, "bureau jobs list "
		    "--queue %s --state failed tells why; what had no secret "
		    "goes again with bureau jobs retry, codes and invitations "
		    "are to be asked for anew", name));
}

static void
examine_queues(struct report *r, struct admin *admin)
{
	if (!admin_ask(admin, Q_OPERATOR_QUEUES, NULL))
		return;
	for (unsigned row = 0; row < admin_rows(admin); row++)
		examine_queue(r, admin, row);
	if (r->running && admin_ask(admin, Q_OPERATOR_WORKERS, NULL) &&
	    strcmp(admin_value(admin, 0, 0), "0") == 0)
		tell(r, WRONG, "no worker is connected to the database",
		    "its log lines (\"service\":\"worker\") say why");
}

static void
examine_database(struct report *r)
{
	struct admin *admin;

	if (site_admin_conninfo(&r->site)[0] == '\0') {
		tell(r, NOTE, "DATABASE_ADMIN_URL is not set: the database was "
		    "not examined", NULL);
		return;
	}
	if (r->site.is_private && !r->running)
		return;
	admin = admin_open(site_admin_conninfo(&r->site));
	if (!admin_is_open(admin)) {
		tell(r, WRONG, SAY(r, "the database cannot be reached: %s",
		    admin_error(admin)), r->site.is_private ?
		    "its log is pg/log in BUREAU_HOME" :
		    "look at DATABASE_ADMIN_URL and the server");
	} else {
		examine_server(r, admin);
		examine_schema(r, admin);
		examine_queues(r, admin);
	}
	admin_close(&admin);
}

/* --- the command ------------------------------------------------------------------------- */

static void
on_mistake(void *cls, const char *key, const char *sentence)
{
	struct report *r = cls;

	(void)key;
	tell(r, WRONG, sentence, r->site.settings != NULL ?
	    SAY(r, "edit %s, or the environment", r->site.settings) :
	    "change it in the environment");
}

int
doctor_main(int argc, char **argv)
{
	struct report r = { .as_json = take_flag(&argc, argv, "--json") };
	struct arena *arena = arena_new(ARENA_PLAIN, 2 * FINDINGS_MAX);
	bool well;

	if (argc != 1)
		return (usage("doctor"));
	buf_init(&r.json, arena, FINDINGS_MAX);
	well = site_open_telling(&r.site, on_mistake, &r);
	if (settings_check(&r.site) && well)
		tell(&r, FINE, "the settings are fine", NULL);
	examine_programs(&r);
	examine_lighttpd(&r);
	examine_disk(&r);
	examine_files_limit(&r);
	examine_mail(&r);
	examine_separation(&r);
	examine_secrets(&r);
	examine_running(&r);
	examine_database(&r);
	if (r.as_json)
		printf("{\"ok\":%s,\"findings\":[%s]}\n",
		    r.wrong == 0 ? "true" : "false", r.json.data);
	return (r.wrong == 0 ? EXIT_DONE : EXIT_FOUND);
}
