/* SPDX-License-Identifier: ISC */
/*
 * libcurl is set up once a process, at the first transfer; a child that sends
 * nothing pays nothing.
 */
#include "handle.h"

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "utf8.h"

#define QUOTE_MAX	300

static void
clean_up(void *what)
{
	curl_easy_cleanup(what);
}

static void
free_list(void *what)
{
	curl_slist_free_all(what);
}

static int
on_progress(void *cls, curl_off_t down, curl_off_t down_now, curl_off_t up,
    curl_off_t up_now)
{
	struct handle *handle = cls;

	(void)down, (void)down_now, (void)up, (void)up_now;
	if (handle->alive != NULL && !handle->alive(handle->cls))
		handle->stopped = true;
	return (handle->stopped);
}

struct handle *
handle_new(struct arena *arena, const char *protocols, long connect_seconds,
    long seconds, net_alive *alive, void *cls)
{
	static bool ready;
	struct handle *handle = arena_alloc(arena, sizeof(*handle));

	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		PANIC("libcurl does not start");
	ready = true;
	handle->curl = curl_easy_init();
	handle->alive = alive;
	handle->cls = cls;
	if (handle->curl == NULL)
		PANIC("out of memory");
	arena_defer(arena, clean_up, handle->curl);
	handle_set(handle, CURLOPT_ERRORBUFFER, handle->error);
	handle_set(handle, CURLOPT_NOSIGNAL, 1L);
	handle_set(handle, CURLOPT_PROXY, "");
	handle_set(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	handle_set(handle, CURLOPT_FOLLOWLOCATION, 0L);
	handle_set(handle, CURLOPT_FRESH_CONNECT, 1L);
	handle_set(handle, CURLOPT_FORBID_REUSE, 1L);
	/* A resolver that hangs must not hold us up at the end. */
	handle_set(handle, CURLOPT_QUICK_EXIT, 1L);
	handle_set(handle, CURLOPT_PROTOCOLS_STR, protocols);
	handle_set(handle, CURLOPT_CONNECTTIMEOUT, connect_seconds);
	handle_set(handle, CURLOPT_TIMEOUT, seconds);
	handle_set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
	handle_set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
	handle_set(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	handle_set(handle, CURLOPT_NOPROGRESS, 0L);
	handle_set(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
	handle_set(handle, CURLOPT_XFERINFODATA, handle);
	return (handle);
}

void
handle_list_add(struct arena *arena, struct curl_slist **list,
    const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer == NULL)
		PANIC("out of memory");
	/* Its head stays what it is. */
	if (*list == NULL)
		arena_defer(arena, free_list, longer);
	*list = longer;
}

const char *
handle_quote(struct arena *arena, const char *text, size_t n)
{
	struct buf out;
	uint32_t code;
	size_t step;

	buf_init(&out, arena, QUOTE_MAX);
	for (; n > 0; text += step, n -= step) {
		step = utf8_next(text, n, &code);
		if (step > 0 && code >= ' ' && (code < 0x7f || code >= 0xa0)) {
			buf_add(&out, text, step);
			continue;
		}
		step = step == 0 ? 1 : step;
		if (*text == '\r' || *text == '\n' || *text == '\t')
			buf_char(&out, ' ');
		else
			buf_printf(&out, "\\x%02x", (unsigned char)*text);
	}
	return (out.data);
}
