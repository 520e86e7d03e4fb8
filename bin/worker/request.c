/* SPDX-License-Identifier: ISC */
/*
 * request.run: has the responder run a request that it queued.  The worker knows the
 * request's id and whose it is, nothing of what is in it: it calls the responder's
 * own socket as a web server does, with the one variable that says which.
 *
 * An answer below 500 is a receipt: the responder has stored it with the work, so
 * the job is done.  Anything else is tried again; the responder sees to it that
 * what was done is not done twice.
 */
#include "worker.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "client.h"
#include "conf.h"
#include "json.h"
#include "when.h"

#define ANSWER_MAX	(9 * 1024 * 1024)	/* of a responder, and its headers */
#define SPARE_S		10	/* waiting for a free child comes on top */

/* The supervisor's folder of sockets; a link where its path is long. */
static const char *
run_folder(void)
{
	static char folder[PATH_MAX];
	const char *home = getenv("BUREAU_HOME");
	char path[PATH_MAX];

	if (folder[0] == '\0' && home != NULL) {
		snprintf(path, sizeof(path), "%s/run", home);
		if (realpath(path, folder) == NULL)
			folder[0] = '\0';
	}
	return (folder);
}

static bool
is_responder(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((name.p[i] < 'a' || name.p[i] > 'z') && name.p[i] != '-')
			return (false);
	return (name.n > 0 && name.n < 40);
}

static enum job_end
call(struct work *work, const char *responder, const char *id)
{
	struct arena *arena = work->arena;
	const char *const env[] = {
		arena_printf(arena, "BUREAU_REQUEST=%s", id),
		"REQUEST_METHOD=POST", NULL
	};
	struct fcgi_call call = {
		.path = arena_printf(arena, "%s/%s.sock", run_folder(),
		    responder),
		.env = env, .answer_max = ANSWER_MAX,
		.deadline = when_mono() + (conf_int(CONF_REQUEST_TIMEOUT) +
		    SPARE_S) * 1000000,
		.alive = work_alive, .cls = work
	};
	struct fcgi_answer answer;
	const char *why;
	enum fcgi_end end = fcgi_call(arena, &call, &answer, &why);

	if (end == FCGI_STOPPED)
		return (work_failed(work, JOB_CANCELLED, "it was stopped"));
	if (end != FCGI_ANSWERED)
		return (work_failed(work, JOB_AGAIN, arena_printf(arena,
		    "%s: %s", responder, why)));
	if (answer.status < 500)
		return (JOB_DONE);
	work->job->result = arena_printf(arena, "{\"status\":%d}",
	    answer.status);
	return (work_failed(work, JOB_AGAIN, arena_printf(arena,
	    "%s answered %d", responder, answer.status)));
}

enum job_end
request_run(struct work *work)
{
	struct json_object *args;
	struct json_error error;
	struct str id, responder;

	if (!json_parse(work->arena, work->job->args, &args, &error))
		return (work_failed(work, JOB_FAILED, "args are no JSON"));
	id = json_str(json_get(args, "request"));
	responder = json_str(json_get(args, "responder"));
	if (!text_is_uuid(id) || !is_responder(responder))
		return (work_failed(work, JOB_FAILED,
		    "args name no request of a responder"));
	return (call(work, arena_memdup(work->arena, responder.p, responder.n),
	    arena_memdup(work->arena, id.p, id.n)));
}
