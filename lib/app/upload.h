/* SPDX-License-Identifier: ISC */
/*
 * A file that is sent, for a route with `upload`: its handler reads the body as it
 * comes, at constant memory.
 */
#ifndef BUREAU_UPLOAD_H
#define BUREAU_UPLOAD_H

#include "app.h"
#include "multipart.h"

#define UPLOAD_FORM	(128 * 1024)	/* of body_max, for what is around a file */

/* Read the body, multipart/form-data with one file by the name of `file`, which
 * goes to take(); the other fields become values by the rows of the route. */
enum err	req_upload(struct req *rq, multipart_take *take, void *cls);

/* The trip becomes a transaction that a COPY can be part of; first of all. */
void		 req_block(struct req *rq);
/* Send what was asked and begin the COPY; the transaction goes on. */
enum err	 req_copy(struct req *rq, enum query_id copy);
enum err	 req_copy_put(struct req *rq, const void *data, size_t len);
enum err	 req_copy_end(struct req *rq);

#endif
