/* SPDX-License-Identifier: ISC */
/*
 * What may be asked of push, and what each question says about itself: what it is to
 * become, and the place where it goes on.
 */
#include "opening.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "open.h"

#define CURSOR_MAX	64

static route_run begin_stream, begin_poll, begin_presence;

#define CURSOR_DOC "Where to go on, as in id: and Event-Cursor; without it, from now on."

static const struct param events_params[] = {
	{ "after", PARAM_LINE, IN_QUERY, .max = CURSOR_MAX,
	  .doc = CURSOR_DOC " Last-Event-ID goes before it." },
	{ "article", PARAM_UUID, IN_QUERY, .doc = "Also what readers of the "
	  "public page of this article are told; with it nobody needs to be "
	  "signed in." },
	PARAMS_END
};

static const struct param poll_params[] = {
	{ "after", PARAM_LINE, IN_QUERY, .max = CURSOR_MAX, .doc = CURSOR_DOC },
	{ "wait", PARAM_INT, IN_QUERY, .min = 0, .max = WAIT_MOST,
	  .doc = "Seconds to wait for something to tell." },
	PARAMS_END
};

const struct route push_routes[] = {
	{ GET, "/events", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .params = events_params, .run = begin_stream, .own_pages = true,
	  .open_with = "article", .type = "text/event-stream",
	  .doc = "Follow what happens, as server-sent events." },
	{ GET, "/events/poll", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .params = poll_params, .run = begin_poll, .own_pages = true,
	  .returns = "EventPage",
	  .doc = "The same for who cannot hold a stream: what happened since." },
	{ GET, "/presence", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .run = begin_presence, .returns = "Presence",
	  .doc = "Who is here now." },
	ROUTES_END
};

static struct opening *
opening_of(struct req *rq)
{
	return ((struct opening *)((char *)rq -
	    offsetof(struct opening, rq)));
}

/* epoch:seq */
static bool
take_cursor(struct opening *o, struct str text)
{
	struct str rest = text, epoch;

	if (!str_split(&rest, ':', &epoch) || epoch.n != 8 ||
	    strspn(epoch.p, "0123456789abcdef") != 8 ||
	    !text_int(rest, 0, INT64_MAX, &o->seq))
		return (false);
	snprintf(o->epoch, sizeof(o->epoch), "%.*s", (int)epoch.n, epoch.p);
	return (true);
}

static enum err
take_after(struct req *rq)
{
	struct opening *o = opening_of(rq);

	if (o->has_cursor || !req_has(rq, "after"))
		return (ERR_OK);
	o->has_cursor = true;
	if (take_cursor(o, req_str(rq, "after")))
		return (ERR_OK);
	return (req_fail_field(rq, ERR_INVALID_INPUT, "after",
	    "It must be a cursor as it was given."));
}

static enum err
begin_stream(struct req *rq)
{
	struct opening *o = opening_of(rq);
	struct str last = req_header(rq, "HTTP_LAST_EVENT_ID");

	o->what = OPEN_STREAM;
	/* A browser sends it to the same URL, so it is the newer one; what cannot
	 * be read there is no mistake of a person, and history begins anew. */
	if (last.n > 0) {
		o->has_cursor = true;
		if (!take_cursor(o, last))
			o->epoch[0] = '\0';
	}
	return (take_after(rq));
}

static enum err
begin_poll(struct req *rq)
{
	opening_of(rq)->what = OPEN_POLL;
	return (take_after(rq));
}

static enum err
begin_presence(struct req *rq)
{
	opening_of(rq)->what = OPEN_PRESENCE;
	return (ERR_OK);
}
