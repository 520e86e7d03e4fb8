/* SPDX-License-Identifier: ISC */
/*
 * `bureau check`, and the same before every start and reload.
 */
#include "config.h"

#include "settings.h"

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
#include "log.h"
#include "site.h"

/* A rule: the sentence to tell, NULL when all is well. */
struct rule {
	enum conf_key	 key;
	const char	*(*judge)(const struct site *site, const char *value);
};

static const char *
judge_environment(const struct site *site, const char *value)
{
	(void)site;
	return (strcmp(value, "production") == 0 ||
	    strcmp(value, "development") == 0 ? NULL :
	    "must be production or development");
}

static const char *
judge_log_level(const struct site *site, const char *value)
{
	enum log_level level;

	(void)site;
	return (log_level_parse(str_of(value), &level) ? NULL :
	    "must be debug, info, warn or error");
}

static const char *
judge_registration(const struct site *site, const char *value)
{
	(void)site;
	if (strcmp(value, "open") == 0 || strcmp(value, "invite") == 0)
		return (NULL);
	return (strncmp(value, "domain:", 7) == 0 &&
	    text_is_domain(str_of(value + 7)) ? NULL :
	    "must be open, invite or domain: and a domain, as in "
	    "domain:example.org");
}

static bool
is_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 'a' || name.p[i] > 'z')
			return (false);
	return (name.n > 0 && name.n < BOARD_NAME);
}

static const char *
judge_responders(const struct site *site, const char *value)
{
	const char **names = site_responders(site);

	(void)value;
	for (unsigned i = 0; names[i] != NULL; i++) {
		if (!is_name(str_of(names[i])))
			return ("must be names in small letters, separated by "
			    "spaces, as in auth admin");
		for (unsigned k = 0; k < i; k++)
			if (strcmp(names[i], names[k]) == 0)
				return ("names a responder twice");
	}
	return (names[0] != NULL ? NULL : "must name a responder");
}

static const char *
judge_workers(const struct site *site, const char *value)
{
	(void)value;
	return (2 * site_children(site) <= BOARD_SLOTS ? NULL :
	    "is too large: twice the children of all responders may be 128 at "
	    "most");
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
		    "or 0.0.0.0 or ::");
	freeaddrinfo(address);
	return (NULL);
}

static const char *
judge_file(const struct site *site, const char *value)
{
	(void)site;
	return (value[0] == '\0' || access(value, R_OK) == 0 ? NULL :
	    "names a file that cannot be read");
}

static const char *
judge_scrypt(const struct site *site, const char *value)
{
	int64_t n = conf_int(CONF_SCRYPT_N);

	(void)site;
	(void)value;
	return ((n & (n - 1)) == 0 ? NULL :
	    "must be a power of two, as in 32768");
}

/* Roles are ours: a user or password in the URL would be used by nobody. */
static const char *
judge_database(const struct site *site, const char *value)
{
	(void)site;
	if (strstr(value, "://") != NULL && strchr(value, '@') != NULL)
		return ("must be without user and password: each responder "
		    "has its own role; put the owner's into "
		    "DATABASE_ADMIN_URL");
	return (NULL);
}

static const char *
judge_origins(const struct site *site, const char *value)
{
	struct str rest = str_of(value), origin;

	(void)site;
	while (str_split(&rest, ' ', &origin)) {
		if (origin.n == 0 || str_is(origin, "*"))
			continue;
		if ((!str_starts(origin, "https://") &&
		    !str_starts(origin, "http://")) ||
		    memchr(origin.p + 8, '/', origin.n - 8) != NULL)
			return ("must be origins such as "
			    "https://app.example.org, without a path");
	}
	return (NULL);
}

static const struct rule rules[] = {
	{ CONF_ALLOWED_ORIGINS, judge_origins },
	{ CONF_DATABASE_URL, judge_database },
	{ CONF_ENVIRONMENT, judge_environment },
	{ CONF_JWT_KEY_FILE, judge_file },
	{ CONF_LISTEN, judge_listen },
	{ CONF_LOG_LEVEL, judge_log_level },
	{ CONF_MAX_WORKERS, judge_workers },
	{ CONF_REGISTRATION, judge_registration },
	{ CONF_RESPONDERS, judge_responders },
	{ CONF_SCRYPT_N, judge_scrypt },
	{ CONF_TLS_CERT_FILE, judge_file }
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
		site->tell(site->tell_cls, conf_rows[rules[i].key].name, why);
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
	return (ok ? EXIT_DONE : EXIT_FAILED);
}
