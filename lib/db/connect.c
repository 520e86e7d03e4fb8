/* SPDX-License-Identifier: ISC */
#include "connect.h"

#include <stdio.h>

#include "conf.h"

#define CONNECT_SECONDS	"3"
#define OPTIONS_MAX	256

/* What PQconnectdbParams() and PQconnectStartParams() have in common. */
typedef PGconn *starter(const char *const *names, const char *const *values,
    int expand);

static PGconn *
connect_by(starter *start, const char *role, const char *more)
{
	char options[OPTIONS_MAX];
	const char *const names[] = {
		"dbname", "user", "password", "application_name",
		"connect_timeout", "tcp_user_timeout", "keepalives_idle",
		"client_encoding", "options", NULL
	};
	const char *const values[] = {
		conf_text(CONF_DATABASE_URL), role,
		conf_text(CONF_DATABASE_PASSWORD), role,
		CONNECT_SECONDS, "15000", "10", "UTF8", options, NULL
	};

	snprintf(options, sizeof(options), "-c statement_timeout=%llds %s",
	    (long long)conf_int(CONF_STATEMENT_TIMEOUT), more);
	return (start(names, values, 1));
}

PGconn *
connect_now(const char *role)
{
	return (connect_by(PQconnectdbParams, role, ""));
}

PGconn *
connect_begin(const char *role, const char *options)
{
	return (connect_by(PQconnectStartParams, role, options));
}
