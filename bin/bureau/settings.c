/* SPDX-License-Identifier: ISC */
/*
 * `bureau check`, and the same before every start and reload: what a setting
 * means on this machine and beside the others.  What it may be by itself is
 * lib/base/conf.c's to say.
 */
#include "config.h"

#include "settings.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "board.h"
#include "buf.h"
#include "bureau.h"
#include "check.h"
#include "conf.h"
#include "guard.h"
#include "mail.h"
#include "site.h"
#include "smtp.h"

/* A rule: the sentence to tell, without the setting's name before it; NULL when
 * all is well. */
struct rule {
	enum conf_key	 key;
	const char	*(*judge)(const struct site *site, const char *value);
};

static const char *
judge_responders(const struct site *site, const char *value)
{
	const char **names = site_responders(site);

	(void)value;
	for (unsigned i = 0; names[i] != NULL; i++) {
		const char *path = arena_printf(site->arena, "%s/bureau-%s",
		    site->libexec, names[i]);

		if (strlen(names[i]) >= BOARD_NAME || access(path, X_OK) != 0)
			return (arena_printf(site->arena, "names %s, but there "
			    "is no %s; leave it out or install it.", names[i],
			    path));
		for (unsigned k = 0; k < i; k++)
			if (strcmp(names[i], names[k]) == 0)
				return ("names a responder twice; name it once.");
	}
	return (names[0] != NULL ? NULL :
	    "names no responder; write names like auth admin.");
}

static const char *
judge_workers(const struct site *site, const char *value)
{
	(void)value;
	return (2 * site_children(site) <= BOARD_SLOTS ? NULL :
	    "is too large: twice the children of all responders may be 128 at "
	    "most.");
}

static const char *
judge_listen(const struct site *site, const char *value)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST,
	    .ai_socktype = SOCK_STREAM };
	struct addrinfo *address;

	(void)site;
	if (getaddrinfo(value, NULL, &hints, &address) != 0)
		return ("must be an address of this machine, as in 127.0.0.1 "
		    "or 0.0.0.0 or ::.");
	freeaddrinfo(address);
	return (NULL);
}

static const char *
judge_file(const struct site *site, const char *value)
{
	(void)site;
	return (value[0] == '\0' || access(value, R_OK) == 0 ? NULL :
	    "names a file that cannot be read; check its path and modes.");
}

/* Roles are ours: a user or password in the URL would be used by nobody. */
static const char *
judge_database(const struct site *site, const char *value)
{
	(void)site;
	if (strstr(value, "://") != NULL &&
	    strncmp(value, "postgresql://", 13) != 0 &&
	    strncmp(value, "postgres://", 11) != 0)
		return ("is of no PostgreSQL; write "
		    "postgresql://host/database.");
	if (strstr(value, "://") != NULL && strchr(value, '@') != NULL)
		return ("must be without user and password: each responder "
		    "has its own role; put the owner's into "
		    "DATABASE_ADMIN_URL.");
	return (NULL);
}

/* 192.0.2.1 or 2001:db8::1; with a prefix such as /8 where that is allowed. */
static bool
is_address(char *text, bool with_prefix)
{
	char *slash = with_prefix ? strchr(text, '/') : NULL;
	int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	struct in6_addr address;
	int64_t bits;

	if (slash != NULL) {
		*slash = '\0';
		if (!text_int(str_of(slash + 1), 0,
		    family == AF_INET6 ? 128 : 32, &bits))
			return (false);
	}
	return (inet_pton(family, text, &address) == 1);
}

static bool
are_addresses(const struct site *site, const char *value, bool with_prefix)
{
	struct str rest = str_of(value), word;

	while (str_split(&rest, ' ', &word))
		if (word.n > 0 && !is_address(arena_memdup(site->arena, word.p,
		    word.n), with_prefix))
			return (false);
	return (true);
}

static const char *
judge_metrics(const struct site *site, const char *value)
{
	return (are_addresses(site, value, false) ? NULL :
	    "must be addresses separated by spaces, as in 127.0.0.1 ::1.");
}

/* With its secret: the sentence must not repeat it. */
static const char *
judge_smtp(const struct site *site, const char *value)
{
	struct smtp_server server;
	const char *why;

	if (value[0] == '\0')
		return (NULL);
	why = smtp_server_parse(site->arena, str_of(value), &server);
	if (why != NULL)
		return (arena_printf(site->arena, "%s.", why));
	if (server.ca_file != NULL && access(server.ca_file, R_OK) != 0)
		return ("names a file behind ?ca= that cannot be read; check "
		    "its path and modes.");
	return (NULL);
}

static const char *
judge_from(const struct site *site, const char *value)
{
	struct mail_box box;
	const char *why;

	if (value[0] == '\0')
		return (conf_is_set(CONF_SMTP_URL) ? "must be set where "
		    "SMTP_URL is, as in Bureau <bureau@example.org>." : NULL);
	why = mail_box_parse(site->arena, str_of(value), &box);
	return (why == NULL ? NULL : arena_printf(site->arena, "%s.", why));
}

static const char *
judge_webhooks(const struct site *site, const char *value)
{
	(void)site;
	return (guard_is_list(value) ? NULL : "must be addresses or networks "
	    "separated by spaces, as in 192.0.2.1 10.1.0.0/16, or private.");
}

static const char *
judge_proxies(const struct site *site, const char *value)
{
	return (are_addresses(site, value, true) ? NULL :
	    "must be addresses or networks separated by spaces, as in "
	    "192.0.2.1 10.0.0.0/8.");
}

/* https://office.example.org: paths are ours to add. */
static const char *
judge_public_url(const struct site *site, const char *value)
{
	struct str rest = str_of(value);
	size_t scheme = str_starts(rest, "https://") ? 8 :
	    str_starts(rest, "http://") ? 7 : 0;

	(void)site;
	if (value[0] == '\0' || (scheme > 0 && value[scheme] != '\0' &&
	    strspn(value + scheme, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") ==
	    rest.n - scheme))
		return (NULL);
	return ("must be where people find this site and no more, as in "
	    "https://office.example.org, without a path or a / at its end.");
}

static const struct rule rules[] = {
	{ CONF_DATABASE_URL, judge_database },
	{ CONF_JWT_KEY_FILE, judge_file },
	{ CONF_LISTEN, judge_listen },
	{ CONF_MAIL_FROM, judge_from },
	{ CONF_MAX_WORKERS, judge_workers },
	{ CONF_METRICS_ALLOW, judge_metrics },
	{ CONF_PUBLIC_URL, judge_public_url },
	{ CONF_RESPONDERS, judge_responders },
	{ CONF_SMTP_URL, judge_smtp },
	{ CONF_TLS_CERT_FILE, judge_file },
	{ CONF_TRUSTED_PROXIES, judge_proxies },
	{ CONF_WEBHOOKS_ALLOW, judge_webhooks }
};

bool
settings_check(const struct site *site)
{
	bool ok = true;

	for (unsigned i = 0; i < COUNT_OF(rules); i++) {
		const char *value = conf_text(rules[i].key);
		const char *why = rules[i].judge(site, value);

		if (why == NULL)
			continue;
		ok = false;
		site->tell(site->tell_cls, conf_rows[rules[i].key].name,
		    arena_printf(site->arena, "%s %s",
		    conf_rows[rules[i].key].name, why));
	}
	return (ok);
}

/* --- the command ------------------------------------------------------------------ */

static void
collect(void *cls, const char *key, const char *sentence)
{
	struct buf *list = cls;

	buf_text(list, list->len > 0 ? ",{\"key\":" : "{\"key\":");
	buf_json(list, key, strlen(key));
	buf_text(list, ",\"message\":");
	buf_json(list, sentence, strlen(sentence));
	buf_char(list, '}');
}

static int
check_json(void)
{
	struct arena *arena = arena_new(ARENA_PLAIN, 1 << 20);
	struct buf list;
	struct site site;
	bool ok;

	buf_init(&list, arena, 1 << 18);
	ok = site_open_telling(&site, collect, &list);
	ok = settings_check(&site) && ok;
	printf("{\"ok\":%s,\"mistakes\":[%s]}\n", ok ? "true" : "false",
	    list.data);
	return (ok ? EXIT_DONE : EXIT_FAILED);
}

static bool
lacks_public_url(void)
{
	return (conf_text(CONF_PUBLIC_URL)[0] == '\0' &&
	    conf_text(CONF_SMTP_URL)[0] != '\0' &&
	    strcmp(conf_text(CONF_ENVIRONMENT), "production") == 0);
}

int
check_main(int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");
	struct site site;
	bool ok;

	if (argc != 1)
		return (usage("check"));
	if (json)
		return (check_json());
	ok = site_open(&site);
	ok = settings_check(&site) && ok;
	if (ok)
		printf("The settings are fine (%s).\n", site.settings != NULL ?
		    site.settings : "no file; defaults and environment");
	if (ok && lacks_public_url())
		printf("PUBLIC_URL is empty: messages about forgotten "
		    "passwords hold a code and no link.\n");
	return (ok ? EXIT_DONE : EXIT_FAILED);
}
