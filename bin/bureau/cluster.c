/* SPDX-License-Identifier: ISC */
/*
 * The private PostgreSQL.
 *
 * initdb works in pg.new, renamed when it is whole, so that a first start that
 * was interrupted leaves nothing half made.  What must be so is given on the
 * command line; what an administrator may want to tune is written once into
 * pg/postgresql.conf and left alone after that.
 */
#include "config.h"

#include "cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin.h"
#include "arena.h"
#include "check.h"
#include "conf.h"
#include "pidfile.h"
#include "prefork.h"
#include "secrets.h"
#include "site.h"
#include "when.h"

#define MS		INT64_C(1000)
#define START_TRIES	3
#define LEFTOVER_FAST	10000		/* ms, for a fast shutdown of a leftover */
#define LEFTOVER_NOW	5000		/* ms, for an immediate one */
#define STOP_TIME	(30000 * MS)

static const char tuning[] =
	"\n# Written once by bureau; yours to change.\n"
	"shared_buffers = 128MB\n"
	"synchronous_commit = on\n"
	"password_encryption = scram-sha-256\n"
	"jit = off\n"
	"client_connection_check_interval = 500ms\n"
	"timezone = 'UTC'\n"
	"log_timezone = 'UTC'\n"
	"# One log file a weekday in pg/log, overwritten a week later.\n"
	"logging_collector = on\n"
	"log_directory = 'log'\n"
	"log_filename = 'postgresql-%a.log'\n"
	"log_rotation_age = 1d\n"
	"log_rotation_size = 0\n"
	"log_truncate_on_rotation = on\n"
	"log_min_messages = warning\n"
	"log_line_prefix = '%m [%p] %q%u '\n";

/* Sockets are open to every user of the machine, so nobody is trusted. */
static const char hba[] =
	"# Written once by bureau: Unix sockets only, always by password.\n"
	"local all all scram-sha-256\n";

static char *const plain_env[] = {
	(char *)"PATH=/usr/bin:/bin", (char *)"LANG=C.UTF-8", NULL
};

/* --- making it ------------------------------------------------------------------ */

static void
become(struct owner owner)
{
	if (owner.uid != 0 && (setgid(owner.gid) != 0 ||
	    setuid(owner.uid) != 0))
		_exit(127);
}

/* Run a program as owner with `input` (a descriptor) as its standard input. */
static bool
run_as(struct owner owner, const char *const *argv, int input)
{
	int status, quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid = fork();

	if (pid == 0) {
		dup2(input, STDIN_FILENO);
		dup2(quiet, STDOUT_FILENO);
		if (chdir("/") != 0)
			_exit(127);
		become(owner);
		execve(argv[0], (char *const *)argv, plain_env);
		_exit(127);
	}
	close(quiet);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return (false);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* An unnamed file that holds the text. */
static int
text_fd(struct str text)
{
	int fd = memfd_create("bureau-password", MFD_CLOEXEC);

	ASSERT(fd >= 0);
	if (write(fd, text.p, text.n) != (ssize_t)text.n ||
	    lseek(fd, 0, SEEK_SET) != 0)
		PANIC("cannot fill a memfd");
	return (fd);
}

static bool
append(const char *path, const char *text)
{
	FILE *file = fopen(path, "ae");
	bool ok;

	if (file == NULL)
		return (complain("cannot write %s: %s", path,
		    strerror(errno)));
	ok = fputs(text, file) >= 0;
	return (fclose(file) == 0 && ok);
}

static void
remove_folder(struct owner owner, const char *path)
{
	const char *const argv[] = { "/bin/rm", "-rf", path, NULL };

	run_as(owner, argv, STDIN_FILENO);
	rmdir(path);
}

static bool
init_in(const struct site *site, const char *folder, const char *password)
{
	const char *initdb = site_pg_program(site, "initdb");
	const char *const argv[] = {
		initdb, "-D", folder, "-U", "postgres", "-A", "scram-sha-256",
		"--pwfile=/dev/stdin", "--encoding=UTF8", "--locale=C.UTF-8",
		"--no-instructions", NULL
	};
	int input = text_fd(str_of(password));
	bool ok;

	if (initdb == NULL)
		return (complain("PostgreSQL is not installed: there is no "
		    "initdb in %s; install postgresql-15 or set DATABASE_URL",
		    PGBINDIR));
	ok = run_as(site->cluster, argv, input);
	close(input);
	if (!ok)
		return (complain("%s failed; what it said is above", initdb));
	return (append(arena_printf(site->arena, "%s/postgresql.conf", folder),
	    tuning) && write_file(arena_printf(site->arena, "%s/pg_hba.conf",
	    folder), str_of(hba), 0600, site->cluster));
}

static bool
make(const struct site *site)
{
	const char *draft = site_path(site, "pg.new");
	const char *final = site_path(site, "pg");
	const char *password = secret_text(site, "cluster");

	if (password == NULL)
		return (false);
	remove_folder(site->cluster, draft);
	if (mkdir(draft, 0700) != 0 || (site->cluster.uid != 0 &&
	    chown(draft, site->cluster.uid, site->cluster.gid) != 0))
		return (complain("cannot make %s: %s", draft,
		    strerror(errno)));
	if (!init_in(site, draft, password))
		return (false);
	if (rename(draft, final) != 0)
		return (complain("cannot rename %s: %s", draft,
		    strerror(errno)));
	return (true);
}

static bool
ensure(const struct site *site)
{
	const char *pg = site_path(site, "pg");
	struct stat st;

	if (geteuid() == 0 && site->cluster.uid == 0)
		return (complain("PostgreSQL does not run as root and there is "
		    "no user postgres, bureau or nobody"));
	if (lstat(pg, &st) != 0)
		return (make(site));
	if (geteuid() != 0 && st.st_uid != geteuid())
		return (complain("%s belongs to another user; run bureau as "
		    "that one", pg));
	return (true);
}

/* --- leftovers -------------------------------------------------------------------- */

/* The postmaster of this very data folder, or 0. */
static pid_t
leftover(const struct site *site)
{
	const char *pg = site_path(site, "pg");
	const char *lock = site_path(site, "pg/postmaster.pid");
	char cwd[PATH_MAX], real[PATH_MAX];
	struct str text, line;
	int64_t pid;
	ssize_t n;

	if (!read_file(site->arena, lock, &text) ||
	    !str_split(&text, '\n', &line) ||
	    !text_int(line, 2, INT_MAX, &pid))
		return (0);
	n = readlink(arena_printf(site->arena, "/proc/%d/cwd", (int)pid), cwd,
	    sizeof(cwd) - 1);
	if (n > 0)
		cwd[n] = '\0';
	if (n > 0 && realpath(pg, real) != NULL && strcmp(cwd, real) == 0)
		return ((pid_t)pid);
	/* Stale; a stranger with that number would keep PostgreSQL away. */
	unlink(lock);
	return (0);
}

static bool
end_and_wait(pid_t pid, int sig, int ms)
{
	struct pollfd end = { .events = POLLIN };
	bool gone;

	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (end.fd < 0)
		return (true);
	kill(pid, sig);
	gone = poll(&end, 1, ms) == 1;
	close(end.fd);
	return (gone);
}

static bool
end_leftover(const struct site *site)
{
	pid_t pid = leftover(site);

	if (pid == 0 || end_and_wait(pid, SIGINT, LEFTOVER_FAST) ||
	    end_and_wait(pid, SIGQUIT, LEFTOVER_NOW))
		return (true);
	return (complain("a PostgreSQL left over from before (process %d) does "
	    "not end; end it by hand", (int)pid));
}

/* --- running it --------------------------------------------------------------------- */

/* What it says until its own logging has begun; nothing, when all is well. */
static const char *
first_words(const struct site *site)
{
	return (arena_printf(site->arena, "%s/postgres.err", site->run));
}

static struct pool_spec
spec(const struct site *site, const char *postgres, int log_fd)
{
	const char **argv = arena_array(site->arena, 12, sizeof(*argv));
	unsigned n = 0;

	argv[n++] = postgres;
	argv[n++] = "-D";
	argv[n++] = site_path(site, "pg");
	argv[n++] = "-c";
	argv[n++] = "listen_addresses=";
	argv[n++] = "-c";
	argv[n++] = arena_printf(site->arena, "unix_socket_directories=%s",
	    site->run);
	argv[n++] = "-c";
	argv[n++] = arena_printf(site->arena, "max_connections=%u",
	    site_connections(site) < 50 ? 60 : site_connections(site) + 10);
	return ((struct pool_spec){
		.name = "postgres", .argv = (char *const *)argv,
		.env = plain_env, .count = 1,
		.listen_fd = -1, .conf_fd = -1, .activate_fd = -1,
		.extra_fd = -1, .bell_fd = -1, .hear_fd = -1,
		.push_fd = -1, .log_fd = log_fd,
		.uid = site->cluster.uid, .gid = site->cluster.gid,
		.stop_signal = SIGINT, .death_signal = SIGINT, .stage = 0
	});
}

static bool
does_not_start(const struct site *site)
{
	struct str said;

	if (read_file(site->arena, first_words(site), &said))
		fputs(said.p, stderr);
	return (complain("PostgreSQL does not start; what it said is above and "
	    "in %s", site_path(site, "pg/log")));
}

static bool
wait_until_it_answers(const struct site *site, struct prefork *prefork,
    int pool)
{
	const char *conninfo = site_initial_conninfo(site);

	while (!admin_ping(conninfo)) {
		if (prefork_failures(prefork, pool) >= START_TRIES)
			return (does_not_start(site));
		if (prefork_wait(prefork, -1, 20 * MS) == PREFORK_STOP)
			return (false);
	}
	return (true);
}

static bool
ensure_database(const struct site *site)
{
	struct admin *admin = admin_open(site_initial_conninfo(site));
	bool ok = admin_is_open(admin) && (admin_run(admin,
	    "CREATE DATABASE bureau") ||
	    strcmp(admin_sqlstate(admin), "42P04") == 0);

	if (!ok)
		complain("cannot make the database: %s", admin_error(admin));
	admin_close(&admin);
	return (ok);
}

bool
cluster_start(const struct site *site, struct prefork *prefork)
{
	const char *postgres = site_pg_program(site, "postgres");
	struct pool_spec pool;
	int number, log_fd;

	if (postgres == NULL)
		return (complain("PostgreSQL is not installed: there is no "
		    "postgres in %s; install postgresql-15 or set DATABASE_URL",
		    PGBINDIR));
	if (!ensure(site) || !secrets_pgpass(site) || !end_leftover(site))
		return (false);
	unlink(first_words(site));
	log_fd = open(first_words(site), O_WRONLY | O_CREAT | O_EXCL |
	    O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return (complain("cannot write %s: %s", first_words(site),
		    strerror(errno)));
	pool = spec(site, postgres, log_fd);
	number = prefork_add(prefork, &pool);
	return (wait_until_it_answers(site, prefork, number) &&
	    ensure_database(site));
}

/* --- for a moment ---------------------------------------------------------------------- */

struct borrowed {
	struct prefork	*prefork;
	int		 lock;
};

/* A command that only looks must not leave a cluster behind in a home that was
 * mistyped. */
bool
cluster_borrow(const struct site *site, struct borrowed **out)
{
	*out = NULL;
	if (site->is_private && access(site_path(site, "pg/PG_VERSION"),
	    F_OK) != 0 && errno == ENOENT)
		return (complain("there is nothing at %s yet: start it with "
		    "`bureau serve`, make it with `bureau migrate`, or set "
		    "BUREAU_HOME to where it is", site->home));
	return (cluster_make(site, out));
}

bool
cluster_make(const struct site *site, struct borrowed **out)
{
	struct borrowed *borrowed;

	*out = NULL;
	if (!site->is_private || pidfile_holder(site) > 0)
		return (true);
	if (!site_prepare(site))
		return (false);
	borrowed = arena_alloc(site->arena, sizeof(*borrowed));
	borrowed->lock = pidfile_take(site);
	if (borrowed->lock < 0)
		return (false);
	borrowed->prefork = prefork_new(NULL, -1);
	*out = borrowed;
	if (cluster_start(site, borrowed->prefork))
		return (true);
	cluster_return(out);
	return (false);
}

void
cluster_return(struct borrowed **borrowed)
{
	if (*borrowed == NULL)
		return;
	prefork_stop((*borrowed)->prefork, STOP_TIME);
	prefork_free(&(*borrowed)->prefork);
	close((*borrowed)->lock);
	*borrowed = NULL;
}
