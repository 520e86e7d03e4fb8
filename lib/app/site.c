/* SPDX-License-Identifier: ISC */
/*
 * Where people find this site, for links that leave it.
 */
#include "app.h"

#include "arena.h"
#include "conf.h"

const char *
req_public_url(void)
{
	const char *url = conf_text(CONF_PUBLIC_URL);

	return (url[0] != '\0' ? url : NULL);
}

const char *
req_site_url(const struct req *rq)
{
	const char *url = req_public_url();

	return (url != NULL ? url : arena_printf(rq->arena, "%s://%s",
	    rq->is_tls ? "https" : "http", rq->host));
}
