/* SPDX-License-Identifier: ISC */
/*
 * Tables of lib/tbl as JSON, for the functions that bring the database's to them.
 */
#ifndef BUREAU_TABLES_H
#define BUREAU_TABLES_H

struct arena;

/* For permissions_sync(): [{"name", "doc", "roles"}, …]. */
const char	*tables_permissions(struct arena *arena);
/* For jobs_sync(): {"queues": […], "kinds": […], "crons": […]}. */
const char	*tables_jobs(struct arena *arena);

#endif
