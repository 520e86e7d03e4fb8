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

#include "arena.h"
#include "buf.h"
#include "bureau.h"
#include "check.h"
#include "confine.h"
#include "conf.h"
#include "doctor.h"
#include "pidfile.h"
#include "post.h"
#include "settings.h"
#include "site.h"
#include "when.h"

#define FREE_LEAST	5		/* percent of a disk */
#define FREE_BYTES	(UINT64_C(256) << 20)
#define FILES_LEAST	8192		/* descriptors lighttpd is set to */
#define FINDINGS_MAX	(1 << 18)

void
doctor_tell(struct report *r, enum weight weight, const char *what,
    const char *mend)
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
			doctor_tell(r, FINE, SAY(r, "%s is %s", programs[i].name,
			    path), NULL);
		else
			doctor_tell(r, WRONG, SAY(r, "there is no %s",
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
		doctor_tell(r, NOTE, "lighttpd does not tell its version", NULL);
		return;
	}
	version = SAY(r, "lighttpd 1.%d.%d", (int)minor, (int)patch);
	if (minor < 4 || (minor == 4 && patch < 69))
		doctor_tell(r, WRONG, SAY(r, "%s is older than 1.4.69", version),
		    "install a newer one");
	else if (minor == 4 && patch < 83)
		doctor_tell(r, NOTE, SAY(r, "%s lacks the later HTTP/2 "
		    "defences and lets X_Forwarded_For pass for "
		    "X-Forwarded-For; Bureau's configuration switches the one "
		    "off and refuses the other", version), NULL);
	else
		doctor_tell(r, FINE, version, NULL);
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
		doctor_tell(r, WRONG, SAY(r, "the disk of %s has %llu MB (%u %%) left",
		    r->site.home, (unsigned long long)bytes >> 20, percent),
		    "make room: PostgreSQL stops when it is full");
	else
		doctor_tell(r, FINE, SAY(r, "the disk of %s has %llu MB (%u %%) left",
		    r->site.home, (unsigned long long)bytes >> 20, percent),
		    NULL);
	if (fs.f_favail < 1000 && fs.f_files > 0)
		doctor_tell(r, WRONG, "the disk has next to no inodes left",
		    "delete small files you do not need");
}

static void
examine_mail(struct report *r)
{
	if (post_has_server())
		doctor_tell(r, FINE, "there is a mail server; `bureau mail test "
		    "ADDRESS` tries it", NULL);
	else if (post_is_possible())
		doctor_tell(r, NOTE, "messages go to the log, for SMTP_URL is not "
		    "set", NULL);
	else
		doctor_tell(r, NOTE, "no message can be sent, codes to reset a "
		    "password among them: they wait", "set SMTP_URL and "
		    "MAIL_FROM");
}

static void
examine_files_limit(struct report *r)
{
	long most = sysconf(_SC_OPEN_MAX);

	if (geteuid() != 0 && most < FILES_LEAST)
		doctor_tell(r, NOTE, SAY(r, "a process may open %ld files; lighttpd "
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
		doctor_tell(r, FINE, "each responder has a user of its own", NULL);
		return;
	}
	doctor_tell(r, confine_is_there() ? NOTE : WRONG, SAY(r,
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
		doctor_tell(r, WRONG, SAY(r, "%s has the mode %04o", path,
		    (unsigned)st.st_mode & 07777),
		    SAY(r, "chmod %04o %s", (unsigned)most, path));
	if (st.st_uid != geteuid())
		doctor_tell(r, WRONG, SAY(r, "%s belongs to user %u", path,
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
		doctor_tell(r, FINE, "secrets are for their owner alone", NULL);
}

static void
examine_sockets(struct report *r)
{
	struct stat st;

	for (const char **names = site_responders(&r->site); *names; names++) {
		const char *path = SAY(r, "%s/%s.sock", r->site.run, *names);

		if (lstat(path, &st) != 0)
			doctor_tell(r, WRONG, SAY(r, "there is no %s", path),
			    "bureau stop, and start again");
		else if (!S_ISSOCK(st.st_mode) || (st.st_mode & 0007) != 0)
			doctor_tell(r, WRONG, SAY(r, "%s is open to everybody", path),
			    SAY(r, "chmod 0660 %s", path));
		else if (geteuid() == 0 && st.st_gid != r->site.web.gid)
			doctor_tell(r, WRONG, SAY(r, "%s is not lighttpd's group's",
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
		doctor_tell(r, FINE, SAY(r, "bureau runs as process %d", (int)pid),
		    NULL);
		examine_sockets(r);
		return;
	}
	doctor_tell(r, NOTE, "bureau does not run", "bureau serve");
	if (port_is_taken())
		doctor_tell(r, WRONG, SAY(r, "port %lld of %s is taken by somebody "
		    "else", (long long)conf_int(CONF_PORT),
		    conf_text(CONF_LISTEN)), "end what listens there "
		    "(`ss -ltnp` tells) or set PORT to another");
	if (access(site_path(&r->site, "pg/postmaster.pid"), F_OK) == 0)
		doctor_tell(r, NOTE, "a PostgreSQL of this home may be left over from "
		    "before", "none needed: `bureau serve` ends it first");
}

/* --- the command ------------------------------------------------------------------------- */

static void
on_mistake(void *cls, const char *key, const char *sentence)
{
	struct report *r = cls;

	(void)key;
	doctor_tell(r, WRONG, sentence, r->site.settings != NULL ?
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
		doctor_tell(&r, FINE, "the settings are fine", NULL);
	examine_programs(&r);
	examine_lighttpd(&r);
	examine_disk(&r);
	examine_files_limit(&r);
	examine_mail(&r);
	examine_separation(&r);
	examine_secrets(&r);
	examine_running(&r);
	doctor_database(&r);
	if (r.as_json)
		printf("{\"ok\":%s,\"findings\":[%s]}\n",
		    r.wrong == 0 ? "true" : "false", r.json.data);
	return (r.wrong == 0 ? EXIT_DONE : EXIT_FOUND);
}
