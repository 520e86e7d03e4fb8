/* SPDX-License-Identifier: ISC */
/*
 * What push is sent by who speaks FastCGI, or should: records in, variables out.  It
 * does not matter in which pieces they come.
 */
#include "fuzz.h"

#include <string.h>

#include "server.h"

static enum server_fed
feed(struct server_request *request, struct str bytes, size_t step)
{
	enum server_fed fed = SERVER_WANTS;

	server_request_init(request);
	while (bytes.n > 0 && fed == SERVER_WANTS) {
		size_t n = step < bytes.n ? step : bytes.n;

		fed = server_request_feed(request, (struct str){ bytes.p, n });
		ASSERT(request->params_len <= SERVER_PARAMS_MAX);
		bytes.p += n;
		bytes.n -= n;
		/* Whole, and something behind it: as one piece it is refused. */
		if (fed == SERVER_DONE && bytes.n > 0)
			return (SERVER_WRONG);
	}
	return (fed);
}

static void
look(const struct server_request *request, struct arena *arena)
{
	char *const *env = server_request_env(request, arena);

	for (; env != NULL && *env != NULL; env++)
		ASSERT(strchr(*env, '=') > *env);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = fuzz_arena();
	struct str bytes = fuzz_text(data, size);
	struct server_request whole, pieces;
	enum server_fed a, b;

	a = feed(&whole, bytes, size > 0 ? size : 1);
	b = feed(&pieces, bytes, 3);
	ASSERT(a == b);
	if (a == SERVER_DONE) {
		ASSERT(whole.params_len == pieces.params_len &&
		    whole.body == pieces.body);
		look(&whole, arena);
	}
	server_request_release(&whole);
	server_request_release(&pieces);
	return (0);
}
