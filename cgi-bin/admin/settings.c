/* SPDX-License-Identifier: ISC */
/*
 * The settings in force, to read.  They are the supervisor's: this responder knows
 * its own only, and is handed the list of all, without secrets (handed.h).
 */
#include "admin.h"

#include "handed.h"

static route_run settings;

const struct route settings_routes[] = {
	{ GET, "/settings", .need = PERM_SETTINGS_READ, .tx = TX_READ,
	  .run = settings, .returns = "Settings", .doc = "The settings in "
	  "force, where each comes from (default, file, environment, or "
	  "bureau, which made it) and the file that was read. Of secrets only "
	  "whether they are set." },
	ROUTES_END
};

static enum err
settings(struct req *rq)
{
	enum err err = req_results(rq);

	if (err != ERR_OK)
		return (err);
	if (handed_settings.p == NULL)
		return (req_fail(rq, ERR_RESOURCE_NOT_FOUND, "Only an "
		    "installation that `bureau serve` runs knows its settings."));
	buf_add(answer_json(rq, 200), handed_settings.p, handed_settings.n);
	return (ERR_OK);
}
