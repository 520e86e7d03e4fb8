/* SPDX-License-Identifier: ISC */
/*
 * `bureau serve`: settings, secrets, database, sockets, children; then tend
 * them until asked to stop.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin.h"
#include "arena.h"
#include "board.h"
#include "bureau.h"
#include "check.h"
#include "cluster.h"
#include "conf.h"
#include "control.h"
#include "demo.h"
#include "log.h"
#include "pidfile.h"
#include "prefork.h"
#include "schema.h"
#include "secrets.h"
#include "services.h"
#include "settings.h"
#include "site.h"

#define SECOND	INT64_C(1000000)

struct supervisor {
	struct site	 site;
	struct board	*board;
	int		 board_fd;
	struct prefork	*prefork;
	struct services	*services;
	int		 control_fd;
	bool		 demo;
	bool		 migrate;
};

static int64_t
drain_time(void)
{
	return (conf_int(CONF_SHUTDOWN_TIMEOUT) * SECOND);
}

/* --- the database ----------------------------------------------------------------- */

/* Children at a reload, and we, must all find a connection. */
static bool
has_room(const struct site *site, struct admin *admin)
{
	unsigned wanted = site_connections(site);

	if (!admin_ask(admin, Q_SERVER_FACTS, NULL))
		return (complain("%s", admin_error(admin)));
	if (strtol(admin_value(admin, 0, 3), NULL, 10) >= (long)wanted)
		return (true);
	return (complain("PostgreSQL's max_connections is %s, but all "
	    "responders may open %u at a reload; raise it or lower MAX_WORKERS",
	    admin_value(admin, 0, 3), wanted));
}

static bool
bring_up_to_date(const struct site *site, struct admin *admin)
{
	unsigned applied;

	if (!schema_migrate(site, admin, &applied))
		return (false);
	if (applied > 0)
		log_event(LOG_INFO, "migrated", "count",
		    arena_printf(site->arena, "%u", applied), NULL);
	return (true);
}

static bool
is_up_to_date(const struct site *site, struct admin *admin)
{
	switch (schema_look(site, admin, false)) {
	case SCHEMA_CURRENT:
		return (true);
	case SCHEMA_BEHIND:
		return (complain("the database is older than this build; run "
		    "`bureau migrate` or start with --migrate"));
	default:
		return (false);
	}
}

/* A responder's own connection, where nobody gave us the administrator's. */
static const char *
any_conninfo(const struct site *site)
{
	const char *admin = site_admin_conninfo(site);
	const char *first = site_responders(site)[0];
	const char *password;

	if (admin[0] != '\0' || first == NULL)
		return (admin);
	password = secret_text(site, arena_printf(site->arena, "db-%s",
	    first));
	if (password == NULL)
		return ("");
	setenv("PGUSER", arena_printf(site->arena, "bureau_%s", first), 1);
	setenv("PGPASSWORD", password, 1);
	return (site_responder_conninfo(site));
}

static bool
prepare_database(struct supervisor *s)
{
	const struct site *site = &s->site;
	struct admin *admin;
	bool ok;

	if (site->is_private && !cluster_start(site, s->prefork))
		return (false);
	admin = admin_open(any_conninfo(site));
	unsetenv("PGPASSWORD");
	ok = admin_is_open(admin) || complain("cannot reach the database: %s",
	    admin_error(admin));
	ok = ok && (site->is_private || s->migrate ?
	    bring_up_to_date(site, admin) : is_up_to_date(site, admin)) &&
	    has_room(site, admin) &&
	    (!s->demo || demo_make(site, admin));
	admin_close(&admin);
	return (ok);
}

/* --- telling ------------------------------------------------------------------------- */

/* Tell systemd, when it asked to be told. */
static void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	size_t n = path == NULL ? 0 : strlen(path);
	int fd;

	if (n == 0 || n >= sizeof(where.sun_path))
		return;
	memcpy(where.sun_path, path, n);
	if (path[0] == '@')
		where.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&where,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

static void
tell_ready(const struct supervisor *s)
{
	printf("\nBureau is at %s\n", services_url(&s->site));
	if (s->demo)
		demo_print(&s->site);
	putchar('\n');
	fflush(stdout);
	notify("READY=1");
}

/* --- running ------------------------------------------------------------------------ */

/*
 * Settings that are wrong must not replace those that are right, and the table
 * of settings is one; so a child tries them first.
 */
static bool
settings_are_fine(struct site *site)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(site_read_settings(site) && settings_check(site) ?
		    0 : 1);
	return (pid > 0 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* PORT, LISTEN, RESPONDERS and DATABASE_URL are fixed at start. */
static void
reload(struct supervisor *s)
{
	notify("RELOADING=1");
	if (!settings_are_fine(&s->site)) {
		log_event(LOG_ERROR, "reload.refused", "why",
		    "the settings are wrong; the old ones stay", NULL);
	} else if (site_read_settings(&s->site) && secrets_fill(&s->site) &&
	    services_change(s->services, s->prefork)) {
		prefork_roll(s->prefork, drain_time());
		log_event(LOG_INFO, "reload", NULL);
	}
	notify("READY=1");
}

static void
tend_until_stopped(struct supervisor *s)
{
	for (;;) {
		switch (prefork_wait(s->prefork, s->control_fd, -1)) {
		case PREFORK_STOP:
			return;
		case PREFORK_RELOAD:
			reload(s);
			break;
		case PREFORK_INPUT:
			control_answer(s->control_fd, &s->site, s->prefork,
			    s->board);
			break;
		case PREFORK_TIMEOUT:
			break;
		}
	}
}

static bool
serve(struct supervisor *s)
{
	if (!secrets_fill(&s->site))
		return (false);
	s->control_fd = control_open(&s->site);
	if (s->control_fd < 0)
		return (false);
	s->services = services_open(&s->site);
	if (s->services == NULL || !prepare_database(s) ||
	    !services_start(s->services, s->prefork) ||
	    !services_wait(s->services, s->prefork))
		return (false);
	tell_ready(s);
	tend_until_stopped(s);
	return (true);
}

static enum log_level
log_least(void)
{
	enum log_level least = LOG_INFO;

	log_level_parse(str_of(conf_text(CONF_LOG_LEVEL)), &least);
	return (least);
}

int
serve_main(int argc, char **argv)
{
	struct supervisor s = { .control_fd = -1 };
	bool ok;
	int lock;

	s.demo = take_flag(&argc, argv, "--demo");
	s.migrate = take_flag(&argc, argv, "--migrate");
	if (argc != 1)
		return (usage("serve"));
	if (!site_open(&s.site) || !settings_check(&s.site) ||
	    !site_prepare(&s.site))
		return (EXIT_FAILED);
	log_open("bureau", log_least());
	lock = pidfile_take(&s.site);
	if (lock < 0)
		return (EXIT_FAILED);
	s.board = board_new(&s.board_fd);
	s.prefork = prefork_new(s.board, s.board_fd);
	ok = serve(&s);
	notify("STOPPING=1");
	prefork_stop(s.prefork, drain_time());
	prefork_free(&s.prefork);
	board_free(&s.board);
	close(lock);
	return (ok ? EXIT_DONE : EXIT_FAILED);
}
