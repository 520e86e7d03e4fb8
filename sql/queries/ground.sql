-- SPDX-License-Identifier: ISC
--
-- What the dispatcher itself asks.

-- name: authorize
-- Who calls, may they, and where the event stream stands; first in every trip.
-- Cheaper than FROM authorize(…), which stores its row first; called once, being volatile.
SELECT (a).user_id, (a).session_id, (a).permissions, (a).cursor
  FROM (SELECT authorize(:user, :session, :token, :need, :write, :request, :address, :agent) AS a) AS who

-- name: request_committed
-- Whether a write whose answer was lost took place; waits for its backend.
SELECT request_committed(:request) AS done

-- name: begin
-- A transaction that lasts until `commit`: what COPY needs, for it leaves the pipeline.
BEGIN

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: denied
-- A refusal leaves a row in the audit log.
SELECT audit_note('denied', 'routes', NULL, jsonb_build_object('user', :user::text, 'route', :route::text, 'code', :code::int))

-- name: idempotency_claim
-- Take a key; raises where it is taken (U3003), belongs to another request
-- (U2001) or is done already (U0001).
SELECT idempotency_claim(:key, :fingerprint)

-- name: idempotency_read
-- The answer of a key that is done.
SELECT status, headers->>'Content-Type' AS type, headers->>'ETag' AS etag,
       headers->>'Location' AS location, headers->>'Preference-Applied' AS applied,
       convert_from(body, 'UTF8') AS body
  FROM idempotency_answer(:key)
 WHERE status IS NOT NULL

-- name: idempotency_store
-- Keep the answer beside what it tells of.
SELECT idempotency_store(:key, :status, :headers, convert_to(:body::text, 'UTF8'))

-- name: ping
SELECT 1

-- name: patience
-- What follows in this transaction may take as long as the client keeps it going.
SELECT set_config('statement_timeout', :ms, true)

-- name: exported
-- Somebody takes a list away as a file; written before its first row goes out.
SELECT audit_note(:action, :resource, :id, jsonb_build_object('query', :query::text))

-- name: void
-- Fails on purpose, to void a transaction that was flushed.
SELECT 1 / :zero::int
