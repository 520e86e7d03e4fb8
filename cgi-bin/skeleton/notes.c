/* SPDX-License-Identifier: ISC */
/*
 * Notes: the example resource of doc/adding-a-route.md.  Its rows name the
 * queries of sql/queries/notes.sql and need no handler.
 */
#include "skeleton.h"

static const struct param note_create[] = {
	{ "title", PARAM_LINE, .required = true, .max = 200,
	  .doc = "What it is about." },
	{ "text", PARAM_TEXT, .max = 10000, .doc = "The note itself." },
	{ "tags", PARAM_LINES, .many = 20, .max = 40, .doc = "Labels." },
	PARAMS_END
};

static const struct param note_update[] = {
	{ "title", PARAM_LINE, .min = 1, .max = 200,
	  .doc = "What it is about." },
	{ "text", PARAM_TEXT, .max = 10000, .nullable = true,
	  .doc = "The note itself; null clears it." },
	{ "tags", PARAM_LINES, .many = 20, .max = 40, .doc = "Labels." },
	PARAMS_END
};

const struct route notes_routes[] = {
	{ GET, "/notes", .need = PERM_NOTES_READ, .tx = TX_READ,
	  .list = Q_NOTE_LIST, .doc = "List one's notes." },
	{ POST, "/notes", .need = PERM_NOTES_CREATE, .tx = TX_WRITE,
	  .params = note_create, .query = Q_NOTE_CREATE, .status = 201,
	  .doc = "Store a note." },
	{ GET, "/notes/{id}", .need = PERM_NOTES_READ, .tx = TX_READ,
	  .query = Q_NOTE_GET, .doc = "Read a note." },
	{ PATCH, "/notes/{id}", .need = PERM_NOTES_UPDATE, .tx = TX_WRITE,
	  .params = note_update, .query = Q_NOTE_UPDATE,
	  .current = Q_NOTE_GET, .doc = "Change a note." },
	{ DELETE, "/notes/{id}", .need = PERM_NOTES_DELETE, .tx = TX_WRITE,
	  .query = Q_NOTE_DELETE, .current = Q_NOTE_GET, .status = 204,
	  .doc = "Delete a note; it can be restored." },
	{ POST, "/notes/{id}/restore", .need = PERM_NOTES_DELETE,
	  .tx = TX_WRITE, .query = Q_NOTE_RESTORE,
	  .current = Q_NOTE_GET, .doc = "Restore a deleted note." },
	ROUTES_END
};
