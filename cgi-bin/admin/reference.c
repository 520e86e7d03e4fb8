/* SPDX-License-Identifier: ISC */
/*
 * The API's description.  The supervisor puts it together over the responders
 * it runs and hands it down (handed.h); the reader of it, /docs, is a static page.
 */
#include "admin.h"

#include "conf.h"
#include "handed.h"

static route_run openapi;

const struct route reference_routes[] = {
	{ GET, "/openapi.json", .need = PERM_PUBLIC, .tx = TX_NONE,
	  .run = openapi, .doc = "This description, where DOCS is on." },
	ROUTES_END
};

static enum err
openapi(struct req *rq)
{
	if (handed_description.p == NULL || !conf_bool(CONF_DOCS))
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, NULL));
	buf_add(answer_json(rq, 200), handed_description.p,
	    handed_description.n);
	return (ERR_OK);
}
