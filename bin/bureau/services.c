/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "services.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "arena.h"
#include "bell.h"
#include "check.h"
#include "conf.h"
#include "describe.h"
#include "edge.h"
#include "prefork.h"
#include "secrets.h"
#include "site.h"
#include "smtp.h"
#include "text.h"

#define BACKLOG		1024
#define OPEN_FILES	65536		/* lighttpd's, where we may raise it */
#define TRIES_TO_START	3
#define SECOND		INT64_C(1000000)
#define JOB_TIMEOUT	(900 * SECOND)

enum stage {
	STAGE_POSTGRES, STAGE_RESPONDERS, STAGE_WORKER, STAGE_LIGHTTPD
};

struct service {
	const char	*name;
	int		 listen_fd;	/* of the worker: -1, it listens for the bell */
	int		 conf_fd;
	int		 extra_fd;	/* of admin: describe.h */
	int		 pool;		/* -1 until it is started */
};

struct services {
	const struct site	*site;
	const char		*lighttpd;
	struct service		*list;		/* responders, and the worker last */
	unsigned		 count;
	struct service		 edge;
	bool			 edge_changed;	/* its file, since the last start */
	char *const		*env;
	int			 bell_fd, hear_fd;	/* of workers */
	int			 push_fd, push_hear_fd;	/* of push */
};

/* --- sockets ------------------------------------------------------------------ */

/* lighttpd's group may connect, nobody else. */
static int
unix_socket(const struct site *site, const char *name)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	const char *path = arena_printf(site->arena, "%s/%s.sock", site->run,
	    name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ASSERT(fd >= 0 && strlen(path) < sizeof(where.sun_path));
	memcpy(where.sun_path, path, strlen(path) + 1);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&where, sizeof(where)) != 0 ||
	    chmod(path, 0660) != 0 || (site->web.uid != 0 &&
	    chown(path, 0, site->web.gid) != 0) || listen(fd, BACKLOG) != 0) {
		complain("cannot listen on %s: %s", path, strerror(errno));
		close(fd);
		return (-1);
	}
	return (fd);
}

static int
listen_at(const struct addrinfo *address)
{
	int on = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (-1);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return (fd);
	close(fd);
	return (-1);
}

static int
told_why(const char *host, const char *port)
{
	if (errno == EADDRINUSE)
		complain("port %s of %s is taken; end what listens there "
		    "(`ss -ltnp` tells) or set BUREAU_PORT to another", port,
		    host);
	else if (errno == EACCES)
		complain("port %s needs root or CAP_NET_BIND_SERVICE; set "
		    "BUREAU_PORT to one above 1023", port);
	else
		complain("cannot listen on %s, port %s: %s", host, port,
		    strerror(errno));
	return (-1);
}

/* The one systemd holds for us, so that our own restart refuses nobody. */
static int
inherited_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	int64_t number;
	int fd = 3;

	if (!text_int(str_of(pid), getpid(), getpid(), &number) ||
	    !text_int(str_of(count), 1, 1, &number))
		return (-1);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return (fd);
}

static int
public_socket(void)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE };
	struct addrinfo *address;
	const char *host = conf_text(CONF_LISTEN);
	char port[16];
	int fd = inherited_socket(), code;

	if (fd >= 0)
		return (fd);
	snprintf(port, sizeof(port), "%lld", (long long)conf_int(CONF_PORT));
	code = getaddrinfo(host, port, &hints, &address);
	if (code != 0) {
		complain("LISTEN=%s is no address: %s", host,
		    gai_strerror(code));
		return (-1);
	}
	fd = listen_at(address);
	if (fd < 0)
		told_why(host, port);
	freeaddrinfo(address);
	return (fd);
}

/* --- settings ------------------------------------------------------------------- */

static unsigned
reader_of(const char *name)
{
	if (strcmp(name, "auth") == 0)
		return (FOR_AUTH);
	if (strcmp(name, "admin") == 0)
		return (FOR_ADMIN);
	if (strcmp(name, "worker") == 0)
		return (FOR_WORKER);
	if (strcmp(name, "push") == 0)
		return (FOR_PUSH);
	return (FOR_RESPONDER);
}

bool
services_settings(const struct site *site, const char *name, FILE *out)
{
	const char *password = secret_text(site, arena_printf(site->arena,
	    "db-%s", name));

	if (password == NULL)
		return (false);
	conf_set(CONF_DATABASE_PASSWORD, password, NULL, NULL);
	conf_set(CONF_DATABASE_URL, site_responder_conninfo(site), NULL, NULL);
	conf_write(out, reader_of(name));
	conf_set(CONF_DATABASE_PASSWORD, "", NULL, NULL);
	if (site->is_private)
		conf_set(CONF_DATABASE_URL, "", NULL, NULL);
	return (true);
}

/* A sealed file without a name that holds what this responder may see. */
static int
settings_fd(const struct site *site, const char *name)
{
	FILE *out;
	int fd = memfd_create("bureau-settings",
	    MFD_CLOEXEC | MFD_ALLOW_SEALING);

	out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	ASSERT(out != NULL);
	if (!services_settings(site, name, out)) {
		fclose(out);
		close(fd);
		return (-1);
	}
	if (fclose(out) != 0 || fchmod(fd, 0600) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW |
	    F_SEAL_SEAL) != 0)
		PANIC("cannot write settings to a memfd");
	return (fd);
}

/*
 * Children get no environment of ours but what says where and how to run: it
 * may hold secrets.  The second group is for tests and tools.
 */
static char *const *
clean_env(const struct site *site)
{
	static const char *const kept[] = {
		"TZ", "LANG",
		"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_PRELOAD",
		"LD_LIBRARY_PATH", "FAKETIME", "GCOV_PREFIX", "MALLOC_PERTURB_"
	};
	struct arena *arena = site->arena;
	const char **env = arena_array(arena, COUNT_OF(kept) + 3,
	    sizeof(*env));
	unsigned n = 0;

	env[n++] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	/* For /health, which tells how full its disk is. */
	env[n++] = arena_printf(arena, "BUREAU_HOME=%s", site->home);
	for (unsigned i = 0; i < COUNT_OF(kept); i++)
		if (getenv(kept[i]) != NULL)
			env[n++] = arena_printf(arena, "%s=%s", kept[i],
			    getenv(kept[i]));
	return ((char *const *)env);
}

/* --- pools ------------------------------------------------------------------------ */

/* Programs and libraries; no home, no secrets. */
static const char *const *
readable(const struct services *services)
{
	static const char *paths[] = {
		"/usr", "/lib", "/lib64", "/bin", "/proc", "/sys", "/dev",
		"/etc/gai.conf", "/etc/group", "/etc/host.conf", "/etc/hosts",
		"/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf",
		"/etc/passwd", "/etc/resolv.conf", "/etc/services", "/etc/ssl",
		"/run/systemd/resolve", NULL, NULL
	};

	paths[COUNT_OF(paths) - 2] = services->site->libexec;
	return (paths);
}

/* The authority of the mail server beside them, if it has one of its own. */
static const char *const *
readable_to_worker(const struct services *services)
{
	const char *const *paths = readable(services);
	struct arena *arena = services->site->arena;
	struct smtp_server server = { 0 };
	const char **more;
	unsigned n = 0;

	while (paths[n] != NULL)
		n++;
	smtp_server_parse(arena, str_of(conf_text(CONF_SMTP_URL)), &server);
	more = arena_array(arena, n + 2, sizeof(*more));
	memcpy(more, paths, n * sizeof(*more));
	more[n] = server.ca_file;
	return (more);
}

static const char *const writable[] = { "/var/tmp", "/dev/null", NULL };

static struct pool_spec
responder_spec(const struct services *services, const struct service *service)
{
	const struct site *site = services->site;
	struct owner owner = site_responder_owner(site, service->name);
	const char **argv = arena_array(site->arena, 2, sizeof(*argv));

	argv[0] = arena_printf(site->arena, "%s/bureau-%s", site->libexec,
	    service->name);
	return ((struct pool_spec){
		.name = service->name, .argv = (char *const *)argv,
		.env = services->env, .count = site_workers(service->name),
		.listen_fd = service->listen_fd, .conf_fd = service->conf_fd,
		.activate_fd = -1, .extra_fd = service->extra_fd,
		.bell_fd = services->bell_fd, .push_fd = services->push_fd,
		.hear_fd = strcmp(service->name, "push") == 0 ?
		    services->push_hear_fd : -1,
		.log_fd = -1, .on_board = true, .rolls = true,
		.uid = owner.uid, .gid = owner.gid,
		.may_read = readable(services), .may_write = writable,
		.stop_signal = SIGTERM, .death_signal = SIGTERM,
		.request_timeout = conf_int(CONF_REQUEST_TIMEOUT) * SECOND,
		.stage = STAGE_RESPONDERS
	});
}

/* It waits for the bell, talks to the responders as lighttpd does, and may take
 * its time with a job. */
static struct pool_spec
worker_spec(const struct services *services, const struct service *service)
{
	struct pool_spec spec = responder_spec(services, service);

	spec.may_read = readable_to_worker(services);
	spec.hear_fd = services->hear_fd;
	if (spec.uid != 0)
		spec.gid = services->site->web.gid;
	spec.request_timeout = JOB_TIMEOUT;
	spec.stage = STAGE_WORKER;
	return (spec);
}

static struct pool_spec
service_spec(const struct services *services, const struct service *service)
{
	return (service->listen_fd < 0 ? worker_spec(services, service) :
	    responder_spec(services, service));
}

static struct pool_spec
edge_spec(const struct services *services)
{
	const struct site *site = services->site;
	const char **argv = arena_array(site->arena, 5, sizeof(*argv));

	argv[0] = services->lighttpd;
	argv[1] = "-D";
	argv[2] = "-f";
	argv[3] = edge_path(site);
	return ((struct pool_spec){
		.name = "lighttpd", .argv = (char *const *)argv,
		.env = services->env, .count = 1,
		.listen_fd = -1, .conf_fd = -1, .extra_fd = -1, .bell_fd = -1,
		.hear_fd = -1, .push_fd = -1, .log_fd = -1,
		.activate_fd = services->edge.listen_fd, .rolls = true,
		.uid = site->web.uid, .gid = site->web.gid,
		/* To lighttpd, SIGINT is the graceful one. */
		.stop_signal = SIGINT, .death_signal = SIGTERM,
		.stage = STAGE_LIGHTTPD
	});
}

static void
raise_file_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (geteuid() == 0 && limit.rlim_max < OPEN_FILES)
		limit.rlim_max = OPEN_FILES;
	limit.rlim_cur = limit.rlim_max < OPEN_FILES ? limit.rlim_max :
	    OPEN_FILES;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct services *
services_open(const struct site *site)
{
	struct services *services = arena_alloc(site->arena,
	    sizeof(*services));
	const char **names = site_services(site);

	services->site = site;
	services->env = clean_env(site);
	services->lighttpd = site_program(site, "lighttpd");
	if (services->lighttpd == NULL) {
		complain("lighttpd is not installed; install it");
		return (NULL);
	}
	while (names[services->count] != NULL)
		services->count++;
	services->list = arena_array(site->arena, services->count + 1,
	    sizeof(*services->list));
	services->edge = (struct service){ "lighttpd", public_socket(), -1,
	    -1, -1 };
	if (services->edge.listen_fd < 0)
		return (NULL);
	for (unsigned i = 0; i < services->count; i++) {
		bool listens = i < services->count - 1;
		int fd = listens ? unix_socket(site, names[i]) : -1;

		if (listens && fd < 0)
			return (NULL);
		services->list[i] = (struct service){ names[i], fd, -1,
		    -1, -1 };
	}
	bell_make(&services->bell_fd, &services->hear_fd);
	bell_make(&services->push_fd, &services->push_hear_fd);
	raise_file_limit();
	return (services);
}

/* Put a new descriptor in the place of an old one; false when there is none. */
static bool
renew(int *fd, int fresh)
{
	if (fresh < 0)
		return (false);
	if (*fd >= 0)
		close(*fd);
	*fd = fresh;
	return (true);
}

/* Settings for each, the description of all, and lighttpd's file. */
static bool
write_settings(struct services *services)
{
	const struct site *site = services->site;

	for (unsigned i = 0; i < services->count; i++) {
		struct service *service = &services->list[i];

		if (!renew(&service->conf_fd, settings_fd(site,
		    service->name)))
			return (false);
		if (strcmp(service->name, "admin") == 0 &&
		    !renew(&service->extra_fd, describe_fd(site)))
			return (false);
	}
	return (edge_write(services->site, services->lighttpd,
	    &services->edge_changed));
}

bool
services_start(struct services *services, struct prefork *prefork)
{
	struct pool_spec spec;

	if (!write_settings(services))
		return (false);
	for (unsigned i = 0; i < services->count; i++) {
		struct service *service = &services->list[i];

		spec = service_spec(services, service);
		service->pool = prefork_add(prefork, &spec);
		if (service->pool < 0)
			return (complain("twice the children of all responders "
			    "are more than the board has room for; lower "
			    "MAX_WORKERS"));
	}
	spec = edge_spec(services);
	services->edge.pool = prefork_add(prefork, &spec);
	return (true);
}

bool
services_change(struct services *services, struct prefork *prefork)
{
	struct pool_spec spec;

	if (!write_settings(services))
		return (false);
	for (unsigned i = 0; i < services->count; i++) {
		spec = service_spec(services, &services->list[i]);
		prefork_change(prefork, services->list[i].pool, &spec);
	}
	spec = edge_spec(services);
	/* Connections that are kept alive end with it: only where it must. */
	spec.rolls = services->edge_changed;
	prefork_change(prefork, services->edge.pool, &spec);
	return (true);
}

bool
services_wait(struct services *services, struct prefork *prefork)
{
	for (unsigned i = 0; i < services->count; i++) {
		const struct service *service = &services->list[i];

		while (!prefork_ready(prefork, service->pool)) {
			if (prefork_failures(prefork, service->pool) >=
			    TRIES_TO_START)
				return (complain("%s does not start; what it "
				    "said is above", service->name));
			if (prefork_wait(prefork, -1, SECOND / 100) ==
			    PREFORK_STOP)
				return (false);
		}
	}
	return (true);
}

const char *
services_url(const struct site *site)
{
	const char *host = conf_text(CONF_LISTEN);
	bool tls = conf_text(CONF_TLS_CERT_FILE)[0] != '\0';

	if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
		host = "localhost";
	return (arena_printf(site->arena, strchr(host, ':') != NULL ?
	    "%s://[%s]:%lld/" : "%s://%s:%lld/", tls ? "https" : "http", host,
	    (long long)conf_int(CONF_PORT)));
}
