/* SPDX-License-Identifier: ISC */
#include "secrets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "conf.h"
#include "keys.h"
#include "site.h"
#include "uuid.h"
#include "when.h"

#define SECRET_BYTES	32
#define KEYS_MAX	4096		/* of JWT_PUBLIC_KEYS */
#define SKEW		60		/* seconds clocks may differ by */

static const struct owner nobody_else = { "", 0, 0 };

static const char *
secret_path(const struct site *site, const char *name)
{
	return (site_path(site, "secrets/%s", name));
}

static struct str
without_newline(const struct site *site, struct str text)
{
	while (text.n > 0 && (text.p[text.n - 1] == '\n' ||
	    text.p[text.n - 1] == '\r'))
		text.n--;
	return ((struct str){ arena_memdup(site->arena, text.p, text.n),
	    text.n });
}

const char *
secret_text(const struct site *site, const char *name)
{
	const char *path = secret_path(site, name);
	unsigned char bytes[SECRET_BYTES];
	struct str text;

	if (read_file(site->arena, path, &text)) {
		text = without_newline(site, text);
		if (text.n > 0)
			return (text.p);
		complain("%s is empty; delete it to have a new one made", path);
		return (NULL);
	}
	if (errno != ENOENT) {
		complain("cannot read %s: %s", path, strerror(errno));
		return (NULL);
	}
	random_bytes(bytes, sizeof(bytes));
	text = text_base64url(site->arena, bytes, sizeof(bytes));
	return (write_file(path, text, 0600, nobody_else) ? text.p : NULL);
}

bool
secrets_pgpass(const struct site *site)
{
	const char *password = secret_text(site, "cluster");

	return (password != NULL && write_file(secret_path(site, "pgpass"),
	    str_of(arena_printf(site->arena, "*:*:*:postgres:%s\n", password)),
	    0600, nobody_else));
}

/* --- the signing key ---------------------------------------------------------- */

static bool
make_signing_key(const struct site *site)
{
	struct arena *arena = arena_new(ARENA_WIPING, 65536);
	bool ok = write_file(secret_path(site, "jwt.pem"),
	    keys_generate(arena), 0600, nobody_else);

	arena_free(&arena);
	return (ok);
}

/* The key in use; made when it is ours to make. */
static bool
read_signing_key(const struct site *site, struct signing_key *out)
{
	const char *own = secret_path(site, "jwt.pem");
	const char *path = conf_text(CONF_JWT_KEY_FILE);
	struct str pem;

	if (path[0] == '\0') {
		path = own;
		if (access(own, F_OK) != 0 && errno == ENOENT &&
		    !make_signing_key(site))
			return (false);
	}
	if (!read_file(site->arena, path, &pem))
		return (complain("cannot read the signing key %s: %s", path,
		    strerror(errno)));
	if (!keys_read(site->arena, pem, out))
		return (complain("%s is not a P-256 private key in PEM without "
		    "passphrase; make one with `openssl genpkey -algorithm EC "
		    "-pkeyopt ec_paramgen_curve:P-256`", path));
	return (true);
}

/*
 * Retired keys that may still verify: lines of "not-after kid=key".  Those that
 * are still good are added to keys (when not NULL) and to lines.
 */
static void
read_retired(const struct site *site, struct buf *keys, struct buf *lines)
{
	struct str text, line, rest, word;
	int64_t until;

	if (!read_file(site->arena, secret_path(site, "jwt-retired"), &text))
		return;
	while (str_split(&text, '\n', &line)) {
		rest = line;
		if (!str_split(&rest, ' ', &word) ||
		    !text_int(word, 0, INT64_MAX, &until) || rest.n == 0 ||
		    until < when_now() / 1000)
			continue;
		if (keys != NULL)
			buf_printf(keys, " %.*s", (int)rest.n, rest.p);
		if (lines != NULL)
			buf_printf(lines, "%.*s\n", (int)line.n, line.p);
	}
}

static void
fill(enum conf_key key, const char *value)
{
	conf_set(key, value, NULL, NULL);
}

bool
secrets_fill(const struct site *site)
{
	const char *refresh = secret_text(site, "refresh.key");
	struct signing_key key = { "" };
	struct buf keys;

	if (refresh == NULL || !read_signing_key(site, &key))
		return (false);
	buf_init(&keys, site->arena, KEYS_MAX);
	buf_printf(&keys, "%s=%s", key.kid, key.public_half);
	read_retired(site, &keys, NULL);
	if (keys.failed)
		return (complain("too many retired signing keys in %s; wait "
		    "until some have expired", secret_path(site,
		    "jwt-retired")));
	fill(CONF_REFRESH_KEY, refresh);
	fill(CONF_JWT_PRIVATE_KEY, key.private_half);
	fill(CONF_JWT_PUBLIC_KEYS, keys.data);
	return (true);
}

bool
secrets_rotate(const struct site *site)
{
	struct signing_key old = { "" };
	struct buf lines;
	int64_t until;

	if (conf_text(CONF_JWT_KEY_FILE)[0] != '\0')
		return (complain("the signing key is JWT_KEY_FILE's; whoever "
		    "keeps that file rotates it"));
	if (!read_signing_key(site, &old))
		return (false);
	buf_init(&lines, site->arena, 2 * KEYS_MAX);
	read_retired(site, NULL, &lines);
	until = when_now() / 1000 + conf_int(CONF_JWT_EXPIRES_IN) + SKEW;
	buf_printf(&lines, "%lld %s=%s\n", (long long)until, old.kid,
	    old.public_half);
	/* The old half is kept first: a crash in between loses no token. */
	return (!lines.failed && write_file(secret_path(site, "jwt-retired"),
	    (struct str){ lines.data, lines.len }, 0600, nobody_else) &&
	    make_signing_key(site));
}
