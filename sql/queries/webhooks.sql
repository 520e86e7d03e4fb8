-- SPDX-License-Identifier: ISC
--
-- Webhooks for the admin responder, and what the worker asks to send them
-- (functions/82_webhooks.sql).

-- record: Webhook id:uuid url:text description:text events:texts isActive:bool
-- record: Webhook failingSince:time? disabledAt:time? disabledReason:text?
-- record: Webhook lastDeliveryAt:time? formerSecretUntil:time?
-- record: Webhook createdAt:time updatedAt:time version:int

-- The same with the secret, told this once.
-- record: NewWebhook id:uuid url:text description:text events:texts isActive:bool
-- record: NewWebhook failingSince:time? disabledAt:time? disabledReason:text?
-- record: NewWebhook lastDeliveryAt:time? formerSecretUntil:time?
-- record: NewWebhook createdAt:time updatedAt:time version:int secret:text

-- name: webhook_list
-- returns: Webhook
-- field: createdAt w.created_at time sort range
-- field: isActive w.is_active bool eq
-- search: w.url || ' ' || w.description
-- key: w.id
-- order: -createdAt
SELECT w.id, w.url, w.description, w.events, w.is_active AS "isActive",
       w.failing_since AS "failingSince", w.disabled_at AS "disabledAt",
       w.disabled_reason AS "disabledReason", w.last_delivery_at AS "lastDeliveryAt",
       w.former_until AS "formerSecretUntil", w.created_at AS "createdAt",
       w.updated_at AS "updatedAt", w.version
  FROM webhooks w
 WHERE w.deleted_at IS NULL

-- name: webhook_get
-- returns: Webhook
-- As it is; whoever sees webhooks may restore a deleted one.
SELECT id, url, description, events, is_active AS "isActive", failing_since AS "failingSince",
       disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
       last_delivery_at AS "lastDeliveryAt", former_until AS "formerSecretUntil",
       created_at AS "createdAt", updated_at AS "updatedAt", version,
       deleted_at IS NOT NULL AS _deleted
  FROM webhooks
 WHERE id = :id

-- name: webhook_create
-- returns: NewWebhook
INSERT INTO webhooks (url, description, events, secret)
VALUES (:url, coalesce(:description, ''), :events::text[], :secret::bytea)
RETURNING id, url, description, events, is_active AS "isActive", failing_since AS "failingSince",
       disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
       last_delivery_at AS "lastDeliveryAt", former_until AS "formerSecretUntil",
       created_at AS "createdAt", updated_at AS "updatedAt", version,
       'whsec_' || encode(:secret::bytea, 'base64') AS secret

-- name: webhook_update
-- returns: Webhook
UPDATE webhooks
   SET url = coalesce(:url, url),
       description = coalesce(:description, description),
       events = coalesce(:events::text[], events),
       is_active = coalesce(:isActive, is_active)
 WHERE id = :id AND deleted_at IS NULL AND version = coalesce(:ifVersion, version)
RETURNING id, url, description, events, is_active AS "isActive", failing_since AS "failingSince",
       disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
       last_delivery_at AS "lastDeliveryAt", former_until AS "formerSecretUntil",
       created_at AS "createdAt", updated_at AS "updatedAt", version

-- name: webhook_rotate
-- returns: NewWebhook
-- A trigger keeps the old secret for a day.
UPDATE webhooks
   SET secret = :secret::bytea
 WHERE id = :id AND deleted_at IS NULL AND version = coalesce(:ifVersion, version)
RETURNING id, url, description, events, is_active AS "isActive", failing_since AS "failingSince",
       disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
       last_delivery_at AS "lastDeliveryAt", former_until AS "formerSecretUntil",
       created_at AS "createdAt", updated_at AS "updatedAt", version,
       'whsec_' || encode(:secret::bytea, 'base64') AS secret

-- name: webhook_delete
UPDATE webhooks
   SET deleted_at = now()
 WHERE id = :id AND deleted_at IS NULL AND version = coalesce(:ifVersion, version)
RETURNING id

-- name: webhook_restore
-- returns: Webhook
UPDATE webhooks
   SET deleted_at = NULL
 WHERE id = :id AND deleted_at IS NOT NULL
RETURNING id, url, description, events, is_active AS "isActive", failing_since AS "failingSince",
       disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
       last_delivery_at AS "lastDeliveryAt", former_until AS "formerSecretUntil",
       created_at AS "createdAt", updated_at AS "updatedAt", version

-- record: Delivery id:uuid webhookId:uuid messageId:uuid event:text state:text
-- record: Delivery attempts:int status:int? cause:text? createdAt:time deliveredAt:time?

-- name: delivery_list
-- returns: Delivery
-- What one webhook was told, deleted ones too.
-- field: createdAt d.created_at time sort range
-- field: state d.state text eq in=pending,delivered,failed,cancelled
-- field: event d.event text eq
-- field: messageId d.message_id uuid eq
-- key: d.id
-- order: -createdAt
SELECT d.id, d.webhook_id AS "webhookId", d.message_id AS "messageId", d.event, d.state,
       d.attempts, d.status, d.cause, d.created_at AS "createdAt",
       d.delivered_at AS "deliveredAt"
  FROM webhook_deliveries d
 WHERE d.webhook_id = :id

-- record: DeliveryDetail id:uuid webhookId:uuid messageId:uuid event:text state:text
-- record: DeliveryDetail attempts:int status:int? cause:text? createdAt:time deliveredAt:time?
-- record: DeliveryDetail payload:json tries:json

-- name: delivery_get
-- returns: DeliveryDetail
-- With what was sent and how each try went.
SELECT d.id, d.webhook_id AS "webhookId", d.message_id AS "messageId", d.event, d.state,
       d.attempts, d.status, d.cause, d.created_at AS "createdAt",
       d.delivered_at AS "deliveredAt", d.payload,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', a.attempt, 'at', ts(a.at),
               'status', a.status, 'ms', a.ms, 'cause', a.cause, 'response', a.response)
               ORDER BY a.id), '[]')
          FROM webhook_attempts a WHERE a.delivery_id = d.id) AS tries
  FROM webhook_deliveries d
 WHERE d.id = :id

-- name: webhook_ping
-- returns: Delivery
-- The delivery that tries the receiver.
SELECT d.id, d.webhook_id AS "webhookId", d.message_id AS "messageId", d.event, d.state,
       d.attempts, d.status, d.cause, d.created_at AS "createdAt",
       d.delivered_at AS "deliveredAt"
  FROM webhook_ping(:id) d

-- name: webhook_redeliver
-- returns: Delivery
-- The same message in a new delivery.
SELECT d.id, d.webhook_id AS "webhookId", d.message_id AS "messageId", d.event, d.state,
       d.attempts, d.status, d.cause, d.created_at AS "createdAt",
       d.delivered_at AS "deliveredAt"
  FROM webhook_redeliver(:id) d

-- name: webhook_load
-- What to send; no row: nothing any more.
SELECT state, message, url, secret, former, body FROM webhook_load(:job::uuid, :attempt::int)

-- name: webhook_told
SELECT webhook_told(:job::uuid, :attempt::int, :ok::boolean, :status::int, :ms::int, :cause, :response)
