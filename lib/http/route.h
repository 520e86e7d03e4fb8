/* SPDX-License-Identifier: ISC */
/*
 * A route is one row: what is asked, who may, what it takes, what it does.
 *
 * The row drives matching, permission, validation, the answer, OpenAPI, the
 * reference and the generated tests.  A row names a query (`query` for one
 * record, `list` for many) and needs no C, or a handler (`run`) where there is
 * logic.  `need` and `tx` have no default: a row without them does not start.
 */
#ifndef BUREAU_ROUTE_H
#define BUREAU_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "param.h"
#include "perm.h"
#include "text.h"

struct arena;
struct req;

enum method {
	METHOD_NONE, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, METHOD_COUNT
};

enum tx {
	TX_UNSET = 0,
	TX_NONE,		/* no database: neither caller nor permission is known */
	TX_READ,		/* authorize() makes the transaction read-only */
	TX_WRITE
};

typedef enum err route_run(struct req *rq);

struct route {
	enum method		 method;
	const char		*path;		/* "/notes/{id}", below /api/v1 */
	bool			 bare;		/* path stands alone: "/health" */
	enum perm		 need;
	enum tx			 tx;
	const struct param	*params;
	bool			 partial;	/* required ones may be left out: PATCH */
	unsigned		 query;		/* enum query_id: one record */
	bool			 many;		/* … all it finds, on one page */
	unsigned		 list;		/* enum query_id: many */
	unsigned		 current;	/* the record as it is: 404, 410, 412 */
	route_run		*run;
	const char		*returns;	/* name of the record run answers with */
	int			 status;	/* of success; 0 is 200 */
	bool			 secret;	/* holds a secret: never stored or queued */
	bool			 slow;		/* may take long: for half of the children */
	bool			 own_pages;	/* read by cookie: from these alone */
	bool			 upload;	/* run reads the body itself: upload.h */
	enum perm		 export;	/* who may have the list as CSV; 0: nobody */
	size_t			 body_max;	/* 0 is 1 MB */
	const char		*page;		/* where a form stands: "/sign-in/" */
	/* The parameter with which also who has no identity may ask, for what is
	 * public; then authorize() is asked for no more than that. */
	const char		*open_with;
	const char		*type;		/* of the answer; NULL: application/json */
	const char		*doc;
};
#define ROUTES_END { .path = NULL }
#define API_BASE "/api/v1"

struct path_value {
	const char	*name;
	struct str	 text;
};

struct match {
	const struct route	*route;		/* NULL: nothing answers */
	unsigned		 allowed;	/* bits of the methods the path takes */
	struct path_value	 values[8];	/* {id} and the like, decoded */
	size_t			 count;
};

extern const char *const method_names[METHOD_COUNT];

enum method	method_parse(struct str name);
/* True when a request of this method changes nothing. */
bool		method_is_safe(enum method method);

/* Look the path up; a path without a placeholder wins over one with. HEAD
 * finds the row of GET. */
void		route_match(const struct route *routes, enum method method,
		    struct str path, struct match *out);
/* Every row is whole; a mistake is written to `why` and false returned. */
bool		routes_check(const struct route *routes, char *why, size_t len);
/* "GET /api/v1/notes/{id}" for logs and metrics. */
void		route_label(const struct route *route, char *out, size_t len);
bool		route_full_path(const struct route *route, char *out, size_t len);

#endif
