/* SPDX-License-Identifier: ISC */
/*
 * An entry is one piece of memory: the struct, and behind it all of its texts.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "record.h"
#include "ring.h"

#define DATA_MAX	(4 * 1024 * 1024)

/* {"resource":…,"id":…,"action":…} */
static void
write_change(struct buf *out, const struct entry_parts *parts)
{
	buf_text(out, "{\"resource\":");
	buf_json(out, parts->resource, strlen(parts->resource));
	buf_text(out, ",\"id\":");
	if (parts->resource_id == NULL)
		buf_text(out, "null");
	else
		buf_json(out, parts->resource_id, strlen(parts->resource_id));
	buf_text(out, ",\"action\":");
	buf_json(out, parts->action, strlen(parts->action));
	buf_char(out, '}');
}

static bool
is_change(const struct entry_parts *parts)
{
	return (strcmp(parts->kind, "refresh_data") == 0 &&
	    parts->resource != NULL && parts->action != NULL);
}

static void
write_event(struct buf *out, const char *epoch, const struct entry_parts *parts,
    struct str data)
{
	if (parts->seq > 0)
		buf_printf(out, "id: %s:%lld\n", epoch,
		    (long long)parts->seq);
	buf_printf(out, "event: %s\ndata: ", parts->kind);
	buf_add(out, data.p, data.n);
	buf_add(out, "\n\n", 2);
}

/* Where the next text goes. */
static const char *
place(char **at, const char *text, size_t n)
{
	char *to = *at;

	if (text == NULL)
		return (NULL);
	memcpy(to, text, n);
	to[n] = '\0';
	*at += n + 1;
	return (to);
}

static size_t
size_of(const char *text)
{
	return (text == NULL ? 0 : strlen(text) + 1);
}

static const char *
place_text(char **at, const char *text)
{
	return (place(at, text, text == NULL ? 0 : strlen(text)));
}

static struct entry *
assemble(const struct entry_parts *parts, const struct buf *data,
    const struct buf *record)
{
	size_t size = sizeof(struct entry) + data->len + 1 + record->len + 1 +
	    size_of(parts->kind) + size_of(parts->resource) +
	    size_of(parts->resource_id) + size_of(parts->action) +
	    size_of(parts->audience);
	struct entry *entry = malloc(size);
	char *at = (char *)(entry + 1);

	ASSERT(entry != NULL);
	*entry = (struct entry){ .seq = parts->seq, .born = parts->born };
	entry->data = (struct str){ place(&at, data->data, data->len),
	    data->len };
	entry->record = (struct str){ place(&at, record->data, record->len),
	    record->len };
	entry->kind = place_text(&at, parts->kind);
	entry->resource = place_text(&at, parts->resource);
	entry->resource_id = place_text(&at, parts->resource_id);
	entry->action = place_text(&at, parts->action);
	entry->audience_text = place_text(&at, parts->audience);
	return (entry);
}

struct entry *
entry_new(struct push *push, const char *epoch, const struct entry_parts *parts)
{
	struct buf data, event, record;
	struct entry *entry;

	buf_init(&data, push->arena, DATA_MAX);
	buf_init(&event, push->arena, DATA_MAX);
	buf_init(&record, push->arena, DATA_MAX);
	if (is_change(parts))
		write_change(&data, parts);
	else
		buf_text(&data, parts->payload);
	write_event(&event, epoch, parts,
	    (struct str){ data.data, data.len });
	record_put_all(&record, RECORD_STDOUT,
	    (struct str){ event.data, event.len });
	entry = assemble(parts, &data, &record);
	audience_init(push, &entry->audience, str_of(parts->audience));
	/* What is too large for anybody is silent. */
	entry->is_silent = data.failed || event.failed || record.failed;
	return (entry);
}

void
entry_free(struct push *push, struct entry *entry)
{
	if (entry == NULL)
		return;
	audience_release(push, &entry->audience);
	free(entry);
}
