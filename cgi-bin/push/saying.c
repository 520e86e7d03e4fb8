/* SPDX-License-Identifier: ISC */
#include "saying.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arena.h"
#include "async.h"
#include "bell.h"
#include "buf.h"
#include "check.h"
#include "json.h"
#include "presence.h"
#include "ring.h"
#include "sequencer.h"
#include "stream.h"

#define HEAR_MOST	256		/* datagrams in one turn */
#define WAITING_MAX	64		/* things said to groups not yet known */
#define WAIT_MOST	(2 * SECOND)	/* then it is stale news */
#define PASS_GAP	(250 * MS)
#define PASS_MAX	7000		/* bytes of a NOTIFY; 8000 are too many */

struct saying {
	struct entry	*waiting[WAITING_MAX];
	unsigned	 count;
	char		 pass[PASS_MAX];	/* to other hosts: objects, by commas */
	size_t		 pass_len;
	int64_t		 pass_at;
};

/* What may be said so, and is kept nowhere. */
static const char *const events[] = { "typing" };

struct saying *
saying_new(void)
{
	struct saying *saying = calloc(1, sizeof(*saying));

	ASSERT(saying != NULL);
	return (saying);
}

void
saying_free(struct push *push, struct saying **saying)
{
	while ((*saying)->count > 0)
		entry_free(push, (*saying)->waiting[--(*saying)->count]);
	free(*saying);
	*saying = NULL;
}

/* --- reading ----------------------------------------------------------------------------- */

static const char *
event_name(struct json_object *said)
{
	struct str name = json_str(json_get(said, "event"));

	for (unsigned i = 0; name.p != NULL && i < COUNT_OF(events); i++)
		if (str_is(name, events[i]))
			return (events[i]);
	return (NULL);
}

/* As PostgreSQL would write it, for audience_init(). */
static const char *
audience_text(struct push *push, struct json_object *said)
{
	struct json_object *list = json_get(said, "audience");
	struct buf out;

	buf_init(&out, push->arena, 4096);
	buf_char(&out, '{');
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = json_str(json_at(list, i));

		if (name.p == NULL || strpbrk(name.p, "{},\"\\") != NULL)
			continue;
		buf_printf(&out, "%s%.*s", out.len > 1 ? "," : "",
		    (int)name.n, name.p);
	}
	buf_char(&out, '}');
	return (out.failed ? "{}" : out.data);
}

/* NULL: it is nothing that may be said. */
static struct entry *
read_said(struct push *push, struct json_object *said)
{
	const char *name = event_name(said);
	struct json_object *data = json_get(said, "data");

	if (name == NULL || !json_is_object(data))
		return (NULL);
	return (entry_new(push, "", &(struct entry_parts){
		.audience = audience_text(push, said), .kind = name,
		.payload = json_text(data).p }));
}

/* --- telling ------------------------------------------------------------------------------ */

static void
tell_or_wait(struct push *push, struct entry *entry)
{
	struct saying *saying = push->saying;

	if (audience_is_known(&entry->audience)) {
		streams_tell(push, entry);
		entry_free(push, entry);
	} else if (saying->count < WAITING_MAX) {
		entry->born = push->now;
		saying->waiting[saying->count++] = entry;
	} else {
		entry_free(push, entry);
	}
}

static void
tell_waiting(struct push *push)
{
	struct saying *saying = push->saying;
	unsigned count = saying->count;

	saying->count = 0;
	for (unsigned i = 0; i < count; i++) {
		struct entry *entry = saying->waiting[i];

		if (push->now >= entry->born + WAIT_MOST) {
			entry_free(push, entry);
			continue;
		}
		if (!audience_is_known(&entry->audience)) {
			saying->waiting[saying->count++] = entry;
			continue;
		}
		streams_tell(push, entry);
		entry_free(push, entry);
	}
}

/* --- passing on ----------------------------------------------------------------------------- */

static void
pass_on(struct push *push)
{
	struct saying *saying = push->saying;
	const char *values[] = { "say", arena_printf(push->arena, "%s [%.*s]",
	    presence_name(push), (int)saying->pass_len, saying->pass) };

	async_ask(push->asking, Q_PUSH_NOTIFY, values, NULL, NULL);
	saying->pass_len = 0;
	saying->pass_at = push->now + PASS_GAP;
}

/* What is more than fits is not worth waiting for. */
static void
add_to_pass(struct saying *saying, struct str text)
{
	size_t comma = saying->pass_len > 0;

	if (saying->pass_len + comma + text.n > PASS_MAX)
		return;
	if (comma)
		saying->pass[saying->pass_len++] = ',';
	memcpy(saying->pass + saying->pass_len, text.p, text.n);
	saying->pass_len += text.n;
}

void
saying_tick(struct push *push)
{
	struct saying *saying = push->saying;

	tell_waiting(push);
	if (saying->pass_len > 0 && push->now >= saying->pass_at &&
	    async_is_up(push->asking))
		pass_on(push);
}

void
saying_told(struct push *push, const char *payload)
{
	struct str rest = str_of(payload), name;
	struct json_object *list;
	struct json_error error;

	if (!str_split(&rest, ' ', &name) ||
	    str_is(name, presence_name(push)) ||
	    !json_parse(push->arena, rest, &list, &error))
		return;
	for (size_t i = 0; i < json_count(list); i++) {
		struct entry *entry = read_said(push, json_at(list, i));

		if (entry != NULL)
			tell_or_wait(push, entry);
	}
}

/* --- hearing --------------------------------------------------------------------------------- */

static void
hear_said(struct push *push, struct str text)
{
	struct json_object *said;
	struct json_error error;
	struct entry *entry;

	if (!json_parse(push->arena, text, &said, &error) ||
	    (entry = read_said(push, said)) == NULL)
		return;
	add_to_pass(push->saying, text);
	tell_or_wait(push, entry);
}

void
saying_hear(struct push *push)
{
	char text[BELL_SAY_MAX + 1];

	for (unsigned i = 0; i < HEAR_MOST; i++) {
		ssize_t n = recv(push->bell.fd, text, BELL_SAY_MAX,
		    MSG_DONTWAIT);

		if (n < 0)
			return;
		text[n] = '\0';
		if (text[0] == '{')
			hear_said(push, (struct str){ text, (size_t)n });
		else
			sequencer_ring(push);
	}
}
