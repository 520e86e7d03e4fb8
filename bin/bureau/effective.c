/* SPDX-License-Identifier: ISC */
/*
 * The settings in force, for a chairperson to read: each with what it means and
 * where it comes from.  A secret is told as set or not; so is a connection that
 * holds a password.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "conf.h"
#include "describe.h"
#include "site.h"

static const char *const sources[] = {
	[CONF_BY_DEFAULT] = "default", [CONF_BY_PROGRAM] = "bureau",
	[CONF_BY_FILE] = "file", [CONF_BY_ENVIRONMENT] = "environment"
};

static const char *const types[] = {
	[CONF_TEXT] = "text", [CONF_INT] = "number",
	[CONF_SECONDS] = "duration", [CONF_BYTES] = "size",
	[CONF_BOOL] = "switch", [CONF_SECRET] = "secret"
};

static void
add_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ",\"%s\":", name);
	if (text == NULL)
		buf_text(out, "null");
	else
		buf_json(out, text, strlen(text));
}

static bool
is_hidden(enum conf_key key)
{
	return (conf_rows[key].type == CONF_SECRET ||
	    (key == CONF_DATABASE_URL &&
	    strcasestr(conf_text(key), "password") != NULL));
}

/* What the supervisor fills in for each child has gone again when it tells. */
static bool
is_set(enum conf_key key)
{
	return (conf_text(key)[0] != '\0' || key == CONF_DATABASE_PASSWORD);
}

static void
write_one(struct buf *out, enum conf_key key)
{
	const struct conf_row *row = &conf_rows[key];
	bool hidden = is_hidden(key);

	buf_text(out, "{\"name\":");
	buf_json(out, row->name, strlen(row->name));
	add_text(out, "value", hidden ? NULL : conf_text(key));
	buf_printf(out, ",\"isSet\":%s,\"isSecret\":%s",
	    is_set(key) ? "true" : "false", hidden ? "true" : "false");
	add_text(out, "source", key == CONF_DATABASE_PASSWORD ?
	    sources[CONF_BY_PROGRAM] : sources[conf_source(key)]);
	add_text(out, "default", row->fallback);
	add_text(out, "type", types[row->type]);
	add_text(out, "doc", row->doc);
	buf_char(out, '}');
}

void
effective_write(const struct site *site, struct buf *out)
{
	buf_text(out, "{\"file\":");
	if (site->settings == NULL)
		buf_text(out, "null");
	else
		buf_json(out, site->settings, strlen(site->settings));
	buf_text(out, ",\"items\":[");
	for (unsigned i = 0; i < CONF_COUNT; i++) {
		if (i > 0)
			buf_char(out, ',');
		write_one(out, (enum conf_key)i);
	}
	buf_text(out, "]}");
}
