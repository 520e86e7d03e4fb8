/* SPDX-License-Identifier: ISC */
#include "tables.h"

#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "check.h"

#define LIST_MAX	65536

static const struct {
	const char	*name, *roles, *doc;
} permissions[] = {
#define PERM(name, id, roles, doc) { name, roles, doc },
#include "permissions.def"
#undef PERM
};

enum how { INSIDE, LEASED };

static const struct {
	const char	*name;
	enum how	 how;
	int		 at_once, per_minute, batch;
	const char	*doc;
} queues[] = {
#define QUEUE(name, how, at_once, per_minute, batch, doc) \
	{ name, how, at_once, per_minute, batch, doc },
#include "queues.def"
#undef QUEUE
};

static const struct {
	const char	*name, *queue;
	int		 priority, tries, wait, longest, lease, keep;
	const char	*doc;
} kinds[] = {
#define JOB(name, queue, priority, tries, wait, longest, lease, keep, doc) \
	{ name, queue, priority, tries, wait, longest, lease, keep, doc },
#include "jobs.def"
#undef JOB
};

static const struct {
	const char	*name, *kind, *schedule, *doc;
} crons[] = {
#define CRON(name, kind, schedule, doc) { name, kind, schedule, doc },
#include "crons.def"
#undef CRON
};

/* Begin a row by its name and end it by its sentence. */
static void
open_row(struct buf *out, bool first, const char *name)
{
	buf_printf(out, "%s{\"name\":\"%s\"", first ? "" : ",", name);
}

static void
close_row(struct buf *out, const char *doc)
{
	buf_text(out, ",\"doc\":");
	buf_json(out, doc, strlen(doc));
	buf_char(out, '}');
}

static const char *
whole(const struct buf *out)
{
	ASSERT(!out->failed);
	return (out->data);
}

const char *
tables_permissions(struct arena *arena)
{
	struct buf json;

	buf_init(&json, arena, LIST_MAX);
	buf_char(&json, '[');
	for (unsigned i = 0; i < COUNT_OF(permissions); i++) {
		const char *roles = permissions[i].roles;
		bool manager = strchr(roles, 'M') != NULL;
		bool employee = strchr(roles, 'E') != NULL;

		open_row(&json, i == 0, permissions[i].name);
		buf_printf(&json, ",\"roles\":[%s%s%s]",
		    manager ? "\"manager\"" : "",
		    manager && employee ? "," : "",
		    employee ? "\"employee\"" : "");
		close_row(&json, permissions[i].doc);
	}
	buf_char(&json, ']');
	return (whole(&json));
}

static void
add_queues(struct buf *json)
{
	for (unsigned i = 0; i < COUNT_OF(queues); i++) {
		open_row(json, i == 0, queues[i].name);
		buf_printf(json, ",\"leased\":%s,\"at_once\":%d,"
		    "\"per_minute\":%d,\"batch\":%d",
		    queues[i].how == LEASED ? "true" : "false",
		    queues[i].at_once, queues[i].per_minute, queues[i].batch);
		close_row(json, queues[i].doc);
	}
}

static void
add_kinds(struct buf *json)
{
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		open_row(json, i == 0, kinds[i].name);
		buf_printf(json, ",\"queue\":\"%s\",\"priority\":%d,"
		    "\"tries\":%d,\"wait\":\"%d s\",\"longest\":\"%d s\","
		    "\"lease\":\"%d s\",\"keep\":\"%d s\"", kinds[i].queue,
		    kinds[i].priority, kinds[i].tries, kinds[i].wait,
		    kinds[i].longest, kinds[i].lease, kinds[i].keep);
		close_row(json, kinds[i].doc);
	}
}

static void
add_crons(struct buf *json)
{
	for (unsigned i = 0; i < COUNT_OF(crons); i++) {
		open_row(json, i == 0, crons[i].name);
		buf_printf(json, ",\"kind\":\"%s\",\"schedule\":\"%s\"",
		    crons[i].kind, crons[i].schedule);
		close_row(json, crons[i].doc);
	}
}

const char *
tables_jobs(struct arena *arena)
{
	struct buf json;

	buf_init(&json, arena, LIST_MAX);
	buf_text(&json, "{\"queues\":[");
	add_queues(&json);
	buf_text(&json, "],\"kinds\":[");
	add_kinds(&json);
	buf_text(&json, "],\"crons\":[");
	add_crons(&json);
	buf_text(&json, "]}");
	return (whole(&json));
}
