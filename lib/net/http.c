/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "http.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "check.h"
#include "guard.h"
#include "handle.h"
#include "url.h"
#include "when.h"

#define CONNECT_SECONDS	5L
#define SECONDS		15L
#define READ_MOST	(64 * 1024)	/* of an answer; then we hang up */

struct visit {
	const char	*allow;
	struct arena	*arena;
	const char	*closed;	/* why the last address was not called */
	struct buf	 head;
	size_t		 read;
	bool		 enough;	/* we hung up, having read enough */
};

static const char *refuse(struct arena *arena, const struct http_call *call);
static void	prepare(struct arena *arena, struct handle *handle,
		    const struct http_call *call, struct visit *visit);
static curl_socket_t on_socket(void *cls, curlsocktype purpose,
		    struct curl_sockaddr *address);
static size_t	on_body(char *data, size_t size, size_t count, void *cls);
static const char *say(struct arena *arena, const struct visit *visit,
		    const struct handle *handle, CURLcode rc);

void
http_post(struct arena *arena, const struct http_call *call,
    struct http_reply *out)
{
	struct visit visit = { .allow = call->allow, .arena = arena };
	int64_t began = when_mono();
	curl_off_t after = 0;
	struct handle *handle;
	long status = 0;
	CURLcode rc;

	*out = (struct http_reply){ .error = refuse(arena, call) };
	if (out->error != NULL)
		return;
	buf_init(&visit.head, arena, HTTP_HEAD);
	handle = handle_new(arena, "http,https", CONNECT_SECONDS, SECONDS,
	    call->alive, call->cls);
	prepare(arena, handle, call, &visit);
	rc = curl_easy_perform(handle->curl);
	out->ms = (when_mono() - began) / 1000;
	out->stopped = handle->stopped;
	if (rc != CURLE_OK && !visit.enough) {
		out->error = say(arena, &visit, handle, rc);
		return;
	}
	curl_easy_getinfo(handle->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(handle->curl, CURLINFO_RETRY_AFTER, &after);
	out->status = (int)status;
	out->retry_after = after > 0 ? after : 0;
	out->body = (struct str){ visit.head.data, visit.head.len };
}

static const char *
refuse(struct arena *arena, const struct http_call *call)
{
	const char *why = url_web_fault(arena, str_of(call->url));

	if (why != NULL)
		return (arena_printf(arena, "The URL %s.", why));
	for (const char *const *line = call->headers; *line != NULL; line++)
		if (!text_is_clean(str_of(*line), true))
			return ("A header has signs that no header may have.");
	return (NULL);
}

static void
prepare(struct arena *arena, struct handle *handle,
    const struct http_call *call, struct visit *visit)
{
	struct curl_slist *headers = NULL;

	handle_set(handle, CURLOPT_URL, call->url);
	handle_set(handle, CURLOPT_PATH_AS_IS, 1L);
	handle_set(handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	handle_set(handle, CURLOPT_HTTP_VERSION,
	    (long)CURL_HTTP_VERSION_1_1);
	handle_set(handle, CURLOPT_USERAGENT, "Bureau/" PACKAGE_VERSION);
	handle_set(handle, CURLOPT_POST, 1L);
	handle_set(handle, CURLOPT_POSTFIELDS, call->body.p);
	handle_set(handle, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)call->body.n);
	for (const char *const *line = call->headers; *line != NULL; line++)
		handle_list_add(arena, &headers, *line);
	handle_list_add(arena, &headers, "Expect:");
	handle_set(handle, CURLOPT_HTTPHEADER, headers);
	handle_set(handle, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	handle_set(handle, CURLOPT_OPENSOCKETDATA, visit);
	handle_set(handle, CURLOPT_WRITEFUNCTION, on_body);
	handle_set(handle, CURLOPT_WRITEDATA, visit);
}

/* The very address that is about to be connected to. */
static curl_socket_t
on_socket(void *cls, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct visit *visit = cls;
	const char *what = guard_judge(&address->addr);
	char text[NI_MAXHOST] = "?";

	(void)purpose;
	if (what != NULL && !guard_allows(visit->allow, &address->addr)) {
		getnameinfo(&address->addr, address->addrlen, text,
		    sizeof(text), NULL, 0, NI_NUMERICHOST);
		visit->closed = arena_printf(visit->arena, "The host's address "
		    "%s is %s, which webhooks may not reach.", text, what);
		return (CURL_SOCKET_BAD);
	}
	return (socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol));
}

static size_t
on_body(char *data, size_t size, size_t count, void *cls)
{
	struct visit *visit = cls;
	size_t n = size * count, room = HTTP_HEAD - visit->head.len;

	buf_add(&visit->head, data, n < room ? n : room);
	visit->read += n;
	visit->enough = visit->read > READ_MOST;
	return (visit->enough ? 0 : n);
}

static const char *
say(struct arena *arena, const struct visit *visit,
    const struct handle *handle, CURLcode rc)
{
	const char *detail = handle->error[0] != '\0' ? handle->error :
	    curl_easy_strerror(rc);

	if (handle->stopped)
		return ("It was stopped.");
	if (visit->closed != NULL && rc == CURLE_COULDNT_CONNECT)
		return (visit->closed);
	if (rc == CURLE_OPERATION_TIMEDOUT)
		return ("The host took longer than 15 seconds to answer, or "
		    "5 to be connected to.");
	return (arena_printf(arena, "There was no answer: %s.",
	    handle_quote(arena, detail, strlen(detail))));
}
