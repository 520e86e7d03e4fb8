/* SPDX-License-Identifier: ISC */
/*
 * A URL that passes leads where libcurl, which reads it after us, goes: to the
 * same host and port, as nobody.
 */
#include "fuzz.h"

#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "url.h"

/* What libcurl takes a part for; NULL: it has none. */
static char *
part(CURLU *theirs, CURLUPart which)
{
	char *text = NULL;

	curl_url_get(theirs, which, &text, 0);
	return (text);
}

static void
compare(CURLU *theirs, const struct url *ours)
{
	char *host = part(theirs, CURLUPART_HOST);
	char *port = part(theirs, CURLUPART_PORT);
	char *user = part(theirs, CURLUPART_USER);
	int64_t number = 0;

	ASSERT(user == NULL);
	ASSERT(host != NULL);
	/* It writes addresses in their shortest form. */
	if (host[0] != '[' && !(host[0] >= '0' && host[0] <= '9'))
		ASSERT(ours->host.n == strlen(host) &&
		    strncasecmp(host, ours->host.p, ours->host.n) == 0);
	if (port != NULL)
		text_int(str_of(port), 1, 65535, &number);
	ASSERT(number == ours->port);
	curl_free(host);
	curl_free(port);
	curl_free(user);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = fuzz_arena();
	struct str text = fuzz_text(data, size);
	struct url ours;
	CURLU *theirs;

	if (url_web_fault(arena, text) != NULL)
		return (0);
	ASSERT(url_parse(arena, text, &ours) == NULL);
	ASSERT(memchr(text.p, 0, text.n) == NULL);
	theirs = curl_url();
	ASSERT(theirs != NULL);
	if (curl_url_set(theirs, CURLUPART_URL, arena_memdup(arena, text.p,
	    text.n), 0) == CURLUE_OK)
		compare(theirs, &ours);
	curl_url_cleanup(theirs);
	return (0);
}
