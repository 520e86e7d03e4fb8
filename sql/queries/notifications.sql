-- SPDX-License-Identifier: ISC
--
-- Notifications for the admin responder: the caller's own and nobody else's
-- (functions/83_notifications.sql).

-- record: Notification id:uuid kind:text title:text link:text? about:json
-- record: Notification readAt:time? createdAt:time

-- record: Unread unread:int

-- name: notification_list
-- returns: Notification
-- field: createdAt n.created_at time sort range
-- field: unread n.unread bool eq
-- field: kind n.kind text eq
-- key: n.id
-- order: -createdAt
SELECT n.id, n.kind, n.title, n.link, n.about, n.read_at AS "readAt",
       n.created_at AS "createdAt"
  FROM own_notifications n
 WHERE true

-- name: notification_read
-- returns: Unread
SELECT unread FROM notifications_read(:ids::uuid[], :all::boolean)
