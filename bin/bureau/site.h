/* SPDX-License-Identifier: ISC */
/*
 * One installation: where it lives, as whom its parts run, what it is set to.
 *
 * BUREAU_HOME holds all state; BUREAU_DATA and BUREAU_LIBEXEC say where the
 * program's own files are, when not where `make install` put them.  Everything
 * a function returns here lives as long as the process.
 */
#ifndef BUREAU_SITE_H
#define BUREAU_SITE_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf.h"
#include "text.h"

struct admin;
struct arena;

/* uid 0: as the supervisor itself. */
struct owner {
	const char	*name;
	uid_t		 uid;
	gid_t		 gid;
};

struct site {
	struct arena	*arena;
	const char	*home;		/* absolute */
	const char	*run;		/* sockets; home/run, or a short path */
	const char	*data;		/* sql/ www/ etc/ */
	const char	*libexec;	/* the responders */
	const char	*settings;	/* the file that was read; NULL: none */
	bool		 is_private;	/* the cluster is ours */
	struct owner	 cluster;	/* whom PostgreSQL runs as */
	struct owner	 web;		/* whom lighttpd runs as */
	conf_complain	*tell;		/* of a wrong setting */
	void		*tell_cls;
};

/* Paths and settings.  False when a setting is wrong; each mistake was told on
 * stderr as a sentence. */
bool		 site_open(struct site *site);
/* The same, telling somebody else. */
bool		 site_open_telling(struct site *site, conf_complain *tell,
		    void *cls);
/* Read the settings once more, as after a change of the file. */
bool		 site_read_settings(struct site *site);
/* home/NAME */
const char	*site_path(const struct site *site, const char *format, ...)
		    __attribute__((format(printf, 2, 3)));
/* Make the folders of home with their owners and modes. */
bool		 site_prepare(const struct site *site);

/* The responders of RESPONDERS, ended by NULL. */
const char	**site_responders(const struct site *site);
/* These and the worker: all that have a database role. */
const char	**site_services(const struct site *site);
bool		 site_has_responder(const struct site *site, const char *name);
/* Whom a responder runs as: bureau-NAME, else bureau, else nobody, of which
 * the first that exists; the supervisor itself when it is not root. */
struct owner	 site_responder_owner(const struct site *site,
		    const char *name);
/* Children of this service; of auth some more, for those that hash. */
unsigned	 site_workers(const char *name);
/* Of all services. */
unsigned	 site_children(const struct site *site);
/* Connections all of them may open, twice at a reload, and some to spare. */
unsigned	 site_connections(const struct site *site);

/* Connection strings: of the administrator (secret inside or beside it), of a
 * responder, and of the private cluster's maintenance database. */
const char	*site_admin_conninfo(const struct site *site);
const char	*site_responder_conninfo(const struct site *site);
const char	*site_initial_conninfo(const struct site *site);

/* The administrator's connection; NULL after a sentence. */
struct admin	*site_connect(const struct site *site);

/* A program of PostgreSQL, or another of the system; NULL when not found. */
const char	*site_pg_program(const struct site *site, const char *name);
const char	*site_program(const struct site *site, const char *name);

/* The whole file, NUL-ended; false when it cannot be read (errno). */
bool		 read_file(struct arena *arena, const char *path,
		    struct str *out);
/* Replace a file as a whole, durably; false and a sentence on failure. */
bool		 write_file(const char *path, struct str text, mode_t mode,
		    struct owner owner);

/* "bureau: " and a sentence on stderr; always false. */
bool		 complain(const char *format, ...)
		    __attribute__((format(printf, 1, 2)));

#endif
