/* SPDX-License-Identifier: ISC */
/*
 * Settings: the rows of lib/tbl/config.def, read from a KEY=VALUE file and
 * from the environment (which wins), each checked against its row.
 *
 * The supervisor hands every child the settings its rows allow it through an
 * open descriptor (BUREAU_CONF_FD), so a responder opens no file; under plain
 * CGI the file named by BUREAU_CONF is read.
 */
#ifndef BUREAU_CONF_H
#define BUREAU_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum conf_key {
#define CONF(name, type, fallback, min, max, readers, doc) CONF_##name,
#include "config.def"
#undef CONF
	CONF_COUNT
};

/* Who is handed a setting; a row's readers are a sum of these. */
enum conf_reader {
	FOR_SUPERVISOR	= 0,		/* the supervisor reads every row */
	FOR_AUTH	= 1,
	FOR_ADMIN	= 2,
	FOR_WORKER	= 4,
	FOR_PUSH	= 8,
	FOR_RESPONDER	= 16,		/* every other responder */
	FOR_ALL		= 31
};

enum conf_type {
	CONF_TEXT,			/* min..max: length */
	CONF_INT,
	CONF_SECONDS,			/* 90, 15m, 24h, 7d */
	CONF_BYTES,			/* 4096, 64k, 12m */
	CONF_BOOL,			/* on off yes no true false 1 0 */
	CONF_SECRET			/* text that is never printed */
};

/* Where a value came from; what comes later wins. */
enum conf_source {
	CONF_BY_DEFAULT,
	CONF_BY_PROGRAM,		/* made or worked out by ourselves */
	CONF_BY_FILE,
	CONF_BY_ENVIRONMENT
};

struct conf_row {
	const char	*name;
	enum conf_type	 type;
	const char	*fallback;	/* "" for none */
	int64_t		 min, max;
	unsigned	 readers;
	const char	*doc;
};

extern const struct conf_row conf_rows[CONF_COUNT];

/* Told each mistake as a whole sentence that says how to mend it. */
typedef void conf_complain(void *cls, const char *key, const char *sentence);

/* Forget everything and take each row's fallback. */
void		 conf_defaults(void);
/* Read a file, a descriptor, the environment.  False if anything was wrong;
 * every mistake is told, and what is right is kept.  An empty value takes the
 * row's fallback where the row allows no empty one. */
bool		 conf_read_file(const char *path, conf_complain *tell, void *cls);
bool		 conf_read_fd(int fd, conf_complain *tell, void *cls);
bool		 conf_read_env(conf_complain *tell, void *cls);
bool		 conf_set(enum conf_key key, const char *value,
		    conf_complain *tell, void *cls);
/* A value that was set came from here; without this it is the program's own,
 * which leaves a person's word standing. */
void		 conf_came(enum conf_key key, enum conf_source source);
enum conf_source conf_source(enum conf_key key);
/* What a child does at start: BUREAU_CONF_FD, else BUREAU_CONF, then the
 * environment; a mistake is logged and ends the process. */
void		 conf_load(void);

const char	*conf_text(enum conf_key key);	/* "" when unset */
int64_t		 conf_int(enum conf_key key);	/* number, seconds, bytes */
bool		 conf_bool(enum conf_key key);
bool		 conf_is_set(enum conf_key key);	/* not its fallback */

/* KEY=VALUE lines of every row this reader may see, secrets included. */
void		 conf_write(FILE *out, unsigned reader);

#endif
