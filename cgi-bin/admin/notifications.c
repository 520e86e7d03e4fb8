/* SPDX-License-Identifier: ISC */
/*
 * Notifications: what somebody was told, and that they have read it.  They come
 * from triggers and functions, never from here.
 */
#include "admin.h"

static const struct param notification_read[] = {
	{ "ids", PARAM_UUIDS, .many = 200,
	  .doc = "Which of one's own." },
	{ "all", PARAM_BOOL, .doc = "True, in place of ids: every one." },
	PARAMS_END
};

const struct route notifications_routes[] = {
	{ GET, "/notifications", .need = PERM_SIGNED_IN, .tx = TX_READ,
	  .list = Q_NOTIFICATION_LIST,
	  .doc = "List what one was told, newest first.  How many are unread: "
	  "?unread=true&count=exact&limit=1." },
	{ POST, "/notifications/read", .need = PERM_SIGNED_IN, .tx = TX_WRITE,
	  .params = notification_read, .query = Q_NOTIFICATION_READ,
	  .doc = "Mark some as read, or all; says how many are unread still." },
	ROUTES_END
};
